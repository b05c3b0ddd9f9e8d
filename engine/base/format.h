// Numbers as people read them. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cloudlet {

std::string formatBytes(std::uint64_t bytes);                 // "1.4 MiB", "312 bytes"
std::string formatDuration(std::chrono::duration<double> d);  // "0.34 s", "2 min 5 s"
// Text from outside made fit for a terminal: control characters and invalid UTF-8 as \xNN, cut
// after `limit` bytes.
std::string escapeForTerminal(std::string_view text, std::size_t limit = 200);

}  // namespace cloudlet
