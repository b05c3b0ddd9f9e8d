// CHECK(condition): our own mistakes. On in release; ends the program with file, line and text.
#pragma once

namespace cloudlet {

[[noreturn]] void checkFailed(const char* condition, const char* file, int line) noexcept;

}  // namespace cloudlet

#define CHECK(condition) \
    ((condition) ? void(0) : ::cloudlet::checkFailed(#condition, __FILE__, __LINE__))
