// What a paired device may do at a server. The one table of it; every call is asked here.
#pragma once

#include <optional>
#include <string_view>

namespace cloudlet {

enum class Role {
    viewer,  // looks
    pusher,  // also runs VMs of its own
    admin,   // also has to do with the VMs of others, and sends bases
};

enum class Act {
    seeServer,  // its bases, load and limits
    seeOwnSessions,
    seeAllSessions,  // without what leads into them: that is useAnySession
    startSession,    // push or pull an overlay, resume a cut one
    useOwnSession,   // console, finish, residue
    useAnySession,
    sendBase,
};

bool mayDo(Role role, Act act);

const char* toString(Role role);  // "viewer", "pusher", "admin"
std::optional<Role> roleFromText(std::string_view text);

}  // namespace cloudlet
