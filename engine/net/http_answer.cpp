#include "engine/net/http_answer.h"

#include <algorithm>
#include <charconv>

namespace cloudlet {

namespace {

constexpr std::size_t kLongestValue = 512;

std::string_view trimmed(std::string_view text) {
    const auto isSpace = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
    return text;
}

bool sameName(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

// All digits of `text` up to `end`, which is taken too; false if there are none, or others.
bool takeNumber(std::string_view& text, char end, std::uint64_t& value) {
    const char* last = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), last, value);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(at - text.data()));
    if (end == '\0') return text.empty();
    if (text.empty() || text.front() != end) return false;
    text.remove_prefix(1);
    return true;
}

bool isHeaderText(std::string_view text) {
    return text.size() <= kLongestValue &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 127; });
}

// A weak ETag ("W/...") promises no equal bytes.
bool isStrongEtag(std::string_view text) {
    return text.size() >= 2 && text.front() == '"' && text.back() == '"';
}

}  // namespace

std::optional<ContentRange> ContentRange::parse(std::string_view text) {
    ContentRange range;
    if (!text.starts_with("bytes ")) return std::nullopt;
    text.remove_prefix(6);
    if (!takeNumber(text, '-', range.first) || !takeNumber(text, '/', range.last) ||
        !takeNumber(text, '\0', range.total)) {
        return std::nullopt;
    }
    if (range.first > range.last || range.last >= range.total) return std::nullopt;
    return range;
}

bool HttpAnswer::takeLine(std::string_view line) {
    headBytes += line.size();
    if (headBytes > kMostHeadBytes) return false;
    if (line.starts_with("HTTP/")) {
        const std::size_t total = headBytes;
        *this = {};
        headBytes = total;
        const std::size_t space = line.find(' ');
        if (space != std::string_view::npos && line.size() >= space + 4) {
            std::from_chars(line.data() + space + 1, line.data() + space + 4, status);
        }
        return true;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (sameName(name, "content-range")) range = ContentRange::parse(value);
    if (sameName(name, "content-encoding")) encoded = !sameName(value, "identity");
    if (sameName(name, "location") && isHeaderText(value)) location = value;
    const bool etag = sameName(name, "etag") && isStrongEtag(value);
    const bool date = sameName(name, "last-modified") && validator.empty();
    if ((etag || date) && isHeaderText(value)) validator = value;
    return true;
}

}  // namespace cloudlet
