// Listens to a guest's serial port: QEMU's UNIX socket, read by a thread of this object, kept in
// memory (the last 256 KiB) and in a file of bounded size (PATH, and PATH.old before it, 1 MiB
// each). While no such object is connected, QEMU drops the output. Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "engine/base/fd.h"
#include "engine/base/result.h"

namespace cloudlet {

class SerialConsole {
public:
    static Result<std::unique_ptr<SerialConsole>> connect(const std::filesystem::path& socket,
                                                          const std::filesystem::path& log);
    ~SerialConsole();
    SerialConsole(const SerialConsole&) = delete;
    SerialConsole& operator=(const SerialConsole&) = delete;

    std::string output() const;
    // Errors: timedOut, cancelled, failed (the port was closed: the VM ended).
    Result<void> waitFor(const std::string& text, std::chrono::milliseconds limit,
                         std::stop_token stop);

private:
    SerialConsole(Fd socket, Fd wake, std::filesystem::path log);

    void listen();
    void take(std::string_view text);
    void append(std::string_view text);

    Fd m_socket;
    Fd m_wake;  // written to by the destructor
    std::filesystem::path m_logPath;
    Fd m_log;
    std::size_t m_logSize = 0;
    mutable std::mutex m_mutex;  // guards the two below
    std::string m_output;
    bool m_closed = false;
    std::condition_variable_any m_changed;
    std::thread m_thread;
};

}  // namespace cloudlet
