#include "engine/net/server_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "engine/base/format.h"
#include "engine/base/utf8.h"
#include "engine/image/forward_list.h"
#include "engine/net/http_client.h"

namespace cloudlet {

namespace {

constexpr std::size_t kLongestText = 200;                // a title's; names are shorter
constexpr std::uint64_t kMost = std::uint64_t{1} << 53;  // what JSON of all makers can tell

Result<const json::Object*> entry(const json::Value& value) {
    if (const json::Object* object = value.if_object()) return object;
    return Error{ErrorCode::corrupt, "the server's answer lists something that is no object"};
}

Result<std::string> lineIn(const json::Object& object, std::string_view key) {
    std::string text = TRY(json::string(object, key));
    if (isDisplayText(text, kLongestText)) return text;
    return Error{ErrorCode::corrupt,
                 fmt::format("field \"{}\" is not one short line of text", key)};
}

Result<ServerState::Base> baseOf(const json::Object& object) {
    ServerState::Base base{BaseId{TRY(json::hash(object, "id"))}, TRY(lineIn(object, "name"))};
    base.diskBytes = TRY(json::number(object, "diskBytes", kMost));
    base.memoryBytes = TRY(json::number(object, "memoryBytes", kMost));
    return base;
}

Result<std::vector<ServerState::Base>> basesIn(const json::Object& answer) {
    std::vector<ServerState::Base> bases;
    for (const json::Value& value : *TRY(json::array(answer, "bases"))) {
        bases.push_back(TRY(baseOf(*TRY(entry(value)))));
    }
    return bases;
}

Result<ServerState::Session> sessionOf(const json::Object& object) {
    ServerState::Session session;
    session.title = TRY(lineIn(object, "title"));
    session.phase = TRY(lineIn(object, "phase"));
    session.receivedBytes = TRY(json::number(object, "receivedBytes", kMost));
    session.totalBytes = TRY(json::number(object, "totalBytes", kMost));
    if (!object.contains("session")) return session;
    session.id = TRY(lineIn(object, "session"));
    session.forwards = TRY(forwardsIn(object, "forwards"));
    return session;
}

Result<ServerState::Share> shareOf(const json::Object& object, std::string_view used,
                                   std::string_view limit) {
    return ServerState::Share{TRY(json::number(object, used, kMost)),
                              TRY(json::number(object, limit, kMost))};
}

}  // namespace

Result<ServerState> parseServerState(const json::Object& bases, const json::Object& statistics,
                                     const json::Object& sessions) {
    ServerState state;
    state.bases = TRY(basesIn(bases));
    for (const json::Value& value : *TRY(json::array(sessions, "sessions"))) {
        state.sessions.push_back(TRY(sessionOf(*TRY(entry(value)))));
    }
    state.running = TRY(shareOf(statistics, "sessions", "sessionsLimit"));
    state.memory = TRY(shareOf(statistics, "memoryBytes", "memoryLimit"));
    state.disk = TRY(shareOf(statistics, "diskBytes", "diskLimit"));
    return state;
}

Result<std::vector<ServerState::Base>> readBases(const ServerAccess& access, std::stop_token stop) {
    return basesIn(TRY(askServer(access, "GET", "/v1/bases", {}, std::move(stop))));
}

Result<void> endSession(const ServerAccess& access, const std::string& session,
                        std::stop_token stop) {
    const bool isId = std::all_of(session.begin(), session.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    });
    if (session.empty() || !isId) {
        return Error{ErrorCode::invalid, fmt::format("\"{}\" is no session's id: letters, digits, "
                                                     "\"-\" and \"_\"",
                                                     escapeForTerminal(session))};
    }
    TRY(askServer(access, "DELETE", "/v1/sessions/" + session, {}, std::move(stop)));
    return {};
}

bool holdsBase(const std::vector<ServerState::Base>& bases, const BaseId& id) {
    return std::any_of(bases.begin(), bases.end(),
                       [&](const ServerState::Base& base) { return base.id == id; });
}

Error lacksBase(const Manifest& overlay, Role role) {
    const std::string remedy =
        mayDo(role, Act::sendBase)
            ? "send it along (cloudlet push --send-base), or have it imported there (cloudlet "
              "import-base)"
            : fmt::format(
                  "only an admin may send it, and this computer is paired there as {}: "
                  "pair it again with a link of \"synthesis_server pair --role admin\", or "
                  "have the base imported there (cloudlet import-base)",
                  toString(role));
    return {ErrorCode::notFound,
            fmt::format("the cloudlet does not hold the base VM \"{}\" ({}): {}",
                        escapeForTerminal(overlay.base.name), overlay.base.id.shortHex(), remedy)};
}

Result<ServerState> readServerState(const ServerAccess& access, std::stop_token stop) {
    const json::Object bases = TRY(askServer(access, "GET", "/v1/bases", {}, stop));
    const json::Object statistics = TRY(askServer(access, "GET", "/v1/statistics", {}, stop));
    const json::Object sessions = TRY(askServer(access, "GET", "/v1/sessions", {}, stop));
    return parseServerState(bases, statistics, sessions);
}

Result<void> checkFit(const ServerState& state, Role role, const Manifest& manifest) {
    if (!mayDo(role, Act::startSession)) {
        return Error{ErrorCode::permission,
                     fmt::format("this computer is paired there as {}, which may only look: pair "
                                 "it again with a link for a pusher",
                                 toString(role))};
    }
    if (!manifest.machine || !manifest.state) {
        return Error{ErrorCode::invalid,
                     "the overlay holds no machine state: it was made from plain images and "
                     "cannot run"};
    }
    if (!holdsBase(state.bases, manifest.base.id)) return lacksBase(manifest, role);
    if (state.running.free() == 0) {
        return Error{ErrorCode::inUse,
                     fmt::format("the cloudlet runs all of the {} sessions that it may: end one of "
                                 "them, or try again later",
                                 state.running.limit)};
    }
    if (state.memory.free() < manifest.machine->memoryBytes) {
        return Error{ErrorCode::inUse,
                     fmt::format("the VM needs {} of memory, the cloudlet has {} left for its "
                                 "sessions: end one of them, or try again later",
                                 formatBytes(manifest.machine->memoryBytes),
                                 formatBytes(state.memory.free()))};
    }
    return {};
}

}  // namespace cloudlet
