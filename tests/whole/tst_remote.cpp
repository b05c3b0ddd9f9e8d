// The remote cloudlet as it is used: synthesis_server and cloudlet push, on the small real guest,
// which starts before its overlay has arrived and answers on the port that the server chose.
#include <fmt/format.h>

#include <QTest>
#include <random>

#include "engine/base/confine.h"
#include "engine/net/http_client.h"
#include "engine/net/paired_servers.h"
#include "engine/net/push_client.h"
#include "engine/net/trust_store.h"
#include "tests/net/cut_relay.h"
#include "tests/whole/place.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

// What a person would do: watches, and finishes when told to.
class Watcher : public PushObserver {
public:
    void state(const push::State& state) override {
        const std::lock_guard lock(m_mutex);
        m_phase = state.phase;
        if (!state.forwards.empty()) m_port = state.forwards.front().hostPort;
    }
    void statistics(const push::Statistics& statistics) override {
        const std::lock_guard lock(m_mutex);
        m_received = statistics.receivedBytes;
    }
    void accepted(const push::Accept& accept) override {
        const std::lock_guard lock(m_mutex);
        if (accept.session == m_session) return;
        m_session = accept.session;
        // What was told of another one does not hold for it.
        m_phase = push::Phase::receiving;
        m_port = 0;
    }
    Result<void> residue(const push::Residue& part) override {
        residueBytes.insert(residueBytes.end(), part.bytes.begin(), part.bytes.end());
        return {};
    }
    void cut(const Error&) override { ++cuts; }
    std::optional<push::Then> wanted() override {
        if (!finish) return std::nullopt;
        finishes = true;
        return then;
    }

    push::Phase phase() const {
        const std::lock_guard lock(m_mutex);
        return m_phase;
    }
    std::uint16_t port() const {
        const std::lock_guard lock(m_mutex);
        return m_port;
    }
    std::uint64_t received() const {
        const std::lock_guard lock(m_mutex);
        return m_received;
    }

    std::string session() const {
        const std::lock_guard lock(m_mutex);
        return m_session;
    }

    push::Then then = push::Then::end;  // once `finish` is set
    Bytes residueBytes;                 // when the push is over
    std::atomic<bool> finish = false;
    std::atomic<bool> finishes = false;
    std::atomic<unsigned> cuts = 0;

private:
    mutable std::mutex m_mutex;  // guards the members below
    push::Phase m_phase = push::Phase::receiving;
    std::uint16_t m_port = 0;
    std::string m_session;
    std::uint64_t m_received = 0;
};

// A push on a thread of its own.
class Push {
public:
    Push(PushPlan plan, const fs::path& overlay) : m_source(FileSource::open(overlay).value()) {
        plan.source = &m_source;
        m_thread = std::jthread([this, plan](const std::stop_token& stop) {
            m_result.emplace(pushToServer(plan, watcher, stop));
            over = true;
        });
    }
    Result<void> finish(push::Then then = push::Then::end) {
        watcher.then = then;
        watcher.finish = true;
        m_thread.join();
        return *m_result;
    }

    Watcher watcher;
    std::atomic<bool> over = false;

private:
    FileSource m_source;
    std::optional<Result<void>> m_result;
    std::jthread m_thread;
};

// The names of a process's threads that run with a filter of system calls, or without.
QStringList threadsOf(pid_t process, bool filtered) {
    QStringList names;
    std::error_code ignored;
    for (const auto& task :
         fs::directory_iterator(fmt::format("/proc/{}/task", process), ignored)) {
        QFile status(qtPath(task.path() / "status"));
        if (!status.open(QIODevice::ReadOnly)) continue;  // it has ended
        const QByteArray text = status.readAll();
        if (text.contains("\nSeccomp:\t2\n") != filtered) continue;
        names << text.sliced(text.indexOf('\t') + 1, text.indexOf('\n') - text.indexOf('\t') - 1);
    }
    return names;
}

constexpr int kLimitMs = 120'000;  // against hanging only

bool command(const QString& program, const QStringList& arguments) {
    return QProcess::execute(program, arguments) == 0;
}

// Two ends of a wire, one of them in a network namespace of its own, shaped both ways.
class SlowLink {
public:
    // A private network that few use; it is gone with the test.
    static constexpr const char* kFar = "10.254.77.2";

