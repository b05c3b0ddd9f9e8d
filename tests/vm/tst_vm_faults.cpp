// What goes wrong around a VM with a real guest: machines that do not fit, a QEMU that is killed,
// a process that dies, cancels, and what is left behind.
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

#include <QTest>
#include <fstream>
#include <iostream>

#include "engine/base/process.h"
#include "engine/vm/embed_root.h"
#include "engine/vm/guest_agent.h"
#include "tests/support/printed_errors.h"
#include "tests/support/result_checks.h"
#include "tests/vm/tiny_guest.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

int entriesIn(const char* directory) {
    int count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(directory)) ++count;
    return count;
}

// Asks again for up to a minute: threads and descriptors of libvirt end a little later.
bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 1200; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(50ms);
    }
    return condition();
}

// Orphans are made in a runtime directory of their own, away from the sweeps of other programs.
fs::path orphanParent(const fs::path& folder) {
    return folder / "cloudlet-studio/vm";
}

std::optional<Survivor> survivorOf(const fs::path& folder, const std::string& uuid) {
    const std::vector<Survivor> found = survivorsIn(orphanParent(folder)).value();
    for (const Survivor& survivor : found) {
        if (survivor.process.uuid == uuid) return survivor;
    }
    return std::nullopt;
}

// The second life of this program: boots a VM, says what it did, and waits to be killed.
int bootAndWait(const fs::path& folder) {
    auto hypervisor = Hypervisor::open({});
    if (!hypervisor) {
        std::cout << hypervisor.error().message << std::endl;
        return 1;
    }
    const DomainPlan plan = tinyPlan(folder, "orphan" + std::to_string(::getpid()));
    auto domain = (*hypervisor)->boot(plan);
    if (domain)
        domain = (*domain)->waitForSerial(kReady, 180s)
                     ? std::move(domain)
                     : Result<std::unique_ptr<Domain>>(Error{ErrorCode::failed, "not ready"});
    std::cout << (domain ? "ready " + plan.uuid : domain.error().message) << std::endl;
    if (!domain) return 1;
    while (true) ::pause();
}

// Another life of this program: takes a survivor's root over and uses its VM.
int attachAndUse(const std::string& root, const std::string& uuid) {
    const auto failed = [](const std::string& why) {
        std::cout << why << std::endl;
        return 1;
    };
    HypervisorOptions options;
    options.embedRoot = root;
    auto hypervisor = Hypervisor::open(options);
    if (!hypervisor) return failed(hypervisor.error().message);
    auto domain = (*hypervisor)->find(uuid);
    if (!domain) return failed(domain.error().message);
    const auto forward = (*domain)->addForward({PortForward::Protocol::tcp, 0, kShellPort});
    if (!forward) return failed(forward.error().message);
    if (shellWhenReady(forward->hostPort, "echo alive") != "alive\n") return failed("no answer");
    const auto agent = GuestAgent(**domain).waitUntilReady(10s);
    if (!agent) return failed(agent.error().message);
    return 0;  // ends the VM and removes the root
}

std::string namesOf(const std::vector<DomainSummary>& list) {
    std::string names;
    for (const DomainSummary& domain : list) {
        names += domain.name + " (" + toString(domain.status.state) + ") ";
    }
    return names;
}

}  // namespace

class TestVmFaults : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanupTestCase();
    void refusesWhatDoesNotFit_data();
    void refusesWhatDoesNotFit();
    void refusesBrokenStates();
    void noticesAKilledQemu();
    void aQemuThatDiesBeforeItsAgentPrintsNothing();
    void noticesAShutdown();
    void cancelsWhileItWaits();
    void cancelsAStart();
    void detachesAndFinds();
    void privateMemoryIsNotCaptured();
    void leavesNothingBehind();
    void endsTheVmOfADeadProcess();
    void takesTheVmOfADeadProcessOver();

