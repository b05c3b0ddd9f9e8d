#include "engine/net/rest.h"

#include <fmt/format.h>

#include "engine/base/format.h"
#include "engine/base/json.h"
#include "engine/image/forward_list.h"
#include "engine/jobs/guest.h"
#include "engine/net/message.h"
#include "engine/net/role.h"
#include "engine/net/url_pull.h"

namespace cloudlet {

namespace {

constexpr std::string_view kSessionPrefix = "/v1/sessions/";
constexpr std::size_t kMostDeviceName = 100;

unsigned statusOf(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
        case ErrorCode::corrupt:
            return 400;
        case ErrorCode::permission:
            return 403;
        case ErrorCode::notFound:
            return 404;
        case ErrorCode::exists:
            return 409;
        case ErrorCode::inUse:
        case ErrorCode::unavailable:
            return 503;
        default:
            return 500;
    }
}

RestAnswer object(const json::Object& value) {
    return {200, "application/json", json::serialize(value)};
}

Error unknownTarget() {
    return {ErrorCode::notFound, "there is nothing here; see engine/net/PROTOCOL.md"};
}

// The same answer for what is somebody else's.
Error noSuchSession() {
    return {ErrorCode::notFound, "there is no such session"};
}

Error notAllowed(const Peer& peer) {
    return {ErrorCode::permission,
            fmt::format("the role of \"{}\" ({}) does not allow this; pair it with another one",
                        escapeForTerminal(peer.name), toString(peer.role))};
}

json::Object toJson(const Error& error) {
    return {{"code", toString(error.code)}, {"message", error.message}};
}

json::Object toJson(const PushSession::View& view, bool whole) {
    json::Object session{{"title", view.title},
                         {"phase", push::toString(view.state.phase)},
                         {"connected", view.connected},
                         {"receivedBytes", view.statistics.receivedBytes},
                         {"totalBytes", view.statistics.totalBytes}};
    if (!whole) return session;
    session["session"] = view.id;
    session["peer"] = view.peer;
    session["forwards"] = toJson(view.state.forwards);
    if (view.state.error) session["error"] = toJson(*view.state.error);
    return session;
}

}  // namespace

RestAnswer restError(const Error& error) {
    return {statusOf(error.code), "application/json",
            json::serialize(json::Object{{"error", toJson(error)}})};
}

Result<std::shared_ptr<PushSession>> sessionFor(const Peer& peer, const std::string& id,
                                                const SessionTable& sessions) {
    std::shared_ptr<PushSession> session = sessions.find(id);
    const bool own = session && session->peer().id == peer.id;
    if (session && mayDo(peer.role, own ? Act::useOwnSession : Act::useAnySession)) return session;
    return noSuchSession();
}

RestAnswer Rest::answer(const RestRequest& request) {
    const Result<RestAnswer> answer = tryAnswer(request);
    return answer ? *answer : restError(answer.error());
}

Result<RestAnswer> Rest::tryAnswer(const RestRequest& request) {
    const bool get = request.method == "GET";
    if (get && request.target == "/v1/health") {
        return object(
            {{"program", "synthesis_server " CLOUDLET_VERSION}, {"protocol", push::kVersion}});
    }
    if (request.method == "POST" && request.target == "/v1/pair") return pair(request);
    const Peer peer = TRY(m_gatekeeper.peerOf(request.token, request.source));
    if (request.method == "DELETE" && request.target.starts_with(kSessionPrefix)) {
        const auto session =
            TRY(sessionFor(peer, request.target.substr(kSessionPrefix.size()), m_sessions));
        TRY(m_sessions.end(session->id()));
        return object({});
    }
    if (request.method == "POST" && request.target == "/v1/sessions") {
        return pull(peer, request);
    }
    if (!get) return unknownTarget();
    if (request.target.starts_with(kSessionPrefix)) {
        return session(peer, request.target.substr(kSessionPrefix.size()));
    }
    if (request.target == "/v1/sessions") return sessions(peer);
    if (!mayDo(peer.role, Act::seeServer)) return notAllowed(peer);
    if (request.target == "/v1/bases") return bases();
    if (request.target == "/v1/statistics") return statistics();
    if (request.target == "/metrics") return metrics();
    return unknownTarget();
}

