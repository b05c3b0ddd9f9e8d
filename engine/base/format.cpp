#include "engine/base/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/base/utf8.h"

namespace cloudlet {

std::string formatBytes(std::uint64_t bytes) {
    static constexpr std::array kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) return fmt::format("{} bytes", bytes);
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    value /= 1024;
    while (value >= 1023.95 && unit + 1 < kUnits.size()) {  // would show as 1024.0
        value /= 1024;
        ++unit;
    }
    return value < 9.995 ? fmt::format("{:.2f} {}", value, kUnits[unit])
                         : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string formatDuration(std::chrono::duration<double> d) {
    const double seconds = d.count();
    // The limits are where the digits shown would round up to the next form.
    if (seconds < 9.995) return fmt::format("{:.2f} s", seconds);
    if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
    const long long whole = std::llround(seconds);
    return fmt::format("{} min {} s", whole / 60, whole % 60);
}

std::string escapeForTerminal(std::string_view text, std::size_t limit) {
    std::string result;
    std::size_t i = 0;
    while (i < text.size()) {
        if (result.size() >= limit) return result + "...";
        const std::size_t length = utf8SequenceLength(text.substr(i));
        if (length == 0 || isControl(text.substr(i, length))) {
            for (std::size_t k = 0; k < std::max<std::size_t>(length, 1); ++k) {
                result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i + k]));
            }
        } else {
            result += text.substr(i, length);
        }
        i += std::max<std::size_t>(length, 1);
    }
    return result;
}

}  // namespace cloudlet
