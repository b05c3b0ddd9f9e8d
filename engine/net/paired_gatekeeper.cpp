#include "engine/net/paired_gatekeeper.h"

namespace cloudlet {

namespace {

Error tooManyFailures() {
    return {ErrorCode::permission,
            "too many failed attempts from this address; wait 10 minutes and try again"};
}

// No device has an id like this.
Peer thisMachine() {
    return {"local", "this machine", Role::admin};
}

}  // namespace

PairedGatekeeper::PairedGatekeeper(TrustStore& store, Clocks clocks)
    : m_store(store), m_clocks(std::move(clocks)) {}

Result<Peer> PairedGatekeeper::peerOf(const std::string& token, const std::string& source) {
    const std::string from = sourceOf(source);
    const RateLimiter::Time now = m_clocks.steady();
    if (m_tokenFailures.isBlocked(from, now)) return tooManyFailures();
    if (!m_localToken.isNull() && sameHash(hashOfSecret(token), m_localToken)) return thisMachine();
    const Result<Device> device = m_store.deviceOf(token, m_clocks.wall());
    if (!device) {
        if (device.error().code == ErrorCode::permission) m_tokenFailures.count(from, now);
        return device.error();
    }
    return Peer{device->id, device->name, device->role};
}

Result<std::string> PairedGatekeeper::admit(const std::string& secret, const std::string& name,
                                            const std::string& source) {
    const std::string from = sourceOf(source);
    const RateLimiter::Time now = m_clocks.steady();
    if (m_pairingFailures.isBlocked(from, now)) return tooManyFailures();
    Result<std::string> token = m_store.admit(secret, name, m_clocks.wall());
    if (!token && token.error().code == ErrorCode::permission) {
        m_pairingFailures.count(from, now);
    }
    return token;
}

// A store that cannot be read trusts nobody.
bool PairedGatekeeper::isTrusted(const Peer& peer) {
    if (peer.id == thisMachine().id) return true;
    const Result<bool> trusted = m_store.isTrusted(peer.id);
    return trusted && *trusted;
}

}  // namespace cloudlet
