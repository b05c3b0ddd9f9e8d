// Servers that no client should meet: rubbish, lies about sizes, silence, death in the middle.
// The client must live, say that the server is lost, and get along with the next one.
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/widgets/fake_vnc_server.h"
#include "widgets/vnc_client.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

constexpr QSize kGuest(64, 48);

using Fake = FakeVncServer;

QByteArray rubbish(QRandomGenerator& random, int size) {
    QByteArray bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.bounded(256));
    return bytes;
}

// A stream server that says `greeting` to the first client and proper things to nobody.
QByteArray greetingWithSize(quint16 width, quint16 height, quint32 nameLength) {
    return QByteArray("RFB 003.008\n") + QByteArray("\1\1", 2) + Fake::number<quint32>(0) +
           Fake::number(width) + Fake::number(height) +
           QByteArray("\x20\x18\0\1\0\xff\0\xff\0\xff\x10\x08\0\0\0\0", 16) +
           Fake::number(nameLength);
}

}  // namespace

class TestVncHostile : public QObject {
    Q_OBJECT
private slots:
    void survivesAMessage_data();
    void survivesAMessage();
    void survivesAGreeting_data();
    void survivesAGreeting();
    void survivesRandomMessages();
    void survivesDeathAtEachByte();

private:
    QTemporaryDir m_folder;
};

void TestVncHostile::survivesAMessage_data() {
    QTest::addColumn<QByteArray>("message");
    const auto rect = [](int x, int y, int w, int h, qint32 encoding) {
        return Fake::updateOf(1) + Fake::rectangle({x, y, w, h}, encoding);
    };
    QTest::newRow("unknown message") << QByteArray("\x77\x77\x77\x77", 4);
    QTest::newRow("rectangle outside") << rect(60, 0, 10, 10, 0) + QByteArray(400, 'x');
    QTest::newRow("rectangle as large as can be") << rect(0, 0, 65535, 65535, 0);
    QTest::newRow("unknown encoding") << rect(0, 0, 1, 1, 0x1234567);
    QTest::newRow("screen of 65535 x 65535") << rect(0, 0, 65535, 65535, -223);
    QTest::newRow("screen of nothing") << rect(0, 0, 0, 0, -223) + rect(0, 0, 1, 1, 0) + "abcd";
    QTest::newRow("copy from outside") << rect(0, 0, 10, 10, 1) + Fake::number<quint16>(60) +
                                              Fake::number<quint16>(60) + QByteArray("\x77", 1);
    QTest::newRow("hextile cut") << rect(0, 0, 64, 48, 5) + QByteArray(8, '\xff');
    QTest::newRow("zrle rubbish") << rect(0, 0, 64, 48, 16) + Fake::number<quint32>(64) +
                                         QByteArray(64, '\x5a');
    QTest::newRow("zrle of 4 GB") << rect(0, 0, 64, 48, 16) + Fake::number<quint32>(0xffffffff);
    QTest::newRow("tight rubbish") << rect(0, 0, 64, 48, 7) +
                                          QByteArray("\x60\x02\x20\x5a\x5a\x5a", 6) +
                                          QByteArray(64, '\x5a');
    QTest::newRow("tight unknown filter")
        << rect(0, 0, 64, 48, 7) + QByteArray("\x40\x09", 2) + QByteArray(64, '\x5a');
    QTest::newRow("clipboard of 4 GB")
        << QByteArray("\3\0\0\0", 4) + Fake::number<quint32>(0xfffffffe) + QByteArray(64, 'x');
}

void TestVncHostile::survivesAMessage() {
    QFETCH(QByteArray, message);
    const QString path = m_folder.filePath("vnc");
    Fake server(path, kGuest);
    VncClient client(unixConnector(path), VncLink::network);
    client.setRetryDelay(10);
    QSignalSpy states(&client, &VncClient::stateChanged);
    client.start();
    QTRY_VERIFY(server.said().updateRequests > 0);
    server.send(message);
    server.drop();  // whatever is waited for in vain ends here
    QTRY_VERIFY_WITH_TIMEOUT(server.said().connections >= 2, 20000);
    QTRY_VERIFY(server.said().updateRequests >= 2);
    server.send(Fake::filled({0, 0, 64, 48}, 0x102030));
    QTRY_COMPARE(client.picture().image().size(), kGuest);
    QTRY_COMPARE(client.picture().image().pixelColor(63, 47), QColor(0x102030));
    bool saidSo = false;
    for (const QList<QVariant>& state : states) {
        if (state.at(0).value<VncClient::State>() != VncClient::State::lost) continue;
        saidSo = true;
        QVERIFY(!state.at(1).toString().isEmpty());
    }
    QVERIFY(saidSo);
}

