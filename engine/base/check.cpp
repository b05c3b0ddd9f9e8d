#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace cloudlet {

void checkFailed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "internal error: %s is false (%s:%d)\n", condition, file, line);
    std::abort();
}

}  // namespace cloudlet
