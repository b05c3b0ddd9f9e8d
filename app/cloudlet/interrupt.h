// Ctrl-C and its kin, as a stop token. Install once, at the start of main, before any thread.
#pragma once

#include <stop_token>

namespace cloudlet {

// SIGINT, SIGTERM and SIGHUP request a stop; SIGPIPE is ignored. A second SIGINT five seconds or
// more after the first ends the program at once, in case something does not listen.
std::stop_token stopOnSignals();

}  // namespace cloudlet
