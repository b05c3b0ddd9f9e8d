// What a piece of code prints on standard error, by whichever library. For tests in which no
// other thread prints there.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "engine/base/fd.h"

namespace cloudlet::test {

// The first 4096 bytes of it.
template <typename Action>
std::string printedErrors(const Action& action) {
    const Fd file(::memfd_create("errors", MFD_CLOEXEC));
    const Fd saved(::dup(STDERR_FILENO));
    ::dup2(file.get(), STDERR_FILENO);
    action();
    std::fflush(stderr);
    ::dup2(saved.get(), STDERR_FILENO);
    std::string text(4096, '\0');
    const ssize_t n = ::pread(file.get(), text.data(), text.size(), 0);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
}

}  // namespace cloudlet::test
