#include "engine/net/cloudlet_server.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <thread>

#include "engine/net/http_connection.h"
#include "engine/net/tls.h"

namespace cloudlet {

namespace {

constexpr std::size_t kThreads = 2;
// For the last words to clients when it ends.
constexpr std::chrono::milliseconds kFarewell{300};

Error listenError(const std::string& address, std::uint16_t port, const beast::error_code& error) {
    const ErrorCode code = error == asio::error::address_in_use  ? ErrorCode::inUse
                           : error == asio::error::access_denied ? ErrorCode::permission
                                                                 : ErrorCode::failed;
    return {code, fmt::format("cannot listen on {} port {}: {}", address, port, error.message())};
}

}  // namespace

class CloudletServer::Engine {
public:
    Engine(const ServerParts& parts, TlsContext tls)
        : m_room{parts, asio::ssl::context(tls.release()), m_blocking, {}},
          m_acceptor(m_lanes.front().context) {}

    ~Engine() {
        asio::post(m_acceptor.get_executor(), [this] {
            beast::error_code error;
            m_acceptor.close(error);
        });
        const bool isAnybodyThere = !m_room.parts.sessions.views().empty();
        m_room.parts.sessions.stop();
        if (isAnybodyThere) std::this_thread::sleep_for(kFarewell);
        for (Lane& lane : m_lanes) lane.context.stop();
        m_threads.clear();
        m_blocking.join();
    }

    Result<void> listen(const std::string& address, std::uint16_t port) {
        beast::error_code error;
        const auto ip = asio::ip::make_address(address, error);
        if (error) return Error{ErrorCode::invalid, "\"" + address + "\" is no address"};
        const asio::ip::tcp::endpoint endpoint(ip, port);
        m_acceptor.open(endpoint.protocol(), error);
        if (!error) m_acceptor.set_option(asio::socket_base::reuse_address(true), error);
        if (!error && ip.is_v6() && ip.is_unspecified()) {
            m_acceptor.set_option(asio::ip::v6_only(false), error);
        }
        if (!error) m_acceptor.bind(endpoint, error);
        if (!error) m_acceptor.listen(asio::socket_base::max_listen_connections, error);
        if (error) return listenError(address, port, error);
        m_port = m_acceptor.local_endpoint(error).port();
        accept();
        for (Lane& lane : m_lanes) {
            m_threads.emplace_back([&lane] { lane.context.run(); });
        }
        return {};
    }

    std::uint16_t port() const { return m_port; }

private:
    // A thread's own: what two threads share wakes the other one with each operation.
    struct Lane {
        asio::io_context context{1};
        asio::executor_work_guard<asio::io_context::executor_type> stays{context.get_executor()};
    };

    void accept() {
        Lane& lane = m_lanes[m_accepted++ % kThreads];
        m_acceptor.async_accept(
            lane.context, [this](beast::error_code error, asio::ip::tcp::socket socket) {
                if (!error) std::make_shared<HttpConnection>(std::move(socket), m_room)->start();
                if (!m_acceptor.is_open()) return;
                if (!error) return accept();
                // Out of descriptors: wait until some are free.
                m_pause.expires_after(std::chrono::milliseconds(100));
                m_pause.async_wait([this](beast::error_code stopped) {
                    if (!stopped) accept();
                });
            });
    }

    // In this order: connections are destroyed with the pool and the lanes that hold them, and use
    // the room.
    ServerRoom m_room;
    std::array<Lane, kThreads> m_lanes;
    asio::thread_pool m_blocking{4};
    asio::ip::tcp::acceptor m_acceptor;
    asio::steady_timer m_pause{m_lanes.front().context};
    std::size_t m_accepted = 0;
    std::uint16_t m_port = 0;
    std::vector<std::jthread> m_threads;  // last: they use everything above
};

CloudletServer::CloudletServer(std::unique_ptr<Engine> engine) : m_engine(std::move(engine)) {}
CloudletServer::CloudletServer(CloudletServer&&) noexcept = default;
CloudletServer::~CloudletServer() = default;

Result<CloudletServer> CloudletServer::start(const ServerParts& parts, const std::string& address,
                                             std::uint16_t port) {
    auto engine = std::make_unique<Engine>(parts, TRY(serverTls(parts.identity)));
    TRY(engine->listen(address, port));
    return CloudletServer(std::move(engine));
}

std::uint16_t CloudletServer::port() const {
    return m_engine->port();
}

}  // namespace cloudlet
