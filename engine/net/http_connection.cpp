#include "engine/net/http_connection.h"

#include "engine/net/console_connection.h"
#include "engine/net/push_connection.h"
#include "engine/net/role.h"

namespace cloudlet {

namespace {

constexpr std::size_t kMostHeader = 16 << 10;
constexpr std::size_t kMostBody = 64 << 10;
constexpr std::string_view kSynthesis = "/v1/synthesis";
constexpr std::string_view kSessions = "/v1/sessions/";
constexpr std::string_view kConsole = "/console";

std::string textOf(beast::string_view view) {
    return {view.data(), view.size()};
}

// "Bearer TOKEN"
std::string tokenOf(const HttpRequest& request) {
    const std::string field = textOf(request[http::field::authorization]);
    constexpr std::string_view kBearer = "Bearer ";
    return field.starts_with(kBearer) ? field.substr(kBearer.size()) : std::string();
}

}  // namespace

HttpConnection::HttpConnection(asio::ip::tcp::socket socket, ServerRoom& room)
    : m_room(room), m_stream(std::move(socket), room.tls) {
    beast::error_code error;
    auto& tcp = beast::get_lowest_layer(m_stream).socket();
    m_source = tcp.remote_endpoint(error).address().to_string(error);
    tcp.set_option(asio::ip::tcp::no_delay(true), error);
    m_place = room.admission.enter(m_source);
}

void HttpConnection::limitTime() {
    beast::get_lowest_layer(m_stream).expires_after(m_room.parts.patience.greeting);
}

void HttpConnection::start() {
    if (!m_place) return;  // too many of its kind: it closes
    // Accepted by one thread, served by another.
    asio::dispatch(m_stream.get_executor(), [self = shared_from_this()] {
        self->limitTime();
        self->m_stream.async_handshake(asio::ssl::stream_base::server,
                                       [self](beast::error_code error) {
                                           if (!error) self->read();
                                       });
    });
}

void HttpConnection::read() {
    m_parser.emplace();
    m_parser->header_limit(kMostHeader);
    m_parser->body_limit(kMostBody);
    limitTime();
    http::async_read(m_stream, m_buffer, *m_parser,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                         if (error) return;  // gone, too slow, or no HTTP
                         if (websocket::is_upgrade(self->m_parser->get())) {
                             self->upgrade();
                         } else {
                             self->answer();
                         }
                     });
}

void HttpConnection::answer() {
    const HttpRequest& request = m_parser->get();
    asio::post(m_room.blocking,
               [self = shared_from_this(),
                asked = RestRequest{textOf(request.method_string()), textOf(request.target()),
                                    request.body(), tokenOf(request), m_source}] {
                   RestAnswer answer = self->m_room.parts.rest.answer(asked);
                   asio::post(self->m_stream.get_executor(),
                              [self, answer = std::move(answer)] { self->write(answer); });
               });
}

void HttpConnection::write(const RestAnswer& answer) {
    m_response = {};
    m_response.version(m_parser->get().version());
    m_response.result(answer.status);
    m_response.set(http::field::content_type, answer.type);
    m_response.set(http::field::cache_control, "no-store");
    m_response.keep_alive(m_parser->get().keep_alive());
    m_response.body() = answer.body;
    m_response.prepare_payload();
    limitTime();
    http::async_write(m_stream, m_response,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                          if (error) return;
                          if (self->m_response.keep_alive()) return self->read();
                          self->m_stream.async_shutdown([self](beast::error_code) {});
                      });
}

void HttpConnection::upgrade() {
    asio::post(m_room.blocking, [self = shared_from_this(), token = tokenOf(m_parser->get())] {
        Result<Peer> peer = self->m_room.parts.gatekeeper.peerOf(token, self->m_source);
        asio::post(self->m_stream.get_executor(),
                   [self, peer = std::move(peer)] { self->upgraded(peer); });
    });
}

void HttpConnection::upgraded(const Result<Peer>& peer) {
    if (!peer) return write(restError(peer.error()));
    const std::string target = textOf(m_parser->get().target());
    m_place.leave();
    beast::get_lowest_layer(m_stream).expires_never();
    if (target == kSynthesis) {
        if (!mayDo(peer->role, Act::startSession) && !mayDo(peer->role, Act::sendBase)) {
            return write(restError({ErrorCode::permission, "a viewer may not push"}));
        }
        return std::make_shared<PushConnection>(std::move(m_stream), m_room, *peer)
            ->start(m_parser->release());
    }
    if (target.starts_with(kSessions) && target.ends_with(kConsole) &&
        target.size() > kSessions.size() + kConsole.size()) {
        const std::string id =
            target.substr(kSessions.size(), target.size() - kSessions.size() - kConsole.size());
        const auto session = sessionFor(*peer, id, m_room.parts.sessions);
        if (!session) return write(restError(session.error()));
        return std::make_shared<ConsoleConnection>(std::move(m_stream), (*session)->console(),
                                                   m_room.parts.patience)
            ->start(m_parser->release());
    }
    write(restError({ErrorCode::notFound, "there is no such WebSocket"}));
}

}  // namespace cloudlet
