// Servers on the local network by DNS-SD (_cloudlet._tcp), through the Avahi daemon. What is found
// is a hint and no more: only a key that was pinned at pairing makes a server trusted.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/net/server_address.h"
#include "engine/net/service_text.h"

namespace cloudlet {

struct FoundServer {
    std::string name;  // as it calls itself; escape it
    ServerAddress address;
    ServiceText text;
};

// Listens for `howLong`, or until stopped, which is no error. Sorted by name, each once, whatever
// interfaces it was heard on. Errors: unavailable, if no Avahi daemon runs, with the remedy.
Result<std::vector<FoundServer>> discoverServers(std::chrono::milliseconds howLong,
                                                 std::stop_token stop);

// Says that a server is here for as long as the object lives, on a thread of its own. Without an
// Avahi daemon it waits for one. Any thread.
class Announcement {
public:
    // `name` as others see it; of two alike on the network Avahi renames one. `bases` is asked
    // now and then, on the announcement's thread. Errors: failed.
    static Result<std::unique_ptr<Announcement>> start(const std::string& name, std::uint16_t port,
                                                       const Hash& fingerprint,
                                                       std::function<std::uint32_t()> bases);
    ~Announcement();
    Announcement(const Announcement&) = delete;
    Announcement& operator=(const Announcement&) = delete;

private:
    class Avahi;
    explicit Announcement(std::unique_ptr<Avahi> avahi);

    std::unique_ptr<Avahi> m_avahi;
};

}  // namespace cloudlet
