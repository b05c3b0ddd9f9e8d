// Port forwards as JSON, as sessions keep them and the push protocol sends them: an array of texts
// such as "tcp:8080:80". Any thread.
#pragma once

#include <vector>

#include "engine/base/json.h"
#include "engine/image/port_forward.h"

namespace cloudlet {

constexpr std::size_t kMostForwards = 64;

json::Array toJson(const std::vector<PortForward>& forwards);
// The member `key`. Errors: corrupt, if it is no array of at most kMostForwards forwards.
Result<std::vector<PortForward>> forwardsIn(const json::Object& object, std::string_view key);

}  // namespace cloudlet
