// Stand-ins for what a server is given: a gatekeeper that knows four devices by their names, and
// work that only reads what arrives. No VM, no socket.
#pragma once

#include <mutex>
#include <set>

#include "engine/net/role.h"
#include "engine/net/session_table.h"
#include "tests/support/scratch.h"

namespace cloudlet::test {

// Fake, named so: the token is the device's name, its role is known by it. Dashes behind the name
// make it look like a real one.
class FakeGatekeeper : public Gatekeeper {
public:
    Result<Peer> peerOf(const std::string& shown, const std::string& source) override {
        const std::string token = shown.substr(0, shown.find('-'));
        const std::lock_guard lock(m_mutex);
        m_sources.insert(source);
        if (token == m_revoked) return refusal();
        for (const std::string known : {"pusher", "other", "viewer", "admin"}) {
            if (token != known) continue;
            const Role role = known == "admin"    ? Role::admin
                              : known == "viewer" ? Role::viewer
                                                  : Role::pusher;
            return Peer{known, known, role};
        }
        return refusal();
    }
    Result<std::string> admit(const std::string& secret, const std::string&,
                              const std::string&) override {
        if (secret == "sesame") return std::string("pusher");
        return refusal();
    }
    bool isTrusted(const Peer& peer) override {
        const std::lock_guard lock(m_mutex);
        return peer.id != m_revoked;
    }
    void revoke(const std::string& id) {
        const std::lock_guard lock(m_mutex);
        m_revoked = id;
    }
    // The addresses that have asked.
    std::set<std::string> sources() {
        const std::lock_guard lock(m_mutex);
        return m_sources;
    }

private:
    static Error refusal() { return {ErrorCode::permission, "nobody here knows you"}; }
    std::mutex m_mutex;
    std::string m_revoked;
    std::set<std::string> m_sources;
};

// Reads the whole file, in order or from its end, and keeps its hash.
class ReadingWork : public SessionWork {
public:
    std::atomic<bool> backwards = false;
    fs::path console;  // of its "VM"
    std::atomic<bool> endsWithoutResidue = false;
    std::atomic<unsigned> finished = 0;

    Result<SessionNeeds> examine(const push::Offer& offer, const Manifest*,
                                 std::stop_token) override {
        return SessionNeeds{1 << 20, offer.size, "a file"};
    }
    Result<void> run(PushSession& session, std::stop_token stop) override {
        constexpr std::uint64_t kPart = 100'000;
        const std::uint64_t size = session.size().value();
        Bytes whole(size);
        const std::uint64_t parts = (size + kPart - 1) / kPart;
        for (std::uint64_t i = 0; i < parts; ++i) {
            const std::uint64_t at = (backwards ? parts - 1 - i : i) * kPart;
            const std::uint64_t length = std::min(kPart, size - at);
            if (backwards) session.hurry(at, length);
            TRY(session.read(std::span(whole).subspan(at, length), at));
        }
        // An overlay's id is no hash of its file.
        const bool isBase = session.offer().what == push::What::base;
        while (isBase && sha256(whole) != session.offer().id) {
            if (!session.doubt(0, size)) return Error{ErrorCode::corrupt, "other bytes"};
            TRY(session.read(whole, 0));
        }
        ++finished;
        session.confirm();
        session.setConsole(console);
        session.tell({push::Phase::complete, {{PortForward::Protocol::tcp, 4711, 80}}, {}});
        while (true) {
            const auto then = TRY(session.waitForFinish(std::chrono::milliseconds(50), stop));
            if (then == push::Then::end) return {};
            if (then == push::Then::keep) session.close();
            if (then == push::Then::residue && endsWithoutResidue) return {};
            if (then == push::Then::residue) return session.sendResidue(*session.spool(), stop);
        }
    }
};

// Limits that no test reaches by the way.
inline SessionLimits roomyLimits() {
    SessionLimits limits;
    limits.sessions = 200;
    limits.sessionsOfPeer = 200;
    limits.memoryBytes = std::uint64_t{1} << 40;
    limits.diskBytes = std::uint64_t{1} << 40;
    return limits;
}

}  // namespace cloudlet::test
