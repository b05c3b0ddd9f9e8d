#include "engine/net/client_link.h"

#include <netinet/tcp.h>

#include "engine/net/tls.h"
#include "engine/vm/blocking_call.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;

constexpr auto kLimit = 10s;
constexpr auto kMoment = 50ms;
// Bytes that lie unsent in the kernel: they are ahead of what turns out to be more urgent.
constexpr int kMostUnsent = 128 << 10;
// What stays without an answer so long goes to where nothing comes back from, as when a router
// between has got another address. For one of this machine that goes, see hasLostItsAddress().
constexpr int kLongestSilenceMs = 3000;

}  // namespace

// Nothing interrupts the system's resolver, and Asio's own way waits for it at the end: so it is
// asked where it may be left behind.
Result<Endpoints> lookUp(const ServerAddress& address, std::stop_token stop) {
    const auto ask = [address]() -> Result<Endpoints> {
        asio::io_context context;
        beast::error_code error;
        Endpoints found = asio::ip::tcp::resolver(context).resolve(
            address.host, std::to_string(address.port), error);
        if (!error) return found;
        return Error{ErrorCode::unavailable,
                     "cannot reach " + address.text() + ": " + error.message()};
    };
    Result<Endpoints> found =
        BlockingCalls().run(ask, "looking up " + address.text(), kLimit, std::move(stop));
    if (found || found.error().code != ErrorCode::timedOut) return found;
    return Error{ErrorCode::unavailable, found.error().message};
}

ClientLink::ClientLink(const ServerAccess& access, asio::ssl::context tls)
    : m_server(access.address.text()),
      m_address(access.address),
      m_tls(std::move(tls)),
      m_stream(m_context, m_tls) {}

Result<std::unique_ptr<ClientLink>> ClientLink::open(const ServerAccess& access,
                                                     std::stop_token stop) {
    TlsContext tls = TRY(clientTls(access.fingerprint));
    std::unique_ptr<ClientLink> link(new ClientLink(access, asio::ssl::context(tls.release())));
    TRY(link->connect(stop));
    TRY(link->handshake(stop));
    return link;
}

Error ClientLink::lost(const std::string& what, const beast::error_code& error) const {
    return {ErrorCode::unavailable, what + " " + m_server + ": " + error.message()};
}

bool ClientLink::hasLostItsAddress() {
    beast::error_code error;
    asio::ip::tcp::socket probe(m_context);
    probe.open(m_own.protocol(), error);
    if (!error) probe.bind(m_own, error);
    return error == boost::system::errc::address_not_available;
}

Result<void> ClientLink::runUntil(const bool& done, std::chrono::milliseconds limit,
                                  std::stop_token stop, const std::string& what) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!done) {
        if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
        if (std::chrono::steady_clock::now() > end) {
            return Error{ErrorCode::timedOut, what + " " + m_server + " takes too long"};
        }
        m_context.restart();
        m_context.run_one_for(kMoment);
    }
    return {};
}

Result<void> ClientLink::connect(std::stop_token stop) {
    const Endpoints endpoints = TRY(lookUp(m_address, stop));
    bool done = false;
    beast::error_code error;
    auto& tcp = beast::get_lowest_layer(m_stream);
    tcp.async_connect(endpoints, [&](beast::error_code refused, const auto&) {
        error = refused;
        done = true;
    });
    // After an error nothing runs the context any more, and no handler comes.
    const Result<void> ran = runUntil(done, kLimit, std::move(stop), "reaching");
    if (!ran && ran.error().code == ErrorCode::cancelled) return ran;
    if (!ran) return Error{ErrorCode::unavailable, ran.error().message};
    if (error) return lost("cannot reach", error);
    beast::error_code ignored;
    m_own = {tcp.socket().local_endpoint(ignored).address(), 0};
    tcp.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    tcp.socket().set_option(
        asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>(kMostUnsent), ignored);
    tcp.socket().set_option(
        asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>(kLongestSilenceMs),
        ignored);
    return {};
}

Result<void> ClientLink::handshake(std::stop_token stop) {
    bool done = false;
    beast::error_code error;
    beast::get_lowest_layer(m_stream).expires_after(kLimit);
    m_stream.async_handshake(asio::ssl::stream_base::client, [&](beast::error_code failed) {
        error = failed;
        done = true;
    });
    TRY(runUntil(done, kLimit + 1s, std::move(stop), "greeting"));
    beast::get_lowest_layer(m_stream).expires_never();
    if (!error) return {};
    if (isOtherIdentity(m_stream.native_handle())) return otherIdentity(m_server);
    return lost("no secure connection to", error);
}

}  // namespace cloudlet
