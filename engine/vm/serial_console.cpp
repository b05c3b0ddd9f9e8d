#include "engine/vm/serial_console.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "engine/base/file.h"

namespace cloudlet {

namespace {

constexpr std::size_t kKept = 256 << 10;
constexpr std::size_t kLargestLog = 1 << 20;

}  // namespace

SerialConsole::SerialConsole(Fd socket, Fd wake, std::filesystem::path log)
    : m_socket(std::move(socket)), m_wake(std::move(wake)), m_logPath(std::move(log)) {}

Result<std::unique_ptr<SerialConsole>> SerialConsole::connect(const std::filesystem::path& socket,
                                                              const std::filesystem::path& log) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket.native().size() >= sizeof address.sun_path) {
        return Error{ErrorCode::invalid, socket.string() + " is too long for a socket"};
    }
    std::memcpy(address.sun_path, socket.c_str(), socket.native().size());
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    Fd wake(::eventfd(0, EFD_CLOEXEC));
    if (!fd || !wake) return systemError(errno, "make a socket for", socket);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return systemError(errno, "connect to the serial port", socket);
    }
    std::unique_ptr<SerialConsole> console(new SerialConsole(std::move(fd), std::move(wake), log));
    try {
        console->m_thread = std::thread([c = console.get()] { c->listen(); });
    } catch (const std::system_error& e) {
        return Error{ErrorCode::failed, std::string("cannot start a thread: ") + e.what()};
    }
    return console;
}

SerialConsole::~SerialConsole() {
    if (!m_thread.joinable()) return;
    const std::uint64_t one = 1;
    CHECK(::write(m_wake.get(), &one, sizeof one) == sizeof one);
    m_thread.join();
}

void SerialConsole::listen() {
    std::array<char, 1 << 14> buffer;
    while (true) {
        std::array<pollfd, 2> polls{pollfd{m_socket.get(), POLLIN, 0},
                                    pollfd{m_wake.get(), POLLIN, 0}};
        if (::poll(polls.data(), polls.size(), -1) < 0 && errno != EINTR) break;
        if (polls[1].revents != 0) break;
        if (polls[0].revents == 0) continue;
        const ssize_t n = ::recv(m_socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (n > 0) take({buffer.data(), static_cast<std::size_t>(n)});
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) break;
    }
    const std::lock_guard lock(m_mutex);
    m_closed = true;
    m_changed.notify_all();
}

void SerialConsole::take(std::string_view text) {
    append(text);
    const std::lock_guard lock(m_mutex);
    m_output += text;
    if (m_output.size() > 2 * kKept) m_output.erase(0, m_output.size() - kKept);
    m_changed.notify_all();
}

// The log is a convenience: where it cannot be written, the output in memory goes on.
void SerialConsole::append(std::string_view text) {
    if (m_logSize > kLargestLog) {
        ::rename(m_logPath.c_str(), (m_logPath.string() + ".old").c_str());
        m_log.reset();
        m_logSize = 0;
    }
    if (!m_log) {
        m_log = Fd(::open(m_logPath.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                          0600));
        const off_t size = ::lseek(m_log.get(), 0, SEEK_END);
        m_logSize = size > 0 ? static_cast<std::size_t>(size) : 0;
    }
    const ssize_t n = ::write(m_log.get(), text.data(), text.size());
    if (n > 0) m_logSize += static_cast<std::size_t>(n);
}

std::string SerialConsole::output() const {
    const std::lock_guard lock(m_mutex);
    return m_output.substr(m_output.size() - std::min(m_output.size(), kKept));
}

Result<void> SerialConsole::waitFor(const std::string& text, std::chrono::milliseconds limit,
                                    std::stop_token stop) {
    std::unique_lock lock(m_mutex);
    const auto found = [&] { return m_output.find(text) != std::string::npos; };
    m_changed.wait_for(lock, stop, limit, [&] { return found() || m_closed; });
    if (found()) return {};
    if (stop.stop_requested()) {
        return Error{ErrorCode::cancelled, "waiting for the guest's serial port was cancelled"};
    }
    if (m_closed) {
        return Error{ErrorCode::failed,
                     "the VM ended before \"" + text + "\" appeared on its serial port"};
    }
    return Error{ErrorCode::timedOut, "\"" + text + "\" did not appear on the serial port"};
}

}  // namespace cloudlet
