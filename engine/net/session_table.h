// The sessions of a server: begins them within their limits, each with its work on a thread of its
// own, finds them again, ends them. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/net/push_session.h"
#include "engine/net/session_work.h"

namespace cloudlet {

struct SessionLimits {
    std::uint32_t sessions = 16;
    std::uint32_t sessionsOfPeer = 4;
    std::uint64_t memoryBytes = 0;
    std::uint64_t diskBytes = 0;
    PushSession::Limits absence;
};

struct SessionUsage {
    std::uint32_t sessions = 0;
    std::uint64_t memoryBytes = 0;
    std::uint64_t diskBytes = 0;
    // Since the server began.
    std::uint64_t begun = 0;
    std::uint64_t failed = 0;
    std::uint64_t refused = 0;
    std::uint64_t receivedBytes = 0;
};

class SessionTable {
public:
    // What begins and ends, in one line each, for a log. Called by several threads.
    using Log = std::function<void(const std::string&)>;

    // What arrives goes to nameless files in `folder`. `work` must outlive the table.
    SessionTable(SessionWork& work, fs::path folder, SessionLimits limits, Log log = {});
    // As stop().
    ~SessionTable();

    // The peer's session that the offer names, if it is of the same file; else a new one, unless
    // a residue is wanted. Blocks while the work examines. Errors: the work's; notFound (the
    // session of a residue); inUse (a limit of the server, named); noSpace.
    Result<std::shared_ptr<PushSession>> open(const Peer& peer, const push::Offer& offer,
                                              const Manifest* manifest, std::stop_token stop);
    // Null: there is none.
    std::shared_ptr<PushSession> find(const std::string& id) const;
    std::vector<PushSession::View> views() const;
    // Also of one that is over, until another begins.
    std::optional<PushSession::View> view(const std::string& id) const;
    SessionUsage usage() const;
    const SessionLimits& limits() const { return m_limits; }

    // Its VM ends. Returns when it has. Errors: notFound.
    Result<void> end(const std::string& id);
    // Ends all; none can begin any more.
    void stop();

private:
    struct Entry {
        std::shared_ptr<PushSession> session;
        SessionNeeds needs;
        bool over = false;
        std::jthread thread;
    };

    std::shared_ptr<PushSession> resumable(const Peer& peer, const push::Offer& offer) const;
    Result<void> checkLimits(const Peer& peer, const SessionNeeds& needs) const;
    Result<std::shared_ptr<PushSession>> begin(const Peer& peer, const push::Offer& offer,
                                               SessionNeeds needs);
    void run(PushSession& session, const std::stop_token& stop);
    void reap();
    void log(const std::string& line) const;

    SessionWork& m_work;
    const fs::path m_folder;
    const SessionLimits m_limits;
    const Log m_log;

    StoredCopies m_copies;       // outlives the threads of the entries
    mutable std::mutex m_mutex;  // guards the members below
    std::map<std::string, Entry> m_entries;
    SessionUsage m_usage;
    bool m_stopped = false;
};

}  // namespace cloudlet
