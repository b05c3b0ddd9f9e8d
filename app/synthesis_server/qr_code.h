// A text as a QR code for a terminal or any other place with UTF-8 and a fixed-width font.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace cloudlet {

// Lines of half blocks, two modules above each other in one letter, light on dark, with the quiet
// zone that the standard wants. With `colours`, escape sequences make dark and light certain,
// whatever colours the terminal has. Errors: invalid (too long a text).
enum class QrColours { none, terminal };
Result<std::string> qrCode(const std::string& text, QrColours colours);

}  // namespace cloudlet
