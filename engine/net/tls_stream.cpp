#include "engine/net/tls_stream.h"

#include <openssl/err.h>

#include <algorithm>
#include <cstring>

#include "engine/base/check.h"

namespace cloudlet {

namespace {

// What one receive takes at most: eight records. A connection that receives less keeps less.
constexpr std::size_t kMostReceived = 128 << 10;
constexpr std::size_t kLeastReceived = 16 << 10;

}  // namespace

// What OpenSSL believes to be its connection: the buffers of an engine.
struct TlsWire {
    using Engine = TlsStream::Engine;

    static Engine& engineOf(BIO* bio) { return *static_cast<Engine*>(BIO_get_data(bio)); }

    static int write(BIO* bio, const char* bytes, int size) {
        const auto* begin = reinterpret_cast<const std::byte*>(bytes);
        Bytes& out = engineOf(bio).out;
        out.insert(out.end(), begin, begin + size);
        return size;
    }

    static int read(BIO* bio, char* bytes, int size) {
        Engine& engine = engineOf(bio);
        BIO_clear_retry_flags(bio);
        if (engine.left == 0) {
            BIO_set_retry_read(bio);
            return -1;
        }
        const std::size_t some = std::min(engine.left, static_cast<std::size_t>(size));
        std::memcpy(bytes, &engine.in[engine.inSize - engine.left], some);
        engine.left -= some;
        return static_cast<int>(some);
    }

    static long control(BIO*, int command, long, void*) {
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }

    static int create(BIO* bio) {
        BIO_set_init(bio, 1);
        return 1;
    }

    static const BIO_METHOD* method() {
        static BIO_METHOD* const method = [] {
            BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "buffers");
            CHECK(made != nullptr);
            BIO_meth_set_create(made, create);
            BIO_meth_set_write(made, write);
            BIO_meth_set_read(made, read);
            BIO_meth_set_ctrl(made, control);
            return made;
        }();
        return method;
    }
};

TlsStream::Engine::Engine(next_layer_type stream, SSL_CTX* context)
    : tcp(std::move(stream)), ssl(SSL_new(context)) {
    BIO* wire = BIO_new(TlsWire::method());
    CHECK(ssl && wire != nullptr);  // else there is no memory
    BIO_set_data(wire, this);
    SSL_set_bio(ssl.get(), wire, wire);
}

void TlsStream::Engine::setSide(bool isServer) {
    if (isServer) {
        SSL_set_accept_state(ssl.get());
    } else {
        SSL_set_connect_state(ssl.get());
    }
}

TlsStream::Done TlsStream::Engine::outcome(int returned) {
    Done done;
    switch (SSL_get_error(ssl.get(), returned)) {
        case SSL_ERROR_WANT_READ:
            done.wantsInput = true;
            break;
        case SSL_ERROR_ZERO_RETURN:
            done.error = asio::error::eof;
            break;
        default:
            done.error = {static_cast<int>(ERR_get_error()), asio::error::get_ssl_category()};
            // OpenSSL has an error for each of its failures but this one.
            if (!done.error) done.error = asio::ssl::error::unspecified_system_error;
    }
    return done;
}

TlsStream::Done TlsStream::Engine::handshake() {
    ERR_clear_error();
    const int returned = SSL_do_handshake(ssl.get());
    return returned == 1 ? Done{} : outcome(returned);
}

TlsStream::Done TlsStream::Engine::shutdown() {
    ERR_clear_error();
    const int returned = SSL_shutdown(ssl.get());
    return returned >= 0 ? Done{} : outcome(returned);
}

bool TlsStream::Engine::read(asio::mutable_buffer into, Done& done) {
    ERR_clear_error();
    while (into.size() > 0 && !ended) {
        std::size_t some = 0;
        const int returned = SSL_read_ex(ssl.get(), into.data(), into.size(), &some);
        if (returned != 1) {
            const Done told = outcome(returned);
            ended = told.error;
            if (told.wantsInput) {
                done.wantsInput = done.count == 0;
                return false;
            }
        }
        done.count += some;
        into += some;
    }
    // What came before it is delivered before it.
    if (ended && done.count == 0) done.error = ended;
    return !ended;
}

bool TlsStream::Engine::write(asio::const_buffer from, Done& done) {
    if (from.size() == 0) return true;
    ERR_clear_error();
    std::size_t some = 0;
    if (const int returned = SSL_write_ex(ssl.get(), from.data(), from.size(), &some);
        returned != 1) {
        done = outcome(returned);
        return false;
    }
    done.count += some;
    return some == from.size();
}

asio::mutable_buffer TlsStream::Engine::room() {
    CHECK(left == 0);
    const bool wasFilled = inSize == in.size();
    if (wasFilled && in.size() < kMostReceived) {
        in = Bytes(std::clamp(in.size() * 2, kLeastReceived, kMostReceived));
    }
    return asio::buffer(in);
}

void TlsStream::Engine::received(std::size_t count) {
    inSize = count;
    left = count;
}

}  // namespace cloudlet
