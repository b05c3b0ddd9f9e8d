// The head of an answer to a request for a range, as far as it matters to us. Read line by line
// as libcurl hands them over; nothing in it is believed before HttpSource has compared it.
// One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cloudlet {

struct ContentRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t total = 0;

    bool operator==(const ContentRange&) const = default;
    // "bytes 0-9/100" (RFC 9110, 14.4); nullopt for an unknown size or range, too.
    static std::optional<ContentRange> parse(std::string_view text);
};

struct HttpAnswer {
    // Far more than a sane server sends.
    static constexpr std::size_t kMostHeadBytes = 64 << 10;

    unsigned status = 0;
    std::optional<ContentRange> range;
    std::string validator;  // for If-Range: a strong ETag, else Last-Modified; "" for neither
    std::string location;   // where a redirect leads; printable
    bool encoded = false;   // a Content-Encoding other than identity
    std::size_t headBytes = 0;

    // A line with or without its end; a status line begins a new answer (after a redirect).
    // False once the head is too long.
    bool takeLine(std::string_view line);
};

}  // namespace cloudlet
