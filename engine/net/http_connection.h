// One connection of the server until it becomes a WebSocket: handshake, requests and answers. Lives
// as long as something of it is under way. On its own strand.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <optional>

#include "engine/net/admission.h"
#include "engine/net/cloudlet_server.h"
#include "engine/net/stream.h"

namespace cloudlet {

// What all connections of a server use.
struct ServerRoom {
    ServerParts parts;
    asio::ssl::context tls;
    asio::thread_pool& blocking;  // for what touches the disk, or libvirt
    Admission admission;
};

// Of a WebSocket: its handshake, then signs of life, asked for by pings.
inline websocket::stream_base::timeout timeoutOf(const Patience& patience) {
    return {patience.greeting, patience.silence, true};
}

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
public:
    HttpConnection(asio::ip::tcp::socket socket, ServerRoom& room);
    void start();

private:
    void read();
    void answer();
    void upgrade();
    void upgraded(const Result<Peer>& peer);
    void write(const RestAnswer& answer);
    void limitTime();

    ServerRoom& m_room;
    TlsStream m_stream;
    std::string m_source;
    Admission::Place m_place;
    beast::flat_buffer m_buffer;
    std::optional<http::request_parser<http::string_body>> m_parser;
    http::response<http::string_body> m_response;
};

}  // namespace cloudlet
