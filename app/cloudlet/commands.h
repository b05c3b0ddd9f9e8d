// The whole command line of `cloudlet`: every command and the options that all have. Main thread.
#pragma once

#include "app/cloudlet/context.h"

namespace cloudlet {

void addCommands(CLI::App& app, Context& context);

}  // namespace cloudlet
