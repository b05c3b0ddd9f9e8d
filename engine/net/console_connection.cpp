#include "engine/net/console_connection.h"

#include <boost/asio/write.hpp>

#include "engine/net/http_connection.h"

namespace cloudlet {

ConsoleConnection::ConsoleConnection(TlsStream stream, std::filesystem::path console,
                                     const Patience& patience)
    : m_socket(std::move(stream)), m_console(m_socket.get_executor()), m_path(std::move(console)) {
    m_socket.set_option(timeoutOf(patience));
}

void ConsoleConnection::start(HttpRequest request) {
    m_request = std::move(request);
    m_socket.read_message_max(kMostMessage);
    m_socket.binary(true);
    beast::error_code error;
    // A path that is too long or empty is no endpoint; it connects to nothing then.
    if (!m_path.empty()) m_console.connect(m_path.native(), error);
    if (m_path.empty() || error) {
        const RestAnswer told =
            restError({ErrorCode::notFound, "the session's VM does not run (yet)"});
        auto response = std::make_shared<http::response<http::string_body>>(http::status::not_found,
                                                                            m_request.version());
        response->body() = told.body;
        response->prepare_payload();
        return http::async_write(
            m_socket.next_layer(), *response,
            [self = shared_from_this(), response](beast::error_code, std::size_t) {});
    }
    m_socket.async_accept(m_request, [self = shared_from_this()](beast::error_code failed) {
        if (failed) return self->end();
        self->toConsole();
        self->toClient();
    });
}

void ConsoleConnection::toConsole() {
    m_socket.async_read(
        m_fromClient, [self = shared_from_this()](beast::error_code error, std::size_t) {
            if (error) return self->end();
            asio::async_write(self->m_console, self->m_fromClient.data(),
                              [self](beast::error_code failed, std::size_t) {
                                  if (failed) return self->end();
                                  self->m_fromClient.consume(self->m_fromClient.size());
                                  self->toConsole();
                              });
        });
}

void ConsoleConnection::toClient() {
    m_console.async_read_some(
        asio::buffer(m_fromConsole),
        [self = shared_from_this()](beast::error_code error, std::size_t size) {
            if (error) return self->end();
            self->m_socket.async_write(asio::buffer(self->m_fromConsole, size),
                                       [self](beast::error_code failed, std::size_t) {
                                           if (failed) return self->end();
                                           self->toClient();
                                       });
        });
}

void ConsoleConnection::end() {
    if (std::exchange(m_ended, true)) return;
    beast::error_code error;
    m_console.close(error);
    beast::get_lowest_layer(m_socket).socket().close(error);
}

}  // namespace cloudlet