private:
    std::unique_ptr<Domain> resumed(const std::string& name, Start start = Start::running);
    std::optional<Survivor> makeSurvivor();

    std::unique_ptr<TemporaryDirectory> m_folder;
    std::unique_ptr<Hypervisor> m_hypervisor;
    DomainPlan m_base;
    Bytes m_state;
};

void TestVmFaults::initTestCase() {
    QVERIFY2(std::getenv("CLOUDLET_TINY_DISK") != nullptr,
             "CLOUDLET_TINY_DISK must name the disk of the small test guest");
    m_folder = std::make_unique<TemporaryDirectory>(workFolder());
    auto hypervisor = Hypervisor::open({});
    VERIFY_OK(hypervisor);
    m_hypervisor = std::move(hypervisor).value();
    m_base = tinyPlan(m_folder->path(), "base");
    m_base.machine.qemuVersion = m_hypervisor->qemuVersion();
    auto domain = m_hypervisor->boot(m_base);
    VERIFY_OK(domain);
    VERIFY_OK((*domain)->waitForSerial(kReady, 180s));
    VERIFY_OK(GuestAgent(**domain).waitUntilReady(20s));
    VERIFY_OK((*domain)->suspend());
    auto state = (*domain)->captureState();
    VERIFY_OK(state);
    m_state = std::move(state).value();
}

void TestVmFaults::cleanupTestCase() {
    if (m_folder) {  // what a failed test may have left
        const std::vector<Survivor> left = survivorsIn(orphanParent(m_folder->path())).value();
        for (const Survivor& survivor : left) VERIFY_OK(endQemu(survivor.process, 10s));
    }
    m_hypervisor.reset();
    m_folder.reset();
}

std::unique_ptr<Domain> TestVmFaults::resumed(const std::string& name, Start start) {
    DomainPlan plan = tinyPlan(m_folder->path(), name, m_base.disk);
    plan.machine = m_base.machine;
    copyFile(m_base.memory, plan.memory);
    auto domain = m_hypervisor->resume(plan, m_state, start);
    if (!domain) qWarning("%s", domain.error().message.c_str());
    return domain ? std::move(domain).value() : nullptr;
}

void TestVmFaults::refusesWhatDoesNotFit_data() {
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("named");
    QTest::newRow("CPU unknown") << "cpu-unknown"
                                 << "NoSuchCpu";
    QTest::newRow("CPU that TCG cannot provide") << "cpu-unusable"
                                                 << "Haswell";
    QTest::newRow("machine type of another version") << "machine-other"
                                                     << "pc-q35-7.1";
    QTest::newRow("machine type unknown") << "machine-unknown"
                                          << "pc-q35-99.0";
    QTest::newRow("memory of another size") << "memory"
                                            << "144.0 MiB";
    QTest::newRow("memory beyond the host") << "memory-huge"
                                            << "TiB";
    QTest::newRow("newer QEMU") << "qemu"
                                << "99.1.0";
    QTest::newRow("KVM without KVM") << "kvm"
                                     << "KVM";
}

void TestVmFaults::refusesWhatDoesNotFit() {
    QFETCH(QString, field);
    QFETCH(QString, named);
    if (field == "kvm" && fs::exists("/sys/module/kvm_intel")) QSKIP("this host may have KVM");
    DomainPlan plan = m_base;
    plan.uuid = newUuid();
    MachineSpec& machine = plan.machine;
    if (field == "cpu-unknown") machine.cpuModel = "NoSuchCpu";
    if (field == "cpu-unusable") machine.cpuModel = "Haswell";
    if (field == "machine-other") machine.machineType = "pc-q35-7.1";
    if (field == "machine-unknown") machine.machineType = "pc-q35-99.0";
    if (field == "memory") machine.memoryBytes = 144 << 20;
    if (field == "memory-huge") machine.memoryBytes = std::uint64_t{1} << 40;
    if (field == "qemu") machine.qemuVersion = "99.1.0";
    if (field == "kvm") machine.accelerator = Accelerator::kvm;
    const auto domain = m_hypervisor->resume(plan, m_state);
    QVERIFY(!domain);
    qInfo("%s", domain.error().message.c_str());
    QCOMPARE(domain.error().code, ErrorCode::incompatible);
    QVERIFY(domain.error().message.find(named.toStdString()) != std::string::npos);
    if (field == "memory" || field == "machine-other") return;  // wrong for this state only
    QCOMPARE(m_hypervisor->checkMachine(machine).error().code, ErrorCode::incompatible);
}

