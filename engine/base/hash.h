// Hashes: SHA-256 for identity and integrity, XXH3 for finding candidates. Any thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace cloudlet {

// A SHA-256 value. All zero means "none".
struct Hash {
    std::array<std::byte, 32> bytes{};

    auto operator<=>(const Hash&) const = default;
    bool isNull() const { return *this == Hash{}; }
    std::string hex() const;  // 64 lower-case digits
    // Errors: invalid, if `text` is not 64 hexadecimal digits.
    static Result<Hash> fromHex(std::string_view text);
};

// Incremental SHA-256 (FIPS 180-4), by OpenSSL.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(std::span<const std::byte> data);
    void update(std::string_view text) { update(std::as_bytes(std::span(text))); }
    // Ends the computation; the object may only be destroyed afterwards.
    Hash finish();

private:
    struct Context;
    std::unique_ptr<Context> m_context;
};

Hash sha256(std::span<const std::byte> data);

// A 128-bit XXH3 value: equal content gives equal values; the reverse must be confirmed by
// comparing, since it is not cryptographic.
struct Fingerprint {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    auto operator<=>(const Fingerprint&) const = default;
};

Fingerprint fingerprint(std::span<const std::byte> data);
std::uint64_t checksum64(std::span<const std::byte> data);  // XXH3-64

}  // namespace cloudlet

template <>
struct std::hash<cloudlet::Fingerprint> {
    std::size_t operator()(const cloudlet::Fingerprint& f) const noexcept { return f.low; }
};
