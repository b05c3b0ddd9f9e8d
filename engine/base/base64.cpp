#include "engine/base/base64.h"

#include <algorithm>
#include <array>

namespace cloudlet {

namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 255;

constexpr std::array<std::uint8_t, 256> digitValues() {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoDigit);
    for (std::size_t i = 0; i < kDigits.size(); ++i) {
        values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}

}  // namespace

std::string toBase64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits = bits << 8 | (i < count ? std::to_integer<std::uint32_t>(bytes[at + i]) : 0);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            text += i <= count ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
        }
    }
    return text;
}

Result<Bytes> fromBase64(std::string_view text) {
    static constexpr std::array<std::uint8_t, 256> kValues = digitValues();
    const Error malformed{ErrorCode::corrupt, "a binary field is not base64"};
    if (text.size() % 4 != 0) return malformed;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
    Bytes bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const std::size_t count = at + 4 == text.size() ? 4 - padding : 4;
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint8_t value = kValues[static_cast<unsigned char>(text[at + i])];
            if (value == kNoDigit) return malformed;
            bits |= std::uint32_t{value} << (18 - 6 * i);
        }
        for (std::size_t i = 0; i + 1 < count; ++i) {
            bytes.push_back(static_cast<std::byte>(bits >> (16 - 8 * i) & 255));
        }
        const std::uint32_t spare = count == 2 ? 0xffff : count == 3 ? 0xff : 0;
        if ((bits & spare) != 0) return malformed;
    }
    return bytes;
}

}  // namespace cloudlet