void TestVmFaults::refusesBrokenStates() {
    DomainPlan plan = m_base;
    plan.uuid = newUuid();
    plan.memoryShared = false;
    const Bytes half(m_state.begin(), m_state.begin() + static_cast<long>(m_state.size() / 2));
    const auto truncated = m_hypervisor->resume(plan, half);
    QVERIFY(!truncated);
    qInfo("%s", truncated.error().message.c_str());
    Bytes damaged = m_state;
    for (std::size_t i = damaged.size() / 2; i < damaged.size(); ++i) damaged[i] = std::byte{0xa5};
    const auto nonsense = m_hypervisor->resume(plan, damaged);
    QVERIFY(!nonsense);
    qInfo("%s", nonsense.error().message.c_str());
    const bool left = !eventually([&] { return m_hypervisor->list().value().empty(); });
    QVERIFY2(!left, namesOf(m_hypervisor->list().value()).c_str());
}

void TestVmFaults::noticesAKilledQemu() {
    const auto domain = resumed("killed");
    QVERIFY(domain);
    const auto process = findQemuProcess(domain->uuid());
    QVERIFY(process.has_value());
    QCOMPARE(process->name, domain->name());
    QVERIFY(killQemu(process->pid, domain->uuid()));
    const auto end = domain->waitForEnd(10s);
    VERIFY_OK(end);
    QCOMPARE(end->state, DomainState::crashed);
    QCOMPARE(domain->status().value().state, DomainState::crashed);
    VERIFY_OK(domain->destroy());
    QVERIFY(!domain->suspend());
    QVERIFY(!domain->screenshot());
    QCOMPARE(GuestAgent(*domain).waitUntilReady(1s).error().code, ErrorCode::failed);
}

// libvirt learns of the agent when the guest goes on, and finds nobody at its socket, as when QEMU
// has died meanwhile. Without our filter GLib complains then; with G_DEBUG=fatal-criticals, here.
void TestVmFaults::aQemuThatDiesBeforeItsAgentPrintsNothing() {
    const std::string printed = printedErrors([this] {
        const auto domain = resumed("no-agent", Start::paused);
        QVERIFY(domain);
        fs::remove(m_folder->path() / "no-agent/agent.sock");
        VERIFY_OK(domain->resume());
        std::this_thread::sleep_for(500ms);  // until it has tried; not provoked, the test passes
        const auto process = findQemuProcess(domain->uuid());
        QVERIFY(process.has_value());
        QVERIFY(killQemu(process->pid, domain->uuid()));
        VERIFY_OK(domain->waitForEnd(10s));
        VERIFY_OK(domain->destroy());
    });
    QCOMPARE(printed, std::string());
}

void TestVmFaults::noticesAShutdown() {
    const auto domain = resumed("shutdown");
    QVERIFY(domain);
    GuestAgent agent(*domain);
    VERIFY_OK(agent.waitUntilReady(20s));
    QCOMPARE(domain->waitForEnd(200ms).error().code, ErrorCode::timedOut);
    VERIFY_OK(agent.runScript("(sleep 1; poweroff -f) &\n", 20s));
    const auto end = domain->waitForEnd(30s);
    VERIFY_OK(end);
    QCOMPARE(end->state, DomainState::shutOff);
}

