// Waiting for a person: Enter on the terminal, with a word on how to reach the guest's console.
#pragma once

#include "engine/base/result.h"
#include "engine/jobs/snapshot_trigger.h"

namespace cloudlet {

// Tells how to reach the console of the running guest, then waits for Enter.
// Errors (when made): invalid, if standard input is not a terminal, with the remedy.
Result<SnapshotTrigger> enterKeyTrigger();

}  // namespace cloudlet
