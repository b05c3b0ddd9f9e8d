#include "engine/net/service_text.h"

#include <charconv>
#include <string_view>

namespace cloudlet {

namespace {

std::optional<std::string_view> valueOf(const std::vector<std::string>& lines,
                                        std::string_view key) {
    for (const std::string_view line : lines) {
        if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == '=') {
            return line.substr(key.size() + 1);
        }
    }
    return std::nullopt;
}

std::optional<std::uint32_t> numberOf(const std::vector<std::string>& lines, std::string_view key) {
    const std::optional<std::string_view> text = valueOf(lines, key);
    if (!text) return std::nullopt;
    std::uint32_t value = 0;
    const char* end = text->data() + text->size();
    const auto [at, error] = std::from_chars(text->data(), end, value);
    if (error != std::errc() || at != end) return std::nullopt;
    return value;
}

}  // namespace

std::vector<std::string> ServiceText::lines() const {
    return {"version=" + std::to_string(version), "fingerprint=" + fingerprint.hex(),
            "bases=" + std::to_string(bases)};
}

std::optional<ServiceText> ServiceText::parse(const std::vector<std::string>& lines) {
    const std::optional<std::uint32_t> version = numberOf(lines, "version");
    const std::optional<std::uint32_t> bases = numberOf(lines, "bases");
    const Result<Hash> fingerprint = Hash::fromHex(valueOf(lines, "fingerprint").value_or(""));
    if (!version || !bases || !fingerprint) return std::nullopt;
    return ServiceText{*version, *fingerprint, *bases};
}

}  // namespace cloudlet