void TestVmFaults::cancelsWhileItWaits() {
    const auto domain = resumed("waiting");
    QVERIFY(domain);
    GuestAgent agent(*domain);
    VERIFY_OK(agent.waitUntilReady(20s));
    const auto cancelled = [](const std::function<ErrorCode(std::stop_token)>& call) {
        std::stop_source source;
        const std::jthread canceller([&] {
            std::this_thread::sleep_for(300ms);
            source.request_stop();
        });
        return call(source.get_token()) == ErrorCode::cancelled;
    };
    QVERIFY(cancelled([&](auto s) { return domain->waitForEnd(1h, s).error().code; }));
    QVERIFY(cancelled([&](auto s) { return domain->waitForSerial("no", 1h, s).error().code; }));
    QVERIFY(cancelled([&](auto s) { return agent.runScript("sleep 99", 1h, s).error().code; }));
    VERIFY_OK(agent.runScript("(sleep 1; killall qemu-ga) &\n", 20s));
    while (agent.waitUntilReady(100ms)) std::this_thread::sleep_for(100ms);
    QVERIFY(cancelled([&](auto s) { return agent.waitUntilReady(1h, s).error().code; }));
}

void TestVmFaults::cancelsAStart() {
    DomainPlan plan = tinyPlan(m_folder->path(), "cancelled", m_base.disk);
    plan.emulator = plan.runDirectory / "emulator";
    // Answers libvirt's questions about QEMU, but hangs instead of starting this machine.
    std::ofstream(plan.emulator) << "#!/bin/sh\ncase \"$*\" in *" << plan.uuid
                                 << "*) kill -STOP $$;; esac\n"
                                 << "exec qemu-system-x86_64 \"$@\"\n";
    fs::permissions(plan.emulator, fs::perms::owner_all);
    std::stop_source source;
    const std::jthread canceller([&] {
        std::this_thread::sleep_for(500ms);
        source.request_stop();
    });
    const auto domain = m_hypervisor->boot(plan, Start::running, source.get_token());
    QVERIFY(!domain);
    QCOMPARE(domain.error().code, ErrorCode::cancelled);
    std::stop_source early;
    early.request_stop();
    const auto never = m_hypervisor->boot(m_base, Start::running, early.get_token());
    QCOMPARE(never.error().code, ErrorCode::cancelled);
    // libvirt gives the start up when its QEMU is gone from the list of processes, which is up to
    // the host's first process: a slow one takes half a minute.
    QVERIFY(eventually([&] { return m_hypervisor->list().value().empty(); }));
}

void TestVmFaults::detachesAndFinds() {
    auto domain = resumed("found");
    QVERIFY(domain);
    const std::string name = domain->name();
    const std::string uuid = domain->uuid();
    const auto forward = domain->addForward({PortForward::Protocol::tcp, 0, kShellPort});
    VERIFY_OK(forward);
    domain->detach();
    domain.reset();
    const auto list = m_hypervisor->list();
    VERIFY_OK(list);
    const auto listed = std::find_if(list->begin(), list->end(), [&](const DomainSummary& summary) {
        return summary.uuid == uuid;
    });
    QVERIFY2(listed != list->end(), namesOf(*list).c_str());
    QCOMPARE(listed->runDirectory, m_folder->path() / "found");
    auto found = m_hypervisor->find(name);
    VERIFY_OK(found);
    QCOMPARE((*found)->uuid(), uuid);
    QCOMPARE((*found)->forwards().value(), std::vector{*forward});
    QCOMPARE(shellWhenReady(forward->hostPort, "echo here"), std::string("here\n"));
    VERIFY_OK((*found)->destroy());
    QCOMPARE(m_hypervisor->find(uuid).error().code, ErrorCode::notFound);
}

void TestVmFaults::privateMemoryIsNotCaptured() {
    DomainPlan plan = tinyPlan(m_folder->path(), "private", m_base.disk);
    plan.machine = m_base.machine;
    plan.memory = m_base.memory;
    plan.memoryShared = false;
    const auto domain = m_hypervisor->resume(plan, m_state, Start::paused);
    VERIFY_OK(domain);
    QCOMPARE((*domain)->status().value().state, DomainState::paused);
    QCOMPARE((*domain)->captureState().error().code, ErrorCode::unsupported);
    VERIFY_OK((*domain)->resume());
    VERIFY_OK((*domain)->resume());
    QCOMPARE((*domain)->captureState().error().code, ErrorCode::failed);
}

