#include "engine/net/server_config.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "engine/base/format.h"
#include "engine/base/utf8.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kLongestFile = 64 << 10;
constexpr std::size_t kLongestText = 1024;
constexpr std::uint64_t kMostSeconds = 30 * 24 * 3600;  // a month

std::string_view trimmed(std::string_view text) {
    const auto isSpace = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
    return text;
}

Error wrong(const char* expected) {
    return {ErrorCode::invalid, std::string("expected ") + expected};
}

// Whole numbers from `least` to `most`; a unit multiplies.
Result<std::uint64_t> number(std::string_view text, std::uint64_t least, std::uint64_t most,
                             std::uint64_t unit, const char* expected) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || at != end || value < least || value > most / unit) {
        return wrong(expected);
    }
    return value * unit;
}

// "512M", "2G", "1T"; "auto" is 0.
Result<std::uint64_t> size(std::string_view text) {
    constexpr const char* kExpected = "a size like 512M, 16G or 1T, or auto";
    if (text == "auto") return std::uint64_t{0};
    if (text.empty()) return wrong(kExpected);
    const std::string_view units = "MGT";
    const std::size_t unit = units.find(text.back());
    if (unit == std::string_view::npos) return wrong(kExpected);
    text.remove_suffix(1);
    return number(text, 1, std::numeric_limits<std::int64_t>::max(),
                  std::uint64_t{1} << (20 + 10 * unit), kExpected);
}

Result<bool> yesOrNo(std::string_view text) {
    if (text == "yes") return true;
    if (text == "no") return false;
    return wrong("yes or no");
}

Result<ServerConfig::Pull> pullFrom(std::string_view text) {
    if (text == "no") return ServerConfig::Pull::off;
    if (text == "public") return ServerConfig::Pull::publicOnly;
    if (text == "anywhere") return ServerConfig::Pull::anywhere;
    return wrong("no, public or anywhere");
}

Result<fs::path> folder(std::string_view text) {
    if (text == "auto") return fs::path();
    const fs::path path(text);
    if (!path.is_absolute()) return wrong("an absolute path, or auto");
    return path;
}

Result<std::string> textOrAuto(std::string_view text) {
    if (text == "auto") return std::string();
    return std::string(text);
}

Result<std::string> hostOrAuto(std::string_view text) {
    if (text == "auto") return std::string();
    const Result<ServerAddress> address = ServerAddress::parse(text);
    if (!address || *address != ServerAddress{address->host, kServerPort}) {
        return wrong("a name or an address, or auto");
    }
    return address->host;
}

Result<std::string> ipv4(std::string_view text) {
    in_addr ignored{};
    const std::string address(text);
    if (::inet_pton(AF_INET, address.c_str(), &ignored) != 1) return wrong("an IPv4 address");
    return address;
}

Result<std::chrono::seconds> seconds(std::string_view text) {
    const std::uint64_t value =
        TRY(number(text, 1, kMostSeconds, 1, "a number of seconds, a month at most"));
    return std::chrono::seconds(value);
}

Result<std::uint32_t> count(std::string_view text) {
    const std::uint64_t value = TRY(number(text, 1, 10'000, 1, "a number from 1 to 10000"));
    return static_cast<std::uint32_t>(value);
}

Result<void> set(ServerConfig& config, std::string_view key, std::string_view value) {
    if (key == "listen") {
        config.listen = TRY(ServerAddress::parse(value)).host;
    } else if (key == "port") {
        config.port =
            static_cast<std::uint16_t>(TRY(number(value, 1, 65'535, 1, "a port from 1 to 65535")));
    } else if (key == "forward-address") {
        config.forwardAddress = TRY(ipv4(value));
    } else if (key == "public-host") {
        config.publicHost = TRY(hostOrAuto(value));
    } else if (key == "state") {
        config.state = TRY(folder(value));
    } else if (key == "catalog") {
        config.catalog = TRY(folder(value));
    } else if (key == "sessions") {
        config.sessions = TRY(count(value));
    } else if (key == "sessions-of-device") {
        config.sessionsOfDevice = TRY(count(value));
    } else if (key == "memory") {
        config.memoryBytes = TRY(size(value));
    } else if (key == "disk") {
        config.diskBytes = TRY(size(value));
    } else if (key == "absent-receiving") {
        config.absentReceiving = TRY(seconds(value));
    } else if (key == "absent-complete") {
        config.absentComplete = TRY(seconds(value));
    } else if (key == "announce") {
        config.announce = TRY(yesOrNo(value));
    } else if (key == "name") {
        config.name = TRY(textOrAuto(value));
    } else if (key == "pull") {
        config.pull = TRY(pullFrom(value));
    } else if (key == "pull-redirects") {
        config.pullRedirects = TRY(yesOrNo(value));
    } else if (key == "pull-most") {
        config.pullMostBytes = TRY(size(value));
        if (config.pullMostBytes == 0) return wrong("a size like 512M, 16G or 1T");
    } else {
        return Error{ErrorCode::invalid,
                     "there is no such key; the ones that there are stand in "
                     "the synthesis_server.conf that came with the program"};
    }
    return {};
}

}  // namespace

Result<ServerConfig> ServerConfig::parse(std::string_view text) {
    ServerConfig config;
    std::set<std::string, std::less<>> seen;
    for (int number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line = trimmed(line.substr(0, line.find('#')));
        if (line.empty()) continue;
        const auto named = [&](std::string_view what, const std::string& problem) {
            return Error{ErrorCode::invalid, "line " + std::to_string(number) + ": \"" +
                                                 escapeForTerminal(what) + "\": " + problem};
        };
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) return named(line, "expected key = value");
        const std::string_view key = trimmed(line.substr(0, equals));
        const std::string_view value = trimmed(line.substr(equals + 1));
        if (value.empty() || !isDisplayText(value, kLongestText)) {
            return named(key, "expected a value of printable text");
        }
        if (!seen.emplace(key).second) return named(key, "stands there twice");
        const Result<void> done = set(config, key, value);
        if (!done) return named(key, done.error().message);
    }
    return config;
}

Result<ServerConfig> ServerConfig::read(const fs::path& file) {
    const Bytes bytes = TRY(readWholeFile(file, kLongestFile));
    Result<ServerConfig> config = parse(asText(bytes));
    if (!config) return withContext(config.error(), file.string());
    return config;
}

}  // namespace cloudlet
