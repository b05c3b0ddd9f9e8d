#include "engine/base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace cloudlet {

std::size_t utf8SequenceLength(std::string_view text) {
    if (text.empty()) return 0;
    const auto at = [&](std::size_t i) -> std::uint32_t {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
    };
    const std::uint32_t first = at(0);
    if (first < 0x80) return 1;
    std::size_t length = 0;
    std::uint32_t value = 0;
    if ((first & 0xe0) == 0xc0) {
        length = 2;
        value = first & 0x1f;
    } else if ((first & 0xf0) == 0xe0) {
        length = 3;
        value = first & 0x0f;
    } else if ((first & 0xf8) == 0xf0) {
        length = 4;
        value = first & 0x07;
    } else {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xc0) != 0x80) return 0;
        value = value << 6 | (at(i) & 0x3f);
    }
    static constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < kSmallest[length] || value > 0x10ffff) return 0;
    if (value >= 0xd800 && value <= 0xdfff) return 0;
    return length;
}

bool isControl(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x20 || first == 0x7f) return true;
    const std::size_t length = utf8SequenceLength(text);
    if (length == 2) return first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;  // C1
    if (length != 3) return false;
    static constexpr std::string_view kMarks[] = {"\u200e", "\u200f", "\u2028", "\u2029", "\u202a",
                                                  "\u202b", "\u202c", "\u202d", "\u202e", "\u2066",
                                                  "\u2067", "\u2068", "\u2069", "\ufeff"};
    return std::find(std::begin(kMarks), std::end(kMarks), text.substr(0, 3)) != std::end(kMarks);
}

bool isValidUtf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8SequenceLength(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

bool isDisplayText(std::string_view text, std::size_t limit, Newlines newlines) {
    if (text.size() > limit || !isValidUtf8(text)) return false;
    while (!text.empty()) {
        const bool layout = text[0] == '\n' || text[0] == '\t';
        if (isControl(text) && !(layout && newlines == Newlines::allowed)) return false;
        text.remove_prefix(utf8SequenceLength(text));
    }
    return true;
}

}  // namespace cloudlet
