// A synthesis on a cloudlet as synthesis_client shows it: when it runs, when all is there, and
// the person who says when it is over. Main thread only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/cloudlet/program.h"
#include "engine/base/stopwatch.h"
#include "engine/image/port_forward.h"

namespace cloudlet {

struct ClientOptions {
    std::string server;
    std::string overlay;
    std::string url;
    bool earlyStart = false;
    bool sendBase = false;  // of the file, if the cloudlet lacks it
    std::string catalog;    // where that base is; empty: the default
};

class SynthesisRun {
public:
    SynthesisRun(const ProgramState& state, std::string host)
        : m_state(state), m_host(std::move(host)) {}

    void running(const std::vector<PortForward>& forwards);
    void complete();
    // Once it is complete: "q" was typed, or there is nobody to type it.
    bool isQuitWanted();
    // The result on standard output.
    void report(const std::string& session) const;

private:
    const ProgramState& m_state;
    const std::string m_host;
    Stopwatch m_began;
    std::vector<PortForward> m_forwards;
    double m_running = 0;   // seconds; 0: not yet
    double m_complete = 0;  // the same
    std::string m_typed;
};

// Sends the file. Errors: as pushToServer().
Result<void> runWithFile(const ClientOptions& options, const ProgramState& state);
// Has the server fetch the address. Errors: the server's.
Result<void> runWithUrl(const ClientOptions& options, const ProgramState& state);

}  // namespace cloudlet