    explicit SlowLink(const QString& rate) {
        const QString peer = m_name + "p";
        m_made = command("ip", {"netns", "add", m_name}) &&
                 command("ip", {"link", "add", m_name, "type", "veth", "peer", "name", peer,
                                "netns", m_name}) &&
                 command("ip", {"addr", "add", "10.254.77.1/24", "dev", m_name}) &&
                 command("ip", {"link", "set", m_name, "up"}) &&
                 inside({"ip", "addr", "add", QString(kFar) + "/24", "dev", peer}) &&
                 inside({"ip", "link", "set", peer, "up"}) &&
                 inside({"ip", "link", "set", "lo", "up"}) && command("tc", shaped(m_name, rate)) &&
                 inside(QStringList("tc") + shaped(peer, rate));
    }
    ~SlowLink() { command("ip", {"netns", "del", m_name}); }
    SlowLink(const SlowLink&) = delete;
    SlowLink& operator=(const SlowLink&) = delete;

    bool isMade() const { return m_made; }
    QStringList prefix() const { return {"netns", "exec", m_name}; }

private:
    // By a token bucket, which every kernel has; few have netem.
    static QStringList shaped(const QString& device, const QString& rate) {
        return {"qdisc", "add", "dev",   device, "root",    "tbf",
                "rate",  rate,  "burst", "16kb", "latency", "200ms"};
    }
    bool inside(const QStringList& words) const { return command("ip", prefix() + words); }

    QString m_name = QString("cl%1").arg(::getpid() % 100'000);
    bool m_made = false;
};

}  // namespace

class TestRemote : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanupTestCase();
    void cleanup();
    void runsThereAndAnswersHere();
    void theGuestReachesNothing();
    void isLeftRunningAndFetchedLater();
    void comesBackToAServerThatWasKilled();
    void nothingIsLeftOfAServerThatWasKilled_data();
    void nothingIsLeftOfAServerThatWasKilled();
    void answersBeforeAllHasArrivedOverASlowLink();

private:
    void startServer(std::uint16_t port = 0, const QString& address = "127.0.0.1",
                     const QStringList& prefix = {});
    PushPlan plan() const {
        PushPlan plan;
        plan.server = {{"127.0.0.1", m_port}, m_fingerprint, m_token};
        return plan;
    }
    fs::path overlay() const { return *m_place / "app.cloudlet"; }

    std::unique_ptr<Place> m_place;
    std::unique_ptr<Program> m_program;
    std::unique_ptr<Running> m_server;
    std::uint16_t m_port = 0;
    Hash m_fingerprint;
    std::string m_token;
};

void TestRemote::initTestCase() {
    QVERIFY2(std::getenv("CLOUDLET_TINY_DISK") != nullptr,
             "CLOUDLET_TINY_DISK must name the disk of the small test guest");
    m_place = std::make_unique<Place>();
    m_program = std::make_unique<Program>(m_place->catalog());
    m_program->set("XDG_DATA_HOME", m_place->file("home"));
    VERIFY_EXIT(m_program->run(baseArguments(qEnvironmentVariable("CLOUDLET_TINY_DISK"), "tiny")),
                0);
    m_place->write("setup.sh",
                   "echo page > /www/page.txt; dd if=/dev/urandom of=/run/noise bs=1M count=4\n"
                   "sha256sum /run/noise > /run/noise.sum\n");
    VERIFY_EXIT(
        m_program->run({"overlay", "tiny", "--no-clean", "--run", m_place->file("setup.sh"),
                        "--forward", "tcp:0:7777", "--json", "-o", m_place->file("app.cloudlet")}),
        0);
    // Paired, as the server's pair command and cloudlet pair do it.
    VALUE(trust, TrustStore::open(m_place->catalog() / "server"));
    const auto now = std::chrono::system_clock::now();
    VALUE(secret, trust.invite(Role::pusher, now));
    VALUE(token, trust.admit(secret, "test", now));
    m_token = token;
    startServer();
}

void TestRemote::startServer(std::uint16_t port, const QString& address,
                             const QStringList& prefix) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("CLOUDLET_CATALOG", qtPath(m_place->catalog()));
    const QStringList arguments{
        "run",   "--json", "--listen",           address, "--forward-address",
        address, "--port", QString::number(port)};
    m_server = std::make_unique<Running>(
        prefix.isEmpty() ? arguments : prefix + QStringList(SYNTHESIS_SERVER) + arguments,
        environment, prefix.isEmpty() ? SYNTHESIS_SERVER : "ip");
    QVERIFY2(m_server->waitForOutput("}\n"), m_server->errors());
    const QJsonObject said = QJsonDocument::fromJson(m_server->output()).object();
    m_port = static_cast<std::uint16_t>(said["port"].toInt());
    VALUE(fingerprint, Hash::fromHex(said["fingerprint"].toString().toStdString()));
    m_fingerprint = fingerprint;
}

