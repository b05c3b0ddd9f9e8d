// The life of a VM with a real guest: boot, use, capture while it runs, resume clones.
#include <sched.h>

#include <QTest>

#include "engine/vm/guest_agent.h"
#include "engine/vm/qemu_process.h"
#include "tests/support/result_checks.h"
#include "tests/vm/tiny_guest.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

class TestVmCycle : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanupTestCase();
    void bootsAndAnswers();
    void usesAllProcessors();
    void forwards();
    void agentRunsScripts();
    void screenshotAndConsole();
    void capturesTwiceWhileItLives();
    void resumesClones_data();
    void resumesClones();

private:
    std::unique_ptr<TemporaryDirectory> m_folder;
    std::unique_ptr<Hypervisor> m_hypervisor;
    DomainPlan m_plan;
    std::unique_ptr<Domain> m_domain;
    std::uint16_t m_port = 0;
    Bytes m_state;
};

void TestVmCycle::initTestCase() {
    QVERIFY2(std::getenv("CLOUDLET_TINY_DISK") != nullptr,
             "CLOUDLET_TINY_DISK must name the disk of the small test guest");
    m_folder = std::make_unique<TemporaryDirectory>(workFolder());
    const auto start = std::chrono::steady_clock::now();
    auto hypervisor = Hypervisor::open({});
    VERIFY_OK(hypervisor);
    m_hypervisor = std::move(hypervisor).value();
    qInfo("opened %s, QEMU %s, in %.2f s", m_hypervisor->uri().c_str(),
          m_hypervisor->qemuVersion().c_str(), secondsSince(start));
}

void TestVmCycle::cleanupTestCase() {
    m_domain.reset();
    m_hypervisor.reset();
    m_folder.reset();
}

void TestVmCycle::bootsAndAnswers() {
    m_plan = tinyPlan(m_folder->path(), "a");
    const auto start = std::chrono::steady_clock::now();
    auto domain = m_hypervisor->boot(m_plan);
    VERIFY_OK(domain);
    m_domain = std::move(domain).value();
    qInfo("started in %.2f s", secondsSince(start));
    const auto ready = m_domain->waitForSerial(kReady, 180s);
    VERIFY_OK(ready);
    qInfo("ready after %.2f s", secondsSince(start));
    QVERIFY(fs::file_size(m_plan.runFiles().serialLog()) > 0);
    QCOMPARE(m_domain->status().value().state, DomainState::running);
    const auto forward = m_domain->addForward({PortForward::Protocol::tcp, 0, kShellPort});
    VERIFY_OK(forward);
    m_port = forward->hostPort;
    QVERIFY(m_port != 0);
    QCOMPARE(shellWhenReady(m_port, "echo $((6*7))"), std::string("42\n"));
}

// Though libvirt is called from one processor only (first_processor.h).
void TestVmCycle::usesAllProcessors() {
    cpu_set_t ours;
    QCOMPARE(::sched_getaffinity(0, sizeof ours, &ours), 0);
    const auto process = findQemuProcess(m_plan.uuid);
    QVERIFY(process.has_value());
    cpu_set_t theirs;
    QCOMPARE(::sched_getaffinity(process->pid, sizeof theirs, &theirs), 0);
    QVERIFY(CPU_COUNT(&theirs) >= CPU_COUNT(&ours));
}

void TestVmCycle::forwards() {
    const auto second = m_domain->addForward({PortForward::Protocol::tcp, 0, 8080});
    VERIFY_OK(second);
    QCOMPARE(m_domain->forwards().value().size(), std::size_t{2});
    const auto busy = m_domain->addForward({PortForward::Protocol::tcp, m_port, 8080});
    QVERIFY(!busy);
    QCOMPARE(busy.error().code, ErrorCode::inUse);
    QVERIFY(busy.error().message.find(std::to_string(m_port)) != std::string::npos);
    VERIFY_OK(m_domain->removeForward(*second));
    QCOMPARE(m_domain->removeForward(*second).error().code, ErrorCode::notFound);
    QCOMPARE(m_domain->forwards().value().size(), std::size_t{1});
}

