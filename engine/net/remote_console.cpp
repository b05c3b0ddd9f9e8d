#include "engine/net/remote_console.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <optional>
#include <thread>

#include "engine/base/file.h"
#include "engine/net/client_link.h"
#include "engine/net/http_client.h"

namespace cloudlet {

namespace {

constexpr std::chrono::seconds kUpgradeLimit{10};
constexpr std::size_t kMostMessage = 1 << 20;

}  // namespace

class RemoteConsole::Line {
public:
    explicit Line(std::unique_ptr<ClientLink> link)
        : m_link(std::move(link)),
          m_socket(std::move(m_link->stream())),
          m_near(m_link->context()) {}
    ~Line() { m_link->context().stop(); }

    Result<void> connect(const ServerAccess& access, const std::string& session,
                         std::stop_token stop) {
        const std::string token = TRY(tokenOf(access, stop));
        m_socket.set_option(websocket::stream_base::timeout{std::chrono::seconds(10),
                                                            std::chrono::seconds(15), true});
        m_socket.read_message_max(kMostMessage);
        m_socket.binary(true);
        m_socket.set_option(
            websocket::stream_base::decorator([token](websocket::request_type& request) {
                request.set(http::field::authorization, "Bearer " + token);
            }));
        bool done = false;
        beast::error_code error;
        websocket::response_type answer;
        m_socket.async_handshake(answer, access.address.text(),
                                 "/v1/sessions/" + session + "/console",
                                 [&](beast::error_code failed) {
                                     error = failed;
                                     done = true;
                                 });
        TRY(m_link->runUntil(done, kUpgradeLimit, std::move(stop), "the answer of"));
        if (error == websocket::error::upgrade_declined) {
            return toldError(answer.result_int(), answer.body());
        }
        if (error) return m_link->lost("no answer from", error);
        return openStream();
    }

    Fd takeStream() { return std::move(m_far); }

private:
    Result<void> openStream() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
            return systemError(errno, "make", "a stream for the console");
        }
        m_far = Fd(ends[0]);
        beast::error_code error;
        m_near.assign(asio::local::stream_protocol(), ends[1], error);
        toServer();
        toViewer();
        m_thread = std::jthread([this] {
            m_link->context().restart();
            m_link->context().run();
        });
        return {};
    }

    void toServer() {
        m_near.async_read_some(
            asio::buffer(m_fromViewer), [this](beast::error_code error, std::size_t size) {
                if (error) return end();
                m_socket.async_write(asio::buffer(m_fromViewer, size),
                                     [this](beast::error_code failed, std::size_t) {
                                         if (failed) return end();
                                         toServer();
                                     });
            });
    }

    void toViewer() {
        m_socket.async_read(m_fromServer, [this](beast::error_code error, std::size_t) {
            if (error) return end();
            asio::async_write(m_near, m_fromServer.data(),
                              [this](beast::error_code failed, std::size_t) {
                                  if (failed) return end();
                                  m_fromServer.consume(m_fromServer.size());
                                  toViewer();
                              });
        });
    }

    void end() {
        beast::error_code error;
        m_near.close(error);
        beast::get_lowest_layer(m_socket).socket().close(error);
    }

    std::unique_ptr<ClientLink> m_link;
    WebSocket m_socket;
    asio::local::stream_protocol::socket m_near;
    Fd m_far;
    std::array<char, 64 << 10> m_fromViewer;
    beast::flat_buffer m_fromServer;
    std::jthread m_thread;  // last: it uses everything above
};

RemoteConsole::RemoteConsole(std::unique_ptr<Line> line) : m_line(std::move(line)) {}
RemoteConsole::RemoteConsole(RemoteConsole&&) noexcept = default;
RemoteConsole::~RemoteConsole() = default;

Result<RemoteConsole> RemoteConsole::open(const ServerAccess& access, const std::string& session,
                                          std::stop_token stop) {
    auto line = std::make_unique<Line>(TRY(ClientLink::open(access, stop)));
    TRY(line->connect(access, session, stop));
    return RemoteConsole(std::move(line));
}

Fd RemoteConsole::takeStream() {
    return m_line->takeStream();
}

}  // namespace cloudlet
