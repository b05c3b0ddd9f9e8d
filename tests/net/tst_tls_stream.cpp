#include "engine/net/tls_stream.h"

#include <QtTest>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <random>

#include "engine/net/tls.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

// A client's and a server's end, past the handshake, on one context.
struct Ends {
    explicit Ends(const ServerIdentity& identity)
        : serverTls(cloudlet::serverTls(identity).value().release()),
          clientTls(cloudlet::clientTls(identity.fingerprint).value().release()),
          acceptor(context, {asio::ip::address_v4::loopback(), 0}),
          client(context, clientTls) {
        client.next_layer().socket().connect(acceptor.local_endpoint());
        server = std::make_unique<TlsStream>(acceptor.accept(), serverTls);
        server->async_handshake(asio::ssl::stream_base::server, note(serverError));
        client.async_handshake(asio::ssl::stream_base::client, note(clientError));
        run();
    }

    // Until nothing is under way any more.
    void run() {
        context.restart();
        context.run_for(std::chrono::seconds(60));
    }
    static std::function<void(beast::error_code)> note(beast::error_code& into) {
        return [&into](beast::error_code error) { into = error; };
    }

    asio::io_context context;
    asio::ssl::context serverTls;
    asio::ssl::context clientTls;
    asio::ip::tcp::acceptor acceptor;
    TlsStream client;
    std::unique_ptr<TlsStream> server;
    beast::error_code serverError = asio::error::would_block;
    beast::error_code clientError = asio::error::would_block;
};

std::vector<char> noise(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<char> bytes(size);
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
}

// What one end sends and the other receives, in writes and reads of any size.
struct Flow {
    Flow(TlsStream& source, TlsStream& target, std::size_t size, unsigned seed)
        : from(source), to(target), random(seed), sent(noise(size, seed)), got(size) {}

    void begin() {
        write();
        read();
    }
    void write() {
        if (written == sent.size()) return;
        const std::size_t some = portion(sent.size() - written);
        // Two buffers, as a WebSocket's header and payload are.
        const std::array buffers{asio::buffer(&sent[written], some / 3),
                                 asio::buffer(&sent[written] + some / 3, some - some / 3)};
        from.async_write_some(buffers, [this](beast::error_code error, std::size_t count) {
            written += count;
            if (!error) write();
        });
    }
    void read() {
        if (received == got.size()) return;
        to.async_read_some(asio::buffer(&got[received], portion(got.size() - received)),
                           [this](beast::error_code error, std::size_t count) {
                               received += count;
                               if (!error) read();
                           });
    }
    std::size_t portion(std::size_t most) { return std::min(most, 1 + random() % 300000); }

    TlsStream& from;
    TlsStream& to;
    std::mt19937 random;
    std::vector<char> sent;
    std::vector<char> got;
    std::size_t written = 0;
    std::size_t received = 0;
};

}  // namespace

class TestTlsStream : public QObject {
    Q_OBJECT

    Scratch m_scratch;
    ServerIdentity m_identity;

private slots:
    void initTestCase() {
        VALUE(identity, ServerIdentity::openOrCreate(m_scratch / "key"));
        m_identity = identity;
    }

    void carriesAnythingBothWaysAtOnce() {
        Ends ends(m_identity);
        QVERIFY(!ends.serverError && !ends.clientError);
        Flow up(ends.client, *ends.server, 5'000'003, 1);
        Flow down(*ends.server, ends.client, 3'000'001, 2);
        up.begin();
        down.begin();
        ends.run();
        QVERIFY(up.got == up.sent);
        QVERIFY(down.got == down.sent);
    }

    // The other side's answer to a new key must not hinder what is being sent.
    void survivesNewKeys() {
        Ends ends(m_identity);
        for (unsigned seed = 0; seed < 4; ++seed) {
            QCOMPARE(SSL_key_update(ends.client.native_handle(), SSL_KEY_UPDATE_REQUESTED), 1);
            Flow up(ends.client, *ends.server, 700'001, seed);
            Flow down(*ends.server, ends.client, 900'001, seed + 10);
            up.begin();
            down.begin();
            ends.run();
            QVERIFY(up.got == up.sent && down.got == down.sent);
        }
    }

    void tellsAnEndFromACut() {
        char byte = 0;
        beast::error_code told;
        const auto note = [&told](beast::error_code error, std::size_t) { told = error; };
        Ends ended(m_identity);
        ended.server->async_read_some(asio::buffer(&byte, 1), note);
        ended.client.async_shutdown([](beast::error_code) {});
        ended.run();
        QVERIFY(told == asio::error::eof);

        Ends cut(m_identity);
        cut.server->async_read_some(asio::buffer(&byte, 1), note);
        cut.client.next_layer().socket().close();
        cut.run();
        QVERIFY(told == asio::ssl::error::stream_truncated);
    }

    // A record that is none ends it, after what came before.
    void refusesWhatIsNoTls() {
        Ends ends(m_identity);
        std::string got(10, ' ');
        std::vector<beast::error_code> told;
        ends.client.async_write_some(asio::buffer("whole", 5), [&](beast::error_code, std::size_t) {
            const std::string plain(100, 'x');
            ends.client.next_layer().socket().write_some(asio::buffer(plain));
        });
        asio::async_read(*ends.server, asio::buffer(got),
                         [&told](beast::error_code error, std::size_t count) {
                             QCOMPARE(count, 5u);
                             told.push_back(error);
                         });
        ends.run();
        QVERIFY(got.starts_with("whole"));
        QCOMPARE(told.size(), 1u);
        QVERIFY2(told.front().category() == asio::error::get_ssl_category(),
                 told.front().message().c_str());
    }

    void aDeadlineEndsAWait() {
        Ends ends(m_identity);
        char byte = 0;
        beast::error_code told;
        ends.server->next_layer().expires_after(std::chrono::milliseconds(50));
        ends.server->async_read_some(
            asio::buffer(&byte, 1),
            [&told](beast::error_code error, std::size_t) { told = error; });
        ends.run();
        QVERIFY(told == beast::error::timeout);
    }
};

QTEST_GUILESS_MAIN(TestTlsStream)
#include "tst_tls_stream.moc"
