// Takes from a thread what it has no use for of the kernel, before it sees bytes that somebody else
// chose (seccomp(2)). What it may not do fails with EPERM: no program, no process, no file by its
// name, no new connection, no executable memory. The threads of a process share their memory, so
// this hinders an attacker and is no wall between threads. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>

#include "engine/base/result.h"

namespace cloudlet {

enum class Duty : std::uint8_t {
    decode,      // computes, and reads files that are open
    serveFiles,  // also moves bytes between open files and sockets, and accepts connections
};

// The calling thread and those that it starts, for as long as they live.
// Errors: unavailable, if the kernel has no filters; unsupported, in a build with sanitizers.
Result<void> confineThread(Duty duty);

// Whether confineThread() works here. Errors: its.
Result<void> checkConfinement();

namespace detail {

void runConfined(const std::function<void()>& work);

}  // namespace detail

// What `work` returns on one of this process's threads for decoding, of which there are as many as
// cores. They are confined where that is possible. Waits for it. REQUIRES: `work` does not throw,
// and does not call this itself.
template <typename Work>
std::invoke_result_t<Work> confined(const Work& work) {
    std::optional<std::invoke_result_t<Work>> answer;
    detail::runConfined([&] { answer.emplace(work()); });
    return std::move(*answer);
}

}  // namespace cloudlet