Result<RestAnswer> Rest::pair(const RestRequest& request) {
    const json::Object wanted = TRY(json::parseObject(request.body, "the request"));
    const std::string name = TRY(json::string(wanted, "name"));
    if (name.size() > kMostDeviceName) {
        return Error{ErrorCode::invalid, "the device's name is too long"};
    }
    const std::string token =
        TRY(m_gatekeeper.admit(TRY(json::string(wanted, "secret")), name, request.source));
    const Peer peer = TRY(m_gatekeeper.peerOf(token, request.source));
    return object({{"token", token}, {"name", peer.name}, {"role", toString(peer.role)}});
}

Result<RestAnswer> Rest::bases() {
    json::Array list;
    for (const BaseRecord& base : TRY(m_catalog.bases())) {
        list.push_back(json::Object{{"id", base.id.hex()},
                                    {"name", base.name},
                                    {"diskBytes", base.vm.diskSize},
                                    {"memoryBytes", base.vm.memorySize}});
    }
    return object({{"bases", list}});
}

RestAnswer Rest::sessions(const Peer& peer) {
    json::Array list;
    for (const PushSession::View& view : m_sessions.views()) {
        const bool own = view.peer == peer.id;
        if (!own && !mayDo(peer.role, Act::seeAllSessions)) continue;
        const bool whole = mayDo(peer.role, own ? Act::useOwnSession : Act::useAnySession);
        list.push_back(toJson(view, whole));
    }
    return object({{"sessions", list}});
}

// Also one that is over: why it failed is to be known.
Result<RestAnswer> Rest::session(const Peer& peer, const std::string& id) {
    const std::optional<PushSession::View> view = m_sessions.view(id);
    const bool own = view && view->peer == peer.id;
    if (!view || !mayDo(peer.role, own ? Act::useOwnSession : Act::useAnySession)) {
        return noSuchSession();
    }
    return object(toJson(*view, true));
}

Result<RestAnswer> Rest::pull(const Peer& peer, const RestRequest& request) {
    if (!mayDo(peer.role, Act::startSession)) return notAllowed(peer);
    if (m_pulls == nullptr) {
        return Error{ErrorCode::unsupported,
                     "this cloudlet fetches no overlays itself (pull = no); push it"};
    }
    const json::Object wanted = TRY(json::parseObject(request.body, "the request"));
    UrlOffer offer;
    offer.url = TRY(json::string(wanted, "url"));
    const std::string start = TRY(json::string(wanted, "start"));
    if (start != "early" && start != "complete") {
        return Error{ErrorCode::invalid, "field \"start\" is neither early nor complete"};
    }
    offer.start = start == "early" ? push::Start::early : push::Start::complete;
    offer.forwards = TRY(forwardsIn(wanted, "forwards"));
    return object({{"session", TRY(m_pulls->begin(peer, offer, {}))}});
}

RestAnswer Rest::statistics() {
    const SessionUsage usage = m_sessions.usage();
    const SessionLimits& limits = m_sessions.limits();
    return object({{"sessions", usage.sessions},
                   {"sessionsLimit", limits.sessions},
                   {"memoryBytes", usage.memoryBytes},
                   {"memoryLimit", limits.memoryBytes},
                   {"diskBytes", usage.diskBytes},
                   {"diskLimit", limits.diskBytes},
                   {"sessionsBegun", usage.begun},
                   {"sessionsFailed", usage.failed},
                   {"offersRefused", usage.refused},
                   {"receivedBytes", usage.receivedBytes}});
}

RestAnswer Rest::metrics() {
    const SessionUsage usage = m_sessions.usage();
    const SessionLimits& limits = m_sessions.limits();
    std::string text;
    const auto add = [&text](const char* name, const char* kind, std::uint64_t value) {
        text += fmt::format("# TYPE cloudlet_{0} {1}\ncloudlet_{0} {2}\n", name, kind, value);
    };
    add("sessions", "gauge", usage.sessions);
    add("sessions_limit", "gauge", limits.sessions);
    add("memory_bytes", "gauge", usage.memoryBytes);
    add("memory_limit_bytes", "gauge", limits.memoryBytes);
    add("disk_bytes", "gauge", usage.diskBytes);
    add("disk_limit_bytes", "gauge", limits.diskBytes);
    add("sessions_begun_total", "counter", usage.begun);
    add("sessions_failed_total", "counter", usage.failed);
    add("offers_refused_total", "counter", usage.refused);
    add("received_bytes_total", "counter", usage.receivedBytes);
    return {200, "text/plain; version=0.0.4", text};
}

}  // namespace cloudlet
