#include "engine/net/tls.h"

#include <openssl/ssl.h>

#include <QtTest>

#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using cloudlet::test::Scratch;

namespace {

struct ConnectionEnd {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using Connection = std::unique_ptr<SSL, ConnectionEnd>;

Connection connectionOf(SSL_CTX* context, BIO* wire, bool client) {
    Connection connection(SSL_new(context));
    SSL_set_bio(connection.get(), wire, wire);
    client ? SSL_set_connect_state(connection.get()) : SSL_set_accept_state(connection.get());
    return connection;
}

// Two ends of a wire in memory.
struct Pair {
    Pair(SSL_CTX* serverSide, SSL_CTX* clientSide) {
        BIO* left = nullptr;
        BIO* right = nullptr;
        BIO_new_bio_pair(&left, 0, &right, 0);
        server = connectionOf(serverSide, left, false);
        client = connectionOf(clientSide, right, true);
    }
    // True if both have finished their handshake.
    bool shakeHands() {
        for (int i = 0; i < 10; ++i) {
            SSL_do_handshake(client.get());
            SSL_do_handshake(server.get());
        }
        return SSL_is_init_finished(client.get()) && SSL_is_init_finished(server.get()) &&
               SSL_get_verify_result(client.get()) == X509_V_OK;
    }

    Connection server;
    Connection client;
};

}  // namespace

class TestTls : public QObject {
    Q_OBJECT

    std::unique_ptr<Scratch> m_scratch;
    ServerIdentity m_identity;
    TlsContext m_server;

private slots:
    void initTestCase() {
        m_scratch = std::make_unique<Scratch>();
        VALUE(identity, ServerIdentity::openOrCreate(*m_scratch / "server"));
        VALUE(server, serverTls(identity));
        m_identity = std::move(identity);
        m_server = std::move(server);
    }

    void connectsToThePinnedKey() {
        VALUE(client, clientTls(m_identity.fingerprint));
        Pair pair(m_server.get(), client.get());
        QVERIFY(pair.shakeHands());
        QVERIFY(!isOtherIdentity(pair.client.get()));
        QCOMPARE(SSL_version(pair.client.get()), TLS1_3_VERSION);
        QCOMPARE(SSL_write(pair.client.get(), "hello", 5), 5);
        char text[8] = {};
        QCOMPARE(SSL_read(pair.server.get(), text, sizeof text), 5);
        QCOMPARE(QByteArray(text), QByteArray("hello"));
    }

    // A02, A12: another key under a known name; of all bits of the pin one is wrong.
    void a02RefusesAnotherKey() {
        for (std::size_t i = 0; i < 256; i += 17) {
            Hash pin = m_identity.fingerprint;
            pin.bytes[i / 8] ^= std::byte(1u << i % 8);
            VALUE(client, clientTls(pin));
            Pair pair(m_server.get(), client.get());
            QVERIFY(!pair.shakeHands());
            QVERIFY(isOtherIdentity(pair.client.get()));
            QVERIFY(SSL_write(pair.client.get(), "secret", 6) <= 0);
        }
        const Error error = otherIdentity("edge1:8021");
        QVERIFY(error.message.find("cloudlet forget-server edge1:8021") != std::string::npos);
    }

    // A02: an older TLS, a cipher without a certificate, plain text; from either side.
    void a02RefusesOlderTls() {
        VALUE(client, clientTls(m_identity.fingerprint));
        const TlsContext old(SSL_CTX_new(TLS_client_method()));
        SSL_CTX_set_max_proto_version(old.get(), TLS1_2_VERSION);
        Pair toServer(m_server.get(), old.get());
        QVERIFY(!toServer.shakeHands());

        const TlsContext oldServer(SSL_CTX_new(TLS_server_method()));
        SSL_CTX_set_max_proto_version(oldServer.get(), TLS1_2_VERSION);
        QCOMPARE(SSL_CTX_set_cipher_list(oldServer.get(), "aNULL:@SECLEVEL=0"), 1);
        Pair toOld(oldServer.get(), client.get());
        QVERIFY(!toOld.shakeHands());
        QVERIFY(!SSL_is_init_finished(toOld.client.get()));
    }

    void a02RefusesPlainText() {
        BIO* left = nullptr;
        BIO* right = nullptr;
        BIO_new_bio_pair(&left, 0, &right, 0);
        const Connection server = connectionOf(m_server.get(), left, false);
        const std::string request = "GET /v1/health HTTP/1.1\r\n\r\n";
        QCOMPARE(BIO_write(right, request.data(), static_cast<int>(request.size())),
                 static_cast<int>(request.size()));
        QCOMPARE(SSL_do_handshake(server.get()), -1);
        QVERIFY(!SSL_is_init_finished(server.get()));
        BIO_free(right);
    }

    // N17: no clock is asked; the certificate of a server that will not be for years is as good.
    void n17DatesDoNotMatter() {
        VALUE(client, clientTls(m_identity.fingerprint));
        X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(client.get()), 1);
        Pair pair(m_server.get(), client.get());
        QVERIFY(pair.shakeHands());
    }

    void aContextOutlivesItsHandle() {
        VALUE(client, clientTls(m_identity.fingerprint));
        Pair pair(m_server.get(), client.get());
        client.reset();  // a connection holds its context, and with it the pin
        QVERIFY(pair.shakeHands());
    }
};

QTEST_GUILESS_MAIN(TestTls)
#include "tst_tls.moc"
