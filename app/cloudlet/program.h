// What the programs of the command line share: options that each has, parsing, running the one
// command that was chosen, and its exit code (0 done, 1 failed, 2 usage, 130 cancelled).
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <stop_token>

#include "app/cloudlet/terminal.h"
#include "engine/base/result.h"

namespace cloudlet {

struct ProgramState {
    Terminal terminal;
    std::stop_token stop;  // of signals, while the action runs
    // Chosen by CLI11's callbacks, run after parsing: errors come back as values.
    std::function<Result<void>()> action;
};

// --json, --quiet, --version.
void addProgramOptions(CLI::App& app, ProgramState& state);

// The exit code of the program. REQUIRES: a callback of `app` has set the action when it parses.
int runProgram(CLI::App& app, ProgramState& state, int argc, char** argv);

}  // namespace cloudlet
