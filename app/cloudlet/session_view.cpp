#include "app/cloudlet/session_view.h"

#include "engine/jobs/guest.h"

namespace cloudlet {

namespace {

constexpr std::size_t kShortestPrefix = 4;

const char* toString(SessionKind kind) {
    switch (kind) {
        case SessionKind::author:
            return "author";
        case SessionKind::synthesis:
            return "synthesis";
        case SessionKind::base:
            return "base";
    }
    return "unknown";
}

const char* toString(SessionState state) {
    switch (state) {
        case SessionState::running:
            return "running";
        case SessionState::closed:
            return "closed";
        case SessionState::failed:
            return "failed";
        case SessionState::lost:
            return "lost";
    }
    return "unknown";
}

}  // namespace

json::Array forwardsToJsonArray(const std::vector<PortForward>& forwards) {
    json::Array list;
    for (const PortForward& forward : forwards) {
        const bool tcp = forward.protocol == PortForward::Protocol::tcp;
        list.push_back({{"protocol", tcp ? "tcp" : "udp"},
                        {"hostPort", forward.hostPort},
                        {"guestPort", forward.guestPort}});
    }
    return list;
}

json::Object sessionToJson(const SessionRecord& session) {
    json::Object object{{"session", session.id},
                        {"kind", toString(session.kind)},
                        {"state", toString(session.state)},
                        {"title", session.title},
                        {"started", session.started},
                        {"forwards", forwardsToJsonArray(forwardsFromJson(session.forwards))},
                        {"domain", session.domainName},
                        {"folder", session.runFolder.string()}};
    if (session.base) object["base"] = session.base->hex();
    if (session.overlay) object["overlay"] = session.overlay->hex();
    if (session.ended) object["ended"] = *session.ended;
    if (!session.problem.empty()) object["problem"] = session.problem;
    return object;
}

Result<SessionRecord> findRunningSession(const Catalog& catalog, const std::string& text) {
    std::vector<SessionRecord> matches;
    for (const SessionRecord& session : TRY(catalog.runningSessions())) {
        if (text.size() >= kShortestPrefix && session.id.starts_with(text)) {
            matches.push_back(session);
        }
    }
    if (matches.empty()) {
        return Error{ErrorCode::notFound,
                     "no running session begins with \"" + text + "\"; see cloudlet list-session"};
    }
    if (matches.size() > 1) {
        return Error{ErrorCode::invalid, "several running sessions begin with \"" + text + "\""};
    }
    return matches.front();
}

}  // namespace cloudlet