void TestRemote::cleanupTestCase() {
    if (m_server) {
        m_server->signal(SIGTERM);
        const Outcome ended = m_server->finish();
        VERIFY_EXIT(ended, 0);
    }
    if (m_place) QCOMPARE(m_place->leftovers(), QStringList());
    m_server.reset();
    m_program.reset();
    m_place.reset();
}

void TestRemote::cleanup() {
    for (const pid_t pid : vmsIn(m_place->path())) ::kill(pid, SIGKILL);
}

// N02: over a line that is cut again and again, while the guest starts and runs.
void TestRemote::runsThereAndAnswersHere() {
    std::mt19937 random(2);
    std::deque<std::size_t> cuts(20);
    for (std::size_t& after : cuts) after = 50'000 + random() % 200'000;
    const CutRelay relay(m_port, cuts);
    PushPlan cutOften = plan();
    cutOften.server.address.port = relay.port();
    Push push(cutOften, overlay());
    QTRY_VERIFY_WITH_TIMEOUT(push.watcher.port() != 0 || push.over, kLimitMs);
    if (push.over) VERIFY_OK(push.finish());
    QCOMPARE(shellWhenReady(push.watcher.port(), "cat /www/page.txt"), std::string("page\n"));
    VALUE(sessions, askServer(plan().server, "GET", "/v1/sessions", {}, {}));
    QCOMPARE(sessions.at("sessions").as_array().size(), std::size_t{1});
    QTRY_VERIFY_WITH_TIMEOUT(push.watcher.phase() == push::Phase::complete || push.over, kLimitMs);
    QCOMPARE(shellWhenReady(push.watcher.port(), "sha256sum -c /run/noise.sum"),
             std::string("/run/noise: OK\n"));
    QVERIFY(push.watcher.cuts >= 10);
    VERIFY_OK(push.finish());
    QTRY_COMPARE_WITH_TIMEOUT(m_place->leftovers(), QStringList(), kLimitMs);
}

// A09: neither the host, nor what lies behind it. A13: and QEMU itself may do little, as may what
// decodes the overlay and serves the guest its files.
void TestRemote::theGuestReachesNothing() {
    Push push(plan(), overlay());
    QTRY_VERIFY_WITH_TIMEOUT(push.watcher.port() != 0 || push.over, kLimitMs);
    if (push.over) VERIFY_OK(push.finish());
    const std::string server = std::to_string(m_port);
    const std::string tries = shellWhenReady(
        push.watcher.port(), "for a in 10.0.2.2 127.0.0.1; do echo | timeout 3 nc $a " + server +
                                 " >/dev/null 2>&1 && echo reached $a; done; echo tried");
    QCOMPARE(tries, std::string("tried\n"));
    const std::vector<pid_t> vms = vmsIn(m_place->path());
    QCOMPARE(vms.size(), std::size_t{1});
    QCOMPARE(threadsOf(vms.front(), false), QStringList());
    QFile started(QString("/proc/%1/cmdline").arg(vms.front()));
    QVERIFY(started.open(QIODevice::ReadOnly));
    QVERIFY(started.readAll().contains(QByteArray("\0-sandbox\0on", 12)));  // the filter of its own
    if (checkConfinement()) {  // not in a build with sanitizers
        const std::vector<pid_t> mounts = fileSystemsIn(m_place->path());
        QCOMPARE(mounts.size(), std::size_t{1});
        QCOMPARE(threadsOf(mounts.front(), false).size(), 1);  // it unmounts
        QVERIFY(threadsOf(mounts.front(), true).size() > 4);
        const pid_t serving = static_cast<pid_t>(m_server->pid());
        QVERIFY(threadsOf(serving, true).contains("decoder"));
        QVERIFY(!threadsOf(serving, false).contains("decoder"));
    }
    VERIFY_OK(push.finish());
}

// What has become of the VM is fetched by its session alone; then nothing is left of either.
void TestRemote::isLeftRunningAndFetchedLater() {
    Push push(plan(), overlay());
    QTRY_VERIFY_WITH_TIMEOUT(push.watcher.phase() == push::Phase::complete || push.over, kLimitMs);
    if (push.over) VERIFY_OK(push.finish());
    QCOMPARE(shellWhenReady(push.watcher.port(), "echo used > /www/page.txt; sync; echo done"),
             std::string("done\n"));
    VERIFY_OK(push.finish(push::Then::keep));
    QCOMPARE(vmsIn(m_place->path()).size(), std::size_t{1});
    Watcher fetched;
    VERIFY_OK(fetchResidue(plan().server, push.watcher.session(), fetched, {}));
    VALUE(file, AtomicFile::create(*m_place / "used.cloudlet"));
    VERIFY_OK(file.file().writeAt(fetched.residueBytes, 0));
    VERIFY_OK(file.commit());
    VERIFY_EXIT(m_program->run({"verify-overlay", m_place->file("used.cloudlet")}), 0);
    QTRY_COMPARE_WITH_TIMEOUT(m_place->leftovers(), QStringList(), kLimitMs);
}

