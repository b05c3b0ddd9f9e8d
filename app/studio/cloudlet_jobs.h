// What the Cloudlets page lets the engine do with paired cloudlets, each as the work of a Job.
#pragma once

#include <QString>

#include "app/studio/job.h"
#include "engine/net/server_access.h"

namespace cloudlet {

// By the link that the cloudlet's owner hands out.
Job::Work pairWork(const QString& link);
Job::Work forgetCloudletWork(const std::string& name);
// What the VM of a session has become goes into `file`, whole or not at all; the VM ends.
// Cancelled, the cloudlet keeps it for another try.
Job::Work fetchResidueWork(const ServerAccess& server, const std::string& session,
                           const QString& file);
Job::Work endSessionWork(const ServerAccess& server, const std::string& session);

}  // namespace cloudlet
