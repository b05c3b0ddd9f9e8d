// The process cloudletfs at the other end of a channel on which an engine misbehaves.
#include "cloudletfs/server.h"

#include <signal.h>

#include <fstream>
#include <future>

#include "engine/base/process.h"
#include "engine/mount/mount_process.h"
#include "tests/support/mount_fixture.h"

using namespace cloudlet;
using namespace cloudlet::mountChannel;
using namespace cloudlet::test;
using namespace std::chrono_literals;

namespace {

// A cloudletfs that has been started and told nothing.
class Other {
public:
    explicit Other(const MountPlace& place) : m_place(place) {
        fs::create_directory(place.run() / "mnt");
        auto ends = PacketSocket::makePair().value();
        MountProcess::start(MOUNT_PROGRAM, ends.second, "/tmp").value();
        m_socket = std::move(ends.first);
        const std::optional<Message> hello = next();
        m_process =
            MountProcess::find(static_cast<pid_t>(std::get<Alive>(hello->body).pid)).value();
    }
    ~Other() { m_process->kill(); }
    Other(const Other&) = delete;
    Other& operator=(const Other&) = delete;

    const MountProcess& process() const { return *m_process; }
    void say(const Body& body, std::uint32_t tag = 1) { m_socket.send({tag, body}, 1s).value(); }
    void sayBytes(std::string_view text) { (void)m_socket.trySend(asBytes(text), {}); }
    SetUp setUp() const {
        SetUp values;
        values.diskChunks = 4;
        values.memoryChunks = 1;
        values.readDeadlineMs = 1000;
        values.folder = m_place.run();
        values.diskBase = m_place / "disk.base";
        values.memoryBase = m_place / "memory.base";
        return values;
    }
    void start() {
        const Bytes pending{std::byte{0x02}};
        say(setUp());
        say(Bits{BitSet::pending, ImageKind::disk, 0, pending});
        say(Start{}, 5);
    }
    // The next message but signs of life; nullopt at the end of the connection. Views in it are
    // valid until the next call.
    std::optional<Message> next() {
        std::optional<Message> message;
        eventually([&] {
            const auto packet = m_socket.tryReceive(m_buffer);
            if (!packet) return true;
            if (!*packet) return false;
            message = parsePacket(**packet).value();
            return !m_process || !std::holds_alternative<Alive>(message->body);
        });
        return message;
    }
    std::string nextError() {
        const std::optional<Message> message = next();
        const auto* failed = message ? std::get_if<Failed>(&message->body) : nullptr;
        return failed != nullptr ? toString(failed->error.code) : "no error";
    }
    bool ends() const { return m_process->waitForEnd(10s); }

private:
    const MountPlace& m_place;
    PacketSocket m_socket;
    Bytes m_buffer = Bytes(kMostPacket);
    std::optional<MountProcess> m_process;
};

}  // namespace