void TestVncHostile::survivesAGreeting_data() {
    QTest::addColumn<QByteArray>("greeting");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("not RFB") << QByteArray("HTTP/1.1 400 Bad Request\r\n\r\n");
    QTest::newRow("version of the future") << QByteArray("RFB 999.999\n");
    QTest::newRow("no security types")
        << QByteArray("RFB 003.008\n\0", 13) + Fake::number<quint32>(0xffffffff);
    QTest::newRow("only TLS") << QByteArray("RFB 003.008\n") + QByteArray("\1\x13", 2);
    QTest::newRow("only a password")
        << QByteArray("RFB 003.008\n") + QByteArray("\1\2", 2) + QByteArray(16, 'c');
    QTest::newRow("refused") << QByteArray("RFB 003.008\n") + QByteArray("\1\1", 2) +
                                    Fake::number<quint32>(1) + Fake::number<quint32>(0xfffffff0);
    QTest::newRow("huge screen") << greetingWithSize(65535, 65535, 0);
    QTest::newRow("no screen") << greetingWithSize(0, 0, 0);
    QTest::newRow("huge name") << greetingWithSize(640, 480, 0xfffffff0);
}

void TestVncHostile::survivesAGreeting() {
    QFETCH(QByteArray, greeting);
    // A pair of sockets: what the other end says lies ready before the client asks.
    const StreamConnector connector = [greeting]() -> ConnectedStream {
        int pair[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return {-1, "pair"};
        (void)::send(pair[1], greeting.constData(), static_cast<std::size_t>(greeting.size()),
                     MSG_NOSIGNAL);
        ::shutdown(pair[1], SHUT_WR);
        std::thread([fd = pair[1]] {  // reads until the client has gone
            char buffer[256];
            while (::recv(fd, buffer, sizeof buffer, 0) > 0) {
            }
            ::close(fd);
        })
            .detach();
        return {pair[0], {}};
    };
    QString problem;
    std::unique_ptr<VncSession> session =
        VncSession::open(connector().fd, VncLink::network, {}, problem);
    QVERIFY(!session);
    QVERIFY(!problem.isEmpty());
}

// The library's decoders take what the server likes to send, asked for or not: random rectangles
// in each encoding there is. Run under the sanitizers too (tests/run.sh --asan).
void TestVncHostile::survivesRandomMessages() {
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    constexpr qint32 kEncodings[] = {0, 1, 5, 7, 16, -223, -224, -258};
    for (int round = 0; round < 300; ++round) {
        int pair[2];
        QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        const QByteArray greeting = greetingWithSize(64, 48, 0);
        QByteArray all = greeting;
        for (int i = 0; i < 4; ++i) {
            const qint32 encoding = kEncodings[random.bounded(int(std::size(kEncodings)))];
            const QRect rect(random.bounded(70), random.bounded(50), random.bounded(66),
                             random.bounded(50));
            all += Fake::updateOf(1) + Fake::rectangle(rect, encoding) +
                   rubbish(random, random.bounded(600));
        }
        QCOMPARE(::send(pair[1], all.constData(), static_cast<std::size_t>(all.size()), 0),
                 static_cast<ssize_t>(all.size()));
        ::shutdown(pair[1], SHUT_WR);
        QString problem;
        std::unique_ptr<VncSession> session =
            VncSession::open(pair[0], VncLink::network, {}, problem);
        QVERIFY2(session, qPrintable(problem));
        while (session->handleMessage()) {
        }
        QVERIFY(!session->problem().isEmpty());
        ::close(pair[1]);
    }
}

void TestVncHostile::survivesDeathAtEachByte() {
    const QByteArray all = greetingWithSize(64, 48, 0) + Fake::filled({0, 0, 8, 8}, 0x102030);
    for (qsizetype size = 0; size <= all.size(); ++size) {
        int pair[2];
        QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        (void)::send(pair[1], all.constData(), static_cast<std::size_t>(size), MSG_NOSIGNAL);
        ::shutdown(pair[1], SHUT_WR);
        QString problem;
        int updates = 0;
        VncEvents events;
        events.updated = [&updates](const QImage&, const QRegion&) { ++updates; };
        std::unique_ptr<VncSession> session =
            VncSession::open(pair[0], VncLink::network, std::move(events), problem);
        if (session) {
            while (session->handleMessage()) {
            }
            problem = session->problem();
        }
        QVERIFY(!problem.isEmpty());
        QCOMPARE(updates, size == all.size() ? 1 : 0);
        ::close(pair[1]);
    }
}

QTEST_GUILESS_MAIN(TestVncHostile)
#include "tst_vnc_hostile.moc"
