// When a service in a VM on a cloudlet first answers, seen from here. Any thread; blocks.
#pragma once

#include <chrono>
#include <stop_token>

#include "engine/base/result.h"
#include "engine/net/server_address.h"

namespace cloudlet {

// Asks at `where` as a first client would, with a line of HTTP, again and again until a byte comes
// back: a page, or whatever the service greets with. A service that says nothing to HTTP is not
// heard. Errors: timedOut, unavailable (no such host), cancelled.
Result<void> waitForAnswer(const ServerAddress& where, std::chrono::seconds limit,
                           std::stop_token stop);

}  // namespace cloudlet
