// The streams below the protocol, as Boost names them. Included by the connections only: it is what
// makes a file slow to compile.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "engine/base/bytes.h"
#include "engine/net/tls_stream.h"

namespace cloudlet {

namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

using WebSocket = websocket::stream<TlsStream>;
using HttpRequest = http::request<http::string_body>;

inline ByteView viewOf(const beast::flat_buffer& buffer) {
    return {static_cast<const std::byte*>(buffer.data().data()), buffer.size()};
}

}  // namespace cloudlet
