// The gatekeeper of a real server: knows the paired devices of a TrustStore and slows down who
// guesses, by the source's address. Any thread.
#pragma once

#include <functional>

#include "engine/net/gatekeeper.h"
#include "engine/net/rate_limiter.h"
#include "engine/net/secret.h"
#include "engine/net/trust_store.h"

namespace cloudlet {

struct Clocks {
    std::function<WallTime()> wall = std::chrono::system_clock::now;
    std::function<RateLimiter::Time()> steady = std::chrono::steady_clock::now;
};

class PairedGatekeeper : public Gatekeeper {
public:
    // Secrets are of 256 bits, so that guessing is hopeless; the limits keep it cheap for us.
    static constexpr std::size_t kMostPairingFailures = 3;
    static constexpr std::size_t kMostTokenFailures = 20;
    static constexpr std::chrono::minutes kWindow{10};

    // `store` must outlive it.
    explicit PairedGatekeeper(TrustStore& store, Clocks clocks = {});

    // An administrator by this token, too: who may read the server's files. Before it is asked.
    void trustThisMachine(const std::string& token) { m_localToken = hashOfSecret(token); }

    Result<Peer> peerOf(const std::string& token, const std::string& source) override;
    Result<std::string> admit(const std::string& secret, const std::string& name,
                              const std::string& source) override;
    bool isTrusted(const Peer& peer) override;

private:
    TrustStore& m_store;
    Clocks m_clocks;
    Hash m_localToken;  // null: none
    RateLimiter m_pairingFailures{kMostPairingFailures, kWindow};
    RateLimiter m_tokenFailures{kMostTokenFailures, kWindow};
};

}  // namespace cloudlet