// N14: its sessions are gone with it, VM and all; the client begins anew and does not notice.
void TestRemote::comesBackToAServerThatWasKilled() {
    const std::uint16_t port = m_port;
    Push push(plan(), overlay());
    QTRY_VERIFY_WITH_TIMEOUT(push.watcher.port() != 0 || push.over, kLimitMs);
    if (push.over) VERIFY_OK(push.finish());
    const std::string before = push.watcher.session();
    m_server->signal(SIGKILL);
    m_server->finish();
    startServer(port);
    QTRY_VERIFY_WITH_TIMEOUT(push.watcher.session() != before || push.over, kLimitMs);
    QTRY_VERIFY_WITH_TIMEOUT(push.watcher.phase() == push::Phase::complete || push.over, kLimitMs);
    if (push.over) VERIFY_OK(push.finish());
    QCOMPARE(shellWhenReady(push.watcher.port(), "cat /www/page.txt"), std::string("page\n"));
    QCOMPARE(vmsIn(m_place->path()).size(), std::size_t{1});
    VERIFY_OK(push.finish());
    QTRY_COMPARE_WITH_TIMEOUT(m_place->leftovers(), QStringList(), kLimitMs);
}

void TestRemote::nothingIsLeftOfAServerThatWasKilled_data() {
    QTest::addColumn<push::Phase>("phase");
    QTest::newRow("accepting") << push::Phase::receiving;
    QTest::newRow("starting a VM") << push::Phase::starting;
    QTest::newRow("making a residue") << push::Phase::complete;
}

// Killed at other moments, and begun again: no VM, no mount, no file, and it serves.
void TestRemote::nothingIsLeftOfAServerThatWasKilled() {
    QFETCH(const push::Phase, phase);
    const std::uint16_t port = m_port;
    auto push = std::make_unique<Push>(plan(), overlay());
    const auto isThere = [&] {
        return push->over || (!push->watcher.session().empty() && push->watcher.phase() >= phase);
    };
    QTRY_VERIFY_WITH_TIMEOUT(isThere(), kLimitMs);
    if (phase == push::Phase::complete) {
        push->watcher.then = push::Then::residue;
        push->watcher.finish = true;
        QTRY_VERIFY_WITH_TIMEOUT(push->watcher.finishes || push->over, kLimitMs);
    }
    m_server->signal(SIGKILL);
    m_server->finish();
    push.reset();
    startServer(port);
    QTRY_COMPARE_WITH_TIMEOUT(m_place->leftovers(), QStringList(), kLimitMs);
    VALUE(sessions, askServer(plan().server, "GET", "/v1/sessions", {}, {}));
    QVERIFY(sessions.at("sessions").as_array().empty());
}

// The service answers through its forwarded port while most of the overlay is still on its way.
void TestRemote::answersBeforeAllHasArrivedOverASlowLink() {
    if (::getuid() != 0) QSKIP("only root may make network namespaces");
    // All of it would take half a minute.
    const SlowLink link("1mbit");
    if (!link.isMade()) QSKIP("this container makes no network namespaces");
    m_server->signal(SIGTERM);
    VERIFY_EXIT(m_server->finish(), 0);
    startServer(0, SlowLink::kFar, link.prefix());
    {
        PushPlan far = plan();
        far.server.address.host = SlowLink::kFar;
        QElapsedTimer began;
        began.start();
        Push push(far, overlay());
        QTRY_VERIFY_WITH_TIMEOUT(push.watcher.port() != 0 || push.over, kLimitMs);
        if (push.over) VERIFY_OK(push.finish());
        QVERIFY(push.watcher.phase() == push::Phase::running);
        const qint64 running = began.elapsed();
        QTRY_COMPARE_WITH_TIMEOUT(shell(push.watcher.port(), "cat /www/page.txt", SlowLink::kFar),
                                  std::string("page\n"), kLimitMs);
        qInfo("running after %lld ms, answered after %lld ms, with %llu of %llu bytes there",
              running, began.elapsed(), static_cast<unsigned long long>(push.watcher.received()),
              static_cast<unsigned long long>(fs::file_size(overlay())));
        QVERIFY(push.watcher.phase() == push::Phase::running);
        VERIFY_OK(push.finish());
    }
    m_server->signal(SIGTERM);
    VERIFY_EXIT(m_server->finish(), 0);
    startServer();
}

QTEST_GUILESS_MAIN(TestRemote)
#include "tst_remote.moc"
