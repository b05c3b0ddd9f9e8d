// Checks on text that comes from outside. Any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace cloudlet {

// Length in bytes of the UTF-8 sequence at the start of `text`; 0 if it is empty or invalid
// (over-long forms, surrogates and values past U+10FFFF included; RFC 3629).
std::size_t utf8SequenceLength(std::string_view text);
bool isValidUtf8(std::string_view text);
// True if the sequence at the start of `text` moves a cursor or changes how the text around it is
// shown: C0 and C1 controls, delete, line and paragraph separators, marks of direction (which
// make one name look like another), byte order mark. REQUIRES: valid and not empty.
bool isControl(std::string_view text);
// True if the text can be shown on one line: valid UTF-8, no control characters (with
// `newlines`, line feed and tab are allowed), at most `limit` bytes.
enum class Newlines { refused, allowed };
bool isDisplayText(std::string_view text, std::size_t limit, Newlines newlines = Newlines::refused);

}  // namespace cloudlet
