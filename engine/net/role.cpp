#include "engine/net/role.h"

#include "engine/base/check.h"

namespace cloudlet {

namespace {

struct Line {
    Act act;
    bool viewer;
    bool pusher;
    bool admin;
};

constexpr Line kTable[] = {
    // act                  viewer pusher admin
    {Act::seeServer, true, true, true},        //
    {Act::seeOwnSessions, true, true, true},   //
    {Act::seeAllSessions, true, false, true},  //
    {Act::startSession, false, true, true},    //
    {Act::useOwnSession, false, true, true},   //
    {Act::useAnySession, false, false, true},  //
    {Act::sendBase, false, false, true},       //
};

constexpr Role kRoles[] = {Role::viewer, Role::pusher, Role::admin};

}  // namespace

bool mayDo(Role role, Act act) {
    for (const Line& line : kTable) {
        if (line.act != act) continue;
        return role == Role::viewer ? line.viewer : role == Role::pusher ? line.pusher : line.admin;
    }
    CHECK(false);  // an act without a line in the table
    return false;
}

const char* toString(Role role) {
    return role == Role::viewer ? "viewer" : role == Role::pusher ? "pusher" : "admin";
}

std::optional<Role> roleFromText(std::string_view text) {
    for (const Role role : kRoles) {
        if (text == toString(role)) return role;
    }
    return std::nullopt;
}

}  // namespace cloudlet