class TestServer : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { REQUIRE_FUSE(); }

    void saysWhatItIs() {
        VALUE(help, runProcess({{MOUNT_PROGRAM, "--help"}, {}, {}}, {}));
        QCOMPARE(help.exitCode, 0);
        QVERIFY(help.output.find("--channel") != std::string::npos);
        VALUE(version, runProcess({{MOUNT_PROGRAM, "--version"}, {}, {}}, {}));
        QVERIFY(version.output.starts_with("cloudletfs "));
        for (const char* argument : {"", "--channel", "-x"}) {
            VALUE(wrong, runProcess({{MOUNT_PROGRAM, argument}, {}, {}}, {}));
            QCOMPARE(wrong.exitCode, 2);
        }
        VALUE(noSocket, runProcess({{MOUNT_PROGRAM, "--channel", "9", "/tmp"}, {}, {}}, {}));
        QCOMPARE(noSocket.exitCode, 2);
    }

    void refusesWrongBeginnings_data() {
        QTest::addColumn<int>("beginning");
        QTest::addColumn<QString>("error");
        QTest::newRow("nonsense") << 0 << "corrupt";
        QTest::newRow("another version") << 1 << "incompatible";
        QTest::newRow("no set-up") << 2 << "corrupt";
        QTest::newRow("set-up twice") << 3 << "corrupt";
        QTest::newRow("pending beyond the image") << 4 << "corrupt";
        QTest::newRow("not pending") << 5 << "corrupt";
        QTest::newRow("too early") << 6 << "corrupt";
        QTest::newRow("base of another size") << 7 << "corrupt";
        QTest::newRow("no base") << 8 << "notFound";
        QTest::newRow("no mount point") << 9 << "unavailable";
        QTest::newRow("no folder") << 10 << "notFound";
    }
    void refusesWrongBeginnings() {
        QFETCH(int, beginning);
        QFETCH(QString, error);
        const MountPlace place("A?CD");
        Other other(place);
        const Bytes bits{std::byte{0x10}};
        SetUp setUp = other.setUp();
        if (beginning == 0) other.sayBytes("nonsense");
        if (beginning == 1) setUp.version = 99;
        if (beginning == 7) setUp.diskChunks = 5;
        if (beginning == 8) setUp.memoryBase = place / "none";
        if (beginning == 9) fs::remove(place.run() / "mnt");
        if (beginning == 10) setUp.folder = place / "none";
        if (beginning == 2) other.say(Start{});
        if (beginning != 0 && beginning != 2) other.say(setUp);
        if (beginning == 3) other.say(setUp);
        if (beginning == 4) other.say(Bits{BitSet::pending, ImageKind::disk, 0, bits});
        if (beginning == 5) other.say(Bits{BitSet::modified, ImageKind::disk, 0, bits});
        if (beginning == 6) other.say(AllPlaced{});
        if (beginning >= 7) other.say(Start{});
        QCOMPARE(QString::fromStdString(other.nextError()), error);
        QVERIFY(other.ends());
        QVERIFY(!place.isMounted());
    }

    void endsWithAnEngineThatBreaksTheRules_data() {
        QTest::addColumn<int>("breach");
        QTest::newRow("nonsense") << 0;
        QTest::newRow("chunk outside") << 1;
        QTest::newRow("zeros outside") << 2;
        QTest::newRow("what only cloudletfs says") << 3;
        QTest::newRow("set-up again") << 4;
    }
    void endsWithAnEngineThatBreaksTheRules() {
        QFETCH(int, breach);
        const MountPlace place("A?CD");
        Other other(place);
        other.start();
        const std::optional<Message> ready = other.next();
        QCOMPARE(ready->tag, 5U);
        QVERIFY(std::holds_alternative<Ready>(ready->body));
        const MountedFile disk(place.run() / "mnt/disk");
        auto read = std::async(std::launch::async, [&] { return disk.letters(1, 1); });
        QVERIFY(std::holds_alternative<Demand>(other.next()->body));
        const Bytes chunk = letterChunk('x');
        if (breach == 0) other.sayBytes("nonsense");
        if (breach == 1) other.say(Place{ImageKind::disk, 4, chunk}, 0);
        if (breach == 2) other.say(PlaceZero{{ImageKind::memory, 0, 2}}, 0);
        if (breach == 3) other.say(Done{});
        if (breach == 4) other.say(other.setUp());
        QVERIFY(read.get().starts_with("error"));
        QVERIFY(other.ends());
        QVERIFY(place.isClear());
    }

    void endsOrderlyAtSigterm() {
        const MountPlace place("A?CD");
        Other other(place);
        other.start();
        QVERIFY(std::holds_alternative<Ready>(other.next()->body));
        const auto socket = PacketSocket::connect(place.run() / "mount.sock");
        const pid_t pid = socket->peer().value();
        ::kill(pid, SIGINT);  // the engine's business
        ::kill(pid, SIGHUP);
        QVERIFY(!other.process().waitForEnd(100ms));
        ::kill(pid, SIGTERM);
        QVERIFY(other.ends());
        QVERIFY(place.isClear());
    }

    void keepsItsMemoryToItself() {
        const MountPlace place("A?CD");
        Other other(place);
        other.start();
        QVERIFY(std::holds_alternative<Ready>(other.next()->body));
        const pid_t pid = PacketSocket::connect(place.run() / "mount.sock")->peer().value();
        const std::string self = "/proc/" + std::to_string(pid);
        std::ifstream limits(self + "/limits");
        std::string line;
        while (std::getline(limits, line) && !line.starts_with("Max core")) continue;
        QVERIFY(QString::fromStdString(line).simplified().contains("0 0"));
        // Nothing is open but its channel, its files and its own.
        if (::geteuid() != 0) return;  // the next is closed to others
        for (const auto& entry : fs::directory_iterator(self + "/fd")) {
            const std::string target = fs::read_symlink(entry.path());
            const bool known = target.starts_with("socket:") || target.starts_with("anon_inode:") ||
                               target == "/dev/null" || target == "/dev/fuse" ||
                               target.starts_with(place.path().string());
            QVERIFY2(known, target.c_str());
        }
        std::ifstream status(self + "/status");
        while (std::getline(status, line) && !line.starts_with("CapEff:")) continue;
        QCOMPARE(std::stoull(line.substr(7), nullptr, 16), 1ULL << 21);  // CAP_SYS_ADMIN
    }
};

QTEST_GUILESS_MAIN(TestServer)
#include "tst_server.moc"