void TestVmCycle::agentRunsScripts() {
    GuestAgent agent(*m_domain);
    VERIFY_OK(agent.waitUntilReady(30s));
    const auto result = agent.runScript("echo out; echo err >&2; exit 3\n", 30s);
    VERIFY_OK(result);
    QCOMPARE(result->exitCode, 3);
    QCOMPARE(result->output, std::string("out\nerr\n"));
    const auto background = agent.runScript("#!/bin/sh -e\nsleep 30 &\nfalse\necho no\n", 20s);
    VERIFY_OK(background);
    QCOMPARE(background->exitCode, 1);
    QCOMPARE(background->output, std::string());
    const auto large = agent.runScript("yes | head -c 1000000; echo end\n", 30s);
    VERIFY_OK(large);
    QCOMPARE(large->output.size(), std::size_t{262144});
    QVERIFY(large->output.ends_with("end\n"));
    QCOMPARE(agent.runScript("sleep 60", 1s).error().code, ErrorCode::timedOut);
}

void TestVmCycle::screenshotAndConsole() {
    const auto png = m_domain->screenshot();
    VERIFY_OK(png);
    QVERIFY(png->size() > 200);
    QVERIFY(asText(*png).substr(1, 3) == "PNG");
    const auto console = m_domain->openConsole();
    VERIFY_OK(console);
    char banner[13] = {};
    QCOMPARE(::read(console->get(), banner, 12), ssize_t{12});
    QVERIFY(std::string(banner).starts_with("RFB 003."));
    QVERIFY(fs::is_socket(m_domain->consoleAddress()));
}

void TestVmCycle::capturesTwiceWhileItLives() {
    QCOMPARE(shell(m_port, "echo kept >/tmp/mark; echo on >/dev/shm/x 2>/dev/null; cat /tmp/mark"),
             std::string("kept\n"));
    for (int i = 0; i < 2; ++i) {
        const auto start = std::chrono::steady_clock::now();
        VERIFY_OK(m_domain->suspend());
        const double suspended = secondsSince(start);
        auto state = m_domain->captureState();
        VERIFY_OK(state);
        const double captured = secondsSince(start);
        QCOMPARE(m_domain->status().value().state, DomainState::paused);
        if (i == 1) {
            fs::create_directory(m_folder->path() / "base");
            copyFile(m_plan.disk, m_folder->path() / "base/disk.raw");
            copyFile(m_plan.memory, m_folder->path() / "base/memory.raw");
        }
        const auto again = std::chrono::steady_clock::now();
        VERIFY_OK(m_domain->resume());
        qInfo("suspended %.4f, captured %.4f, resumed in %.4f s; %zu bytes", suspended, captured,
              secondsSince(again), state->size());
        m_state = std::move(state).value();
        QCOMPARE(shellWhenReady(m_port, "cat /tmp/mark"), std::string("kept\n"));
    }
    const auto start = std::chrono::steady_clock::now();
    VERIFY_OK(m_domain->destroy());
    qInfo("destroyed in %.2f s", secondsSince(start));
    QCOMPARE(m_domain->status().value().state, DomainState::shutOff);
    m_domain.reset();
}

void TestVmCycle::resumesClones_data() {
    QTest::addColumn<bool>("shared");
    QTest::newRow("own copy of the memory") << true;
    QTest::newRow("private pages over the base's memory") << false;
}

void TestVmCycle::resumesClones() {
    QFETCH(bool, shared);
    DomainPlan plan =
        tinyPlan(m_folder->path(), shared ? "on" : "off", m_folder->path() / "base/disk.raw");
    plan.machine.qemuVersion = m_hypervisor->qemuVersion();
    plan.memoryShared = shared;
    plan.memory = m_folder->path() / "base/memory.raw";
    if (shared) {
        plan.memory = plan.runDirectory / "memory.raw";
        copyFile(m_folder->path() / "base/memory.raw", plan.memory);
    }
    const auto start = std::chrono::steady_clock::now();
    auto domain = m_hypervisor->resume(plan, m_state);
    VERIFY_OK(domain);
    qInfo("resumed in %.2f s", secondsSince(start));
    const auto forward = (*domain)->addForward({PortForward::Protocol::tcp, 0, kShellPort});
    VERIFY_OK(forward);
    QCOMPARE(shellWhenReady(forward->hostPort, "cat /tmp/mark"), std::string("kept\n"));
    qInfo("answered after %.2f s", secondsSince(start));
    GuestAgent agent(**domain);
    VERIFY_OK(agent.waitUntilReady(10s));
    VERIFY_OK(agent.setTime());
    const long guest = std::atol(shell(forward->hostPort, "date +%s").c_str());
    QVERIFY(std::labs(guest - std::time(nullptr)) <= 2);
}

QTEST_GUILESS_MAIN(TestVmCycle)
#include "tst_vm_cycle.moc"
