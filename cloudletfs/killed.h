// Whether a thread is about to die of SIGKILL, which it cannot before its request is answered.
#pragma once

#include <sys/types.h>

namespace cloudlet {

bool isBeingKilled(pid_t thread);

}  // namespace cloudlet
