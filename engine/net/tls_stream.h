// TLS over TCP as Asio and Beast want a stream to be, for one reader and one writer at a time on
// one strand. Instead of Asio's own, which moves a record of 16 KiB with each operation and copies
// it twice more: here an operation takes all the records that have arrived, and sends as many as
// one write holds. Timeouts are those of the TCP stream below.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/compose.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <limits>
#include <memory>

#include "engine/base/bytes.h"

namespace cloudlet {

namespace asio = boost::asio;
namespace beast = boost::beast;

class TlsStream {
public:
    using next_layer_type = beast::tcp_stream;
    using executor_type = next_layer_type::executor_type;

    // `tcp` is what makes a tcp_stream: a socket, or an executor.
    template <typename Tcp>
    TlsStream(Tcp&& tcp, asio::ssl::context& tls)
        : m_engine(std::make_unique<Engine>(next_layer_type(std::forward<Tcp>(tcp)),
                                            tls.native_handle())) {}

    executor_type get_executor() { return m_engine->tcp.get_executor(); }
    next_layer_type& next_layer() { return m_engine->tcp; }
    const next_layer_type& next_layer() const { return m_engine->tcp; }
    SSL* native_handle() { return m_engine->ssl.get(); }

    // Handler: void(error_code).
    template <typename Handler>
    auto async_handshake(asio::ssl::stream_base::handshake_type side, Handler&& handler) {
        m_engine->setSide(side == asio::ssl::stream_base::server);
        return begin<void(beast::error_code)>(std::forward<Handler>(handler), true,
                                              [](Engine& engine) { return engine.handshake(); });
    }

    // Says that nothing more will be written; does not wait for the peer's word. Handler:
    // void(error_code).
    template <typename Handler>
    auto async_shutdown(Handler&& handler) {
        return begin<void(beast::error_code)>(std::forward<Handler>(handler), true,
                                              [](Engine& engine) { return engine.shutdown(); });
    }

    // Errors: eof, if the peer has said that it ends; stream_truncated, if it was cut. Handler:
    // void(error_code, std::size_t).
    template <typename Buffers, typename Handler>
    auto async_read_some(const Buffers& buffers, Handler&& handler) {
        return begin<void(beast::error_code, std::size_t)>(
            std::forward<Handler>(handler), false, [buffers](Engine& engine) {
                Done done;
                const auto end = asio::buffer_sequence_end(buffers);
                for (auto it = asio::buffer_sequence_begin(buffers); it != end; ++it) {
                    if (!engine.read(asio::mutable_buffer(*it), done)) break;
                }
                return done;
            });
    }

    // Handler: void(error_code, std::size_t).
    template <typename Buffers, typename Handler>
    auto async_write_some(const Buffers& buffers, Handler&& handler) {
        return begin<void(beast::error_code, std::size_t)>(
            std::forward<Handler>(handler), true, [buffers](Engine& engine) {
                Done done;
                const auto end = asio::buffer_sequence_end(buffers);
                for (auto it = asio::buffer_sequence_begin(buffers); it != end; ++it) {
                    if (!engine.write(asio::const_buffer(*it), done)) break;
                }
                return done;
            });
    }

private:
    // Asio would hand the kernel 64 KiB at a time.
    struct AllAtOnce {
        std::size_t operator()(const beast::error_code& error, std::size_t) const {
            return error ? 0 : std::numeric_limits<std::size_t>::max();
        }
    };

    // How far one step has come. It is to be done again with more input, if it wants that.
    struct Done {
        std::size_t count = 0;
        bool wantsInput = false;
        beast::error_code error;
    };

    struct Engine {
        struct End {
            void operator()(SSL* connection) const { SSL_free(connection); }
        };

        Engine(next_layer_type stream, SSL_CTX* context);
        void setSide(bool isServer);
        Done handshake();
        Done shutdown();
        // False: it has read, or written, what it can.
        bool read(asio::mutable_buffer into, Done& done);
        bool write(asio::const_buffer from, Done& done);
        // What OpenSSL says of a call that did not succeed.
        Done outcome(int returned);
        // Where to receive to. REQUIRES: what was received before is used up.
        asio::mutable_buffer room();
        void received(std::size_t count);

        next_layer_type tcp;
        std::unique_ptr<SSL, End> ssl;
        Bytes in;  // received; OpenSSL has not taken the last `left` of its `inSize`
        std::size_t inSize = 0;
        std::size_t left = 0;
        beast::error_code ended;  // why nothing more can be read
        Bytes out;                // from OpenSSL
        Bytes flight;             // being sent
    };
    friend struct TlsWire;

    // Does `Step` until it needs no more input, and sends what has come of it.
    template <typename Step>
    struct Operation {
        enum class After { begin, receive, send, post };

        Engine& engine;
        bool sends;
        Step step;
        Done done;
        After after = After::begin;

        template <typename Self>
        void operator()(Self& self, beast::error_code error = {}, std::size_t count = 0) {
            if (after == After::post) return complete(self);
            if (after == After::receive) {
                engine.received(count);
                if (error == asio::error::eof) error = asio::ssl::error::stream_truncated;
            }
            if (error) {
                done = {0, false, error};
                return complete(self);
            }
            const bool isFirst = after == After::begin;
            if (after != After::send) {
                done = step(engine);
                if (sends && !engine.out.empty()) {
                    after = After::send;
                    engine.flight.clear();
                    engine.flight.swap(engine.out);
                    return asio::async_write(engine.tcp, asio::buffer(engine.flight), AllAtOnce(),
                                             std::move(self));
                }
            }
            if (done.wantsInput) {
                after = After::receive;
                return engine.tcp.async_read_some(engine.room(), std::move(self));
            }
            if (!isFirst) return complete(self);
            // Never from within the call that began it.
            after = After::post;
            asio::post(engine.tcp.get_executor(), std::move(self));
        }

        template <typename Self>
        void complete(Self& self) {
            if constexpr (requires { self.complete(done.error, done.count); }) {
                self.complete(done.error, done.count);
            } else {
                self.complete(done.error);
            }
        }
    };

    template <typename Signature, typename Handler, typename Step>
    auto begin(Handler&& handler, bool sends, Step step) {
        return asio::async_compose<Handler, Signature>(
            Operation<Step>{*m_engine, sends, std::move(step), {}}, handler, m_engine->tcp);
    }

    std::unique_ptr<Engine> m_engine;
};

// How a WebSocket over it ends.
template <typename Handler>
void async_teardown(beast::role_type, TlsStream& stream, Handler&& handler) {
    stream.async_shutdown(
        [&stream, handler = std::forward<Handler>(handler)](beast::error_code error) mutable {
            beast::error_code ignored;
            stream.next_layer().socket().shutdown(asio::socket_base::shutdown_both, ignored);
            handler(error);
        });
}

}  // namespace cloudlet
