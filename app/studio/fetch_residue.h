// What the VM of a session that was left running on a cloudlet has become, as work for a Job.
#pragma once

#include "app/studio/job.h"
#include "engine/net/server_access.h"

namespace cloudlet {

// Puts it into `file`, whole or not at all; the VM ends. Cancelled, the cloudlet keeps it for
// another try.
Job::Work fetchResidueWork(const ServerAccess& server, const std::string& session,
                           const QString& file);

}  // namespace cloudlet
