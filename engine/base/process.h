// Runs another program and waits for it. Its whole process group ends with the stop token: first
// SIGTERM, one second later SIGKILL. Blocks; any thread.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace cloudlet {

struct ProcessSpec {
    std::vector<std::string> arguments;    // the program first, as findProgram finds it
    std::vector<std::string> environment;  // "NAME=value", added to our own or in its place
    // Called on the calling thread for each line (without its end) of standard output. Of a line
    // longer than 64 KiB the beginning is lost.
    std::function<void(std::string_view)> onLine;
};

struct ProcessResult {
    int exitCode = 0;         // 128 + n if ended by signal n
    std::string output;       // standard output unless onLine took it; at most its last 1 MiB
    std::string errorOutput;  // standard error, at most its last 16 KiB
};

// The program gets an empty standard input, no other descriptor of ours, and default signals. A
// grandchild that outlives it is left alone and does not keep us. Errors: notFound (no such
// program), cancelled, failed. A non-zero exit is no error here.
Result<ProcessResult> runProcess(const ProcessSpec& spec, std::stop_token stop);

// The path of a program in PATH or, as tools of an administrator are often outside an ordinary
// user's PATH, in /usr/sbin. Errors: notFound, with its name.
Result<std::string> findProgram(const std::string& name);

}  // namespace cloudlet
