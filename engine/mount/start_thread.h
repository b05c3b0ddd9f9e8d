// A thread that may not be had: the one place where that is an exception. Any thread.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>

#include "engine/base/result.h"

namespace cloudlet {

inline Result<std::jthread> startThread(std::function<void(std::stop_token)> body) {
    try {
        return std::jthread(std::move(body));
    } catch (const std::system_error& e) {
        return Error{ErrorCode::failed, std::string("cannot start a thread: ") + e.what()};
    }
}

}  // namespace cloudlet
