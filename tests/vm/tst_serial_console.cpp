// A socket of our own in QEMU's place.
#include "engine/vm/serial_console.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QTest>

#include "engine/base/file.h"

using namespace cloudlet;
using namespace std::chrono_literals;

namespace {

class Port {
public:
    explicit Port(const fs::path& path) : m_listener(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.native().copy(address.sun_path, sizeof address.sun_path - 1);
        ::bind(m_listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(m_listener.get(), 1);
    }
    void accept() { m_peer = Fd(::accept(m_listener.get(), nullptr, nullptr)); }
    void say(const std::string& text) {
        std::string_view left = text;
        while (!left.empty()) {
            const ssize_t n = ::send(m_peer.get(), left.data(), left.size(), MSG_NOSIGNAL);
            if (n <= 0) return;
            left.remove_prefix(static_cast<std::size_t>(n));
        }
    }
    void hangUp() { m_peer.reset(); }

private:
    Fd m_listener;
    Fd m_peer;
};

}  // namespace

class TestSerialConsole : public QObject {
    Q_OBJECT

private slots:
    void keepsWhatTheGuestSays();
    void waits();
    void boundsAFlood();
    void refusesWhatIsNotThere();
};

void TestSerialConsole::keepsWhatTheGuestSays() {
    const auto folder = TemporaryDirectory::create("/tmp", "cl-ser").value();
    Port port(folder.path() / "s");
    {
        auto console = SerialConsole::connect(folder.path() / "s", folder.path() / "log").value();
        port.accept();
        port.say("hello ");
        port.say("world\r\n");
        QVERIFY(bool(console->waitFor("hello world", 10s, {})));
        QCOMPARE(console->output(), std::string("hello world\r\n"));
    }
    const Bytes log = readWholeFile(folder.path() / "log", 100).value();
    QCOMPARE(asText(log), std::string_view("hello world\r\n"));
}

void TestSerialConsole::waits() {
    const auto folder = TemporaryDirectory::create("/tmp", "cl-ser").value();
    Port port(folder.path() / "s");
    auto console = SerialConsole::connect(folder.path() / "s", folder.path() / "log").value();
    port.accept();
    QCOMPARE(console->waitFor("x", 10ms, {}).error().code, ErrorCode::timedOut);
    std::stop_source source;
    source.request_stop();
    QCOMPARE(console->waitFor("x", 1h, source.get_token()).error().code, ErrorCode::cancelled);
    port.hangUp();
    QCOMPARE(console->waitFor("x", 1h, {}).error().code, ErrorCode::failed);
}

void TestSerialConsole::boundsAFlood() {
    const auto folder = TemporaryDirectory::create("/tmp", "cl-ser").value();
    Port port(folder.path() / "s");
    auto console = SerialConsole::connect(folder.path() / "s", folder.path() / "log").value();
    port.accept();
    const std::string line(1 << 16, 'x');
    for (int i = 0; i < 100; ++i) port.say(line);
    port.say("the end");
    QVERIFY(bool(console->waitFor("the end", 30s, {})));
    QVERIFY(console->output().size() <= 256 << 10);
    QVERIFY(console->output().ends_with("the end"));
    std::uintmax_t total = 0;
    for (const auto& entry : fs::directory_iterator(folder.path())) {
        if (entry.is_regular_file()) total += entry.file_size();
    }
    QVERIFY(total > 1 << 20);
    QVERIFY(total <= (2 << 20) + (1 << 16));
}

void TestSerialConsole::refusesWhatIsNotThere() {
    QCOMPARE(SerialConsole::connect("/nonexistent/s", "/nonexistent/l").error().code,
             ErrorCode::notFound);
    QCOMPARE(SerialConsole::connect("/" + std::string(200, 'a'), "/l").error().code,
             ErrorCode::invalid);
}

QTEST_GUILESS_MAIN(TestSerialConsole)
#include "tst_serial_console.moc"
