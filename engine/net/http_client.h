// The plain requests of a client (PROTOCOL.md, "Requests"). Any thread; blocks.
#pragma once

#include <stop_token>

#include "engine/base/json.h"
#include "engine/net/server_access.h"

namespace cloudlet {

// The answer's object. `body` is sent unless it is empty. Errors: those that the server tells, with
// their codes; ClientLink's; corrupt (no answer of this protocol).
Result<json::Object> askServer(const ServerAccess& access, const std::string& method,
                               const std::string& target, const json::Object& body,
                               std::stop_token stop);

// The error that a server's answer tells.
Error toldError(unsigned status, std::string_view body);

}  // namespace cloudlet
