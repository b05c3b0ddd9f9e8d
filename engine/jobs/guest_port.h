// Does a service in the guest answer? Asked through the user network of its VM.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include "engine/base/result.h"

namespace cloudlet {

class Domain;

// Waits until the guest accepts a TCP connection on `port`. Opens a forward of its own for the
// asking and closes it again. Errors: timedOut, cancelled, failed when the VM ends.
Result<void> waitForGuestPort(Domain& domain, std::uint16_t port, std::chrono::seconds limit,
                              std::stop_token stop);

// Makes the service work for a first client: sends it a line of HTTP, whatever it speaks, and waits
// for the first byte it says, or until it hangs up or `limit` has passed. Errors: cancelled,
// failed.
Result<void> askGuestPort(Domain& domain, std::uint16_t port, std::chrono::milliseconds limit,
                          std::stop_token stop);

}  // namespace cloudlet
