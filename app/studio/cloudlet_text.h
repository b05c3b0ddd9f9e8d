// What a cloudlet says of itself, in the words of the Cloudlets page. GUI thread.
#pragma once

#include <QString>
#include <string>
#include <vector>

#include "engine/net/role.h"
#include "engine/net/server_state.h"

namespace cloudlet {

QString roleText(Role role);
QString phaseText(const std::string& phase);  // of a session
QString leadsText(const std::vector<PortForward>& forwards);
QString loadText(const ServerState& state);  // sessions, memory and disk, each of its limit

}  // namespace cloudlet
