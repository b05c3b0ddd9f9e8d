// The console of a VM on a cloudlet, as the stream of its VNC server: a socket of this process
// whose other end a thread connects through the WebSocket. Made and ended by one thread.
#pragma once

#include <memory>
#include <stop_token>

#include "engine/base/fd.h"
#include "engine/base/result.h"
#include "engine/net/server_access.h"

namespace cloudlet {

class RemoteConsole {
public:
    // Errors: notFound (no such session, or its VM does not run yet); ClientLink's.
    static Result<RemoteConsole> open(const ServerAccess& access, const std::string& session,
                                      std::stop_token stop);
    // Closes the line; the stream then ends.
    ~RemoteConsole();
    RemoteConsole(RemoteConsole&&) noexcept;
    RemoteConsole& operator=(RemoteConsole&&) = delete;

    // The stream, for whoever speaks VNC; once.
    Fd takeStream();

private:
    class Line;
    explicit RemoteConsole(std::unique_ptr<Line> line);
    std::unique_ptr<Line> m_line;
};

}  // namespace cloudlet
