// What a process that holds a guest's memory must not do or need not be able to.
#pragma once

namespace cloudlet {

// No core files, no debugger of the same user, own files for their owner only.
void keepSecrets();
// For the calling thread and those that it starts. As root: gives all capabilities up but the one
// that unmounts. Another user has none.
void dropPrivileges();

}  // namespace cloudlet
