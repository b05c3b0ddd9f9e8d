#include "engine/net/session_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/format.h"
#include "engine/net/secret.h"

namespace cloudlet {

SessionTable::SessionTable(SessionWork& work, fs::path folder, SessionLimits limits, Log log)
    : m_work(work), m_folder(std::move(folder)), m_limits(limits), m_log(std::move(log)) {}

SessionTable::~SessionTable() {
    stop();
}

std::shared_ptr<PushSession> SessionTable::resumable(const Peer& peer,
                                                     const push::Offer& offer) const {
    const auto fits = [&](const Entry& entry) {
        const PushSession& session = *entry.session;
        // Somebody else's is as good as none.
        if (entry.over || session.peer().id != peer.id) return false;
        const bool sameFile = session.offer().id == offer.id && session.offer().size == offer.size;
        return offer.what == push::What::residue
                   ? sameFile || (offer.size == 0 && session.isComplete())
                   : sameFile && session.offer().what == offer.what;
    };
    const std::lock_guard lock(m_mutex);
    if (offer.session.empty() && offer.what == push::What::base) {
        // A client that was restarted knows of no session, but packs the same file again.
        for (const auto& [id, entry] : m_entries) {
            if (fits(entry) && entry.session->isLeft()) return entry.session;
        }
    }
    const auto found = m_entries.find(offer.session);
    return found != m_entries.end() && fits(found->second) ? found->second.session : nullptr;
}

Result<std::shared_ptr<PushSession>> SessionTable::open(const Peer& peer, const push::Offer& offer,
                                                        const Manifest* manifest,
                                                        std::stop_token stop) {
    reap();
    if (auto session = resumable(peer, offer)) return session;
    if (offer.what == push::What::residue) {
        return Error{ErrorCode::notFound,
                     "the cloudlet has no such session (any more), and so no residue of it"};
    }
    Result<SessionNeeds> needs = m_work.examine(offer, manifest, std::move(stop));
    if (needs) {
        auto begun = begin(peer, offer, std::move(needs).value());
        if (begun) return begun;
        needs = std::move(begun).error();
    }
    log(fmt::format("an offer of \"{}\" is refused: {}", escapeForTerminal(peer.name),
                    needs.error().message));
    const std::lock_guard lock(m_mutex);
    ++m_usage.refused;
    return std::move(needs).error();
}

// REQUIRES: locked.
Result<void> SessionTable::checkLimits(const Peer& peer, const SessionNeeds& needs) const {
    const auto full = [](const std::string& what) {
        return Error{ErrorCode::inUse, "the cloudlet is full: " + what + "; try again later"};
    };
    if (m_stopped) return full("it is shutting down");
    if (m_usage.sessions >= m_limits.sessions) {
        return full(fmt::format("it runs {} sessions and no more", m_limits.sessions));
    }
    std::uint32_t ofPeer = 0;
    for (const auto& [id, entry] : m_entries) {
        if (!entry.over && entry.session->peer().id == peer.id) ++ofPeer;
    }
    if (ofPeer >= m_limits.sessionsOfPeer) {
        return full(fmt::format("a device may have {} sessions", m_limits.sessionsOfPeer));
    }
    if (needs.memoryBytes > m_limits.memoryBytes - m_usage.memoryBytes) {
        return full(fmt::format("the VM needs {} of memory, {} are left",
                                formatBytes(needs.memoryBytes),
                                formatBytes(m_limits.memoryBytes - m_usage.memoryBytes)));
    }
    if (needs.diskBytes > m_limits.diskBytes - m_usage.diskBytes) {
        return full(fmt::format("the session needs {} of disk, {} are left",
                                formatBytes(needs.diskBytes),
                                formatBytes(m_limits.diskBytes - m_usage.diskBytes)));
    }
    return {};
}

Result<std::shared_ptr<PushSession>> SessionTable::begin(const Peer& peer, const push::Offer& offer,
                                                         SessionNeeds needs) {
    needs.diskBytes = std::max(needs.diskBytes, offer.size);
    {
        // Before anything is made that is as large as the offer says.
        const std::lock_guard lock(m_mutex);
        TRY(checkLimits(peer, needs));
    }
    File spool = TRY(File::temporary(m_folder));
    const std::string id = TRY(randomSecret()).substr(0, 16);
    auto session = std::make_shared<PushSession>(PushSession::Plan{id, peer, offer, needs.title},
                                                 std::move(spool), m_limits.absence, m_copies);
    {
        const std::lock_guard lock(m_mutex);
        TRY(checkLimits(peer, needs));
        ++m_usage.sessions;
        ++m_usage.begun;
        m_usage.memoryBytes += needs.memoryBytes;
        m_usage.diskBytes += needs.diskBytes;
        m_entries[id] = Entry{session, std::move(needs), false, {}};
    }
    // A full device shows now, not in the middle.
    Result<void> reserved = session->reserve();
    const std::lock_guard lock(m_mutex);
    Entry& entry = m_entries[id];
    if (m_stopped) reserved = Error{ErrorCode::inUse, "the cloudlet is shutting down"};
    if (!reserved) {
        m_usage.memoryBytes -= entry.needs.memoryBytes;
        m_usage.diskBytes -= entry.needs.diskBytes;
        --m_usage.sessions;
        m_entries.erase(id);
        return reserved.error();
    }
    entry.thread =
        std::jthread([this, session](const std::stop_token& stop) { run(*session, stop); });
    return session;
}

void SessionTable::log(const std::string& line) const {
    if (m_log) m_log(line);
}

void SessionTable::run(PushSession& session, const std::stop_token& stop) {
    const PushSession::View view = session.view();
    log(fmt::format("session {} of \"{}\" begins: {}, {}", view.id,
                    escapeForTerminal(session.peer().name), escapeForTerminal(view.title),
                    formatBytes(view.statistics.totalBytes)));
    Result<void> done = m_work.run(session, stop);
    // Whoever waits for it has cancelled nothing.
    const bool wasEnded = !done && done.error().code == ErrorCode::cancelled;
    if (wasEnded) done = Error{ErrorCode::unavailable, "the cloudlet has ended the session"};
    log(fmt::format("session {} {}", view.id,
                    done       ? "has ended"
                    : wasEnded ? "was ended"
                               : "has failed: " + done.error().message));
    push::State state = session.view().state;
    state.phase = done ? push::Phase::ended : push::Phase::failed;
    if (!done) state.error = done.error();
    state.forwards.clear();
    session.interrupt();
    session.tell(state);
    session.close();
    session.giveUp();
    const std::lock_guard lock(m_mutex);
    Entry& entry = m_entries[session.id()];
    entry.over = true;
    --m_usage.sessions;
    m_usage.memoryBytes -= entry.needs.memoryBytes;
    m_usage.diskBytes -= entry.needs.diskBytes;
    m_usage.receivedBytes += session.receivedBytes();
    if (!done && !wasEnded) ++m_usage.failed;
}

// Forgets those that are over.
void SessionTable::reap() {
    std::vector<Entry> over;  // declared first: joined when the lock is given up
    const std::lock_guard lock(m_mutex);
    for (auto it = m_entries.begin(); it != m_entries.end();) {
        if (it->second.over) {
            over.push_back(std::move(it->second));
            it = m_entries.erase(it);
        } else {
            ++it;
        }
    }
}

std::shared_ptr<PushSession> SessionTable::find(const std::string& id) const {
    const std::lock_guard lock(m_mutex);
    const auto found = m_entries.find(id);
    return found == m_entries.end() || found->second.over ? nullptr : found->second.session;
}

std::vector<PushSession::View> SessionTable::views() const {
    const std::lock_guard lock(m_mutex);
    std::vector<PushSession::View> views;
    for (const auto& [id, entry] : m_entries) {
        if (!entry.over) views.push_back(entry.session->view());
    }
    return views;
}

std::optional<PushSession::View> SessionTable::view(const std::string& id) const {
    const std::lock_guard lock(m_mutex);
    const auto found = m_entries.find(id);
    if (found == m_entries.end()) return std::nullopt;
    return found->second.session->view();
}

SessionUsage SessionTable::usage() const {
    const std::lock_guard lock(m_mutex);
    SessionUsage usage = m_usage;
    for (const auto& [id, entry] : m_entries) {
        if (!entry.over) usage.receivedBytes += entry.session->receivedBytes();
    }
    return usage;
}

Result<void> SessionTable::end(const std::string& id) {
    std::jthread thread;
    std::shared_ptr<PushSession> session;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_entries.find(id);
        if (found == m_entries.end() || found->second.over || !found->second.thread.joinable()) {
            return Error{ErrorCode::notFound, "there is no such session"};
        }
        session = found->second.session;
        thread = std::move(found->second.thread);
    }
    thread.request_stop();
    session->interrupt();
    return {};  // joined here
}

void SessionTable::stop() {
    std::vector<std::jthread> threads;
    {
        const std::lock_guard lock(m_mutex);
        m_stopped = true;
        for (auto& [id, entry] : m_entries) {
            entry.thread.request_stop();
            entry.session->interrupt();
            threads.push_back(std::move(entry.thread));
        }
    }
}

}  // namespace cloudlet
