// How a session is told to people and machines, and found again by what they type.
#pragma once

#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/catalog/catalog.h"
#include "engine/image/port_forward.h"

namespace cloudlet {

json::Array forwardsToJsonArray(const std::vector<PortForward>& forwards);
json::Object sessionToJson(const SessionRecord& session);

// A running session by id or a beginning of one of at least 4 digits.
// Errors: notFound, invalid (several fit).
Result<SessionRecord> findRunningSession(const Catalog& catalog, const std::string& text);

}  // namespace cloudlet