void TestVmFaults::leavesNothingBehind() {
    QVERIFY(resumed("warm") != nullptr);
    const auto settled = [] { return entriesIn("/proc/self/task"); };
    std::this_thread::sleep_for(1s);
    const int descriptors = entriesIn("/proc/self/fd");
    const int threads = settled();
    for (int i = 0; i < 10; ++i) {
        const auto domain = resumed("cycle" + std::to_string(i));
        QVERIFY(domain);
        QVERIFY(findQemuProcess(domain->uuid()).has_value());
    }
    QVERIFY(eventually([&] { return entriesIn("/proc/self/fd") <= descriptors; }));
    QVERIFY(eventually([&] { return entriesIn("/proc/self/task") <= threads; }));
    QVERIFY(eventually([&] { return m_hypervisor->list().value().empty(); }));
    QVERIFY(!fs::exists(m_folder->path() / "cycle0/restore.img"));
}

// Starts this program again as an orphan's parent, kills it, and returns what is left.
std::optional<Survivor> TestVmFaults::makeSurvivor() {
    int output[2];
    if (::pipe(output) != 0) return std::nullopt;
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(output[1], 1);
        ::setenv("CLOUDLET_LIBVIRT_URI", "qemu:///embed", 1);
        ::setenv("XDG_RUNTIME_DIR", m_folder->path().c_str(), 1);
        ::execl("/proc/self/exe", "orphan", m_folder->path().c_str(), nullptr);
        ::_exit(127);
    }
    ::close(output[1]);
    char line[256] = {};
    const ssize_t n = ::read(output[0], line, sizeof line - 1);
    ::close(output[0]);
    const bool ready = n > 6 && std::string(line).starts_with("ready ");
    const std::string uuid = ready ? std::string(line).substr(6, 36) : "";
    const bool owned = ready && !survivorOf(m_folder->path(), uuid);  // its owner lives
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    if (!owned) qWarning("%s", line);
    return owned ? survivorOf(m_folder->path(), uuid) : std::nullopt;
}

void TestVmFaults::endsTheVmOfADeadProcess() {
    const auto survivor = makeSurvivor();
    QVERIFY(survivor.has_value());
    QCOMPARE(EmbedRoot::adopt(survivor->embedRoot).value().path(), survivor->embedRoot);
    VERIFY_OK(endQemu(survivor->process, 10s));
    QVERIFY(!findQemuProcess(survivor->process.uuid).has_value());
    VERIFY_OK(endQemu(survivor->process, 10s));
    QVERIFY(!survivorOf(m_folder->path(), survivor->process.uuid));
    QVERIFY(!fs::exists(survivor->embedRoot));
}

void TestVmFaults::takesTheVmOfADeadProcessOver() {
    const auto survivor = makeSurvivor();
    QVERIFY(survivor.has_value());
    if (m_hypervisor->uri().starts_with("qemu:///embed")) {
        // This process has a root of its own already, for good.
        HypervisorOptions options;
        options.embedRoot = survivor->embedRoot;
        QCOMPARE(Hypervisor::open(options).error().code, ErrorCode::inUse);
    }
    ProcessSpec spec;
    spec.arguments = {"/proc/self/exe", "attach", survivor->embedRoot, survivor->process.uuid};
    const auto result = runProcess(spec, {});
    VERIFY_OK(result);
    QVERIFY2(result->exitCode == 0, (result->output + result->errorOutput).c_str());
    QVERIFY(!findQemuProcess(survivor->process.uuid).has_value());
    QVERIFY(!survivorOf(m_folder->path(), survivor->process.uuid));
    QVERIFY(!fs::exists(survivor->embedRoot));
}

int main(int argc, char** argv) {
    if (argc == 2 && std::string(argv[0]) == "orphan") return bootAndWait(argv[1]);
    if (argc == 4 && std::string(argv[1]) == "attach") return attachAndUse(argv[2], argv[3]);
    TestVmFaults test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_vm_faults.moc"
