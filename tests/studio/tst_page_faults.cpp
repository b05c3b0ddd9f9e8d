// What goes wrong under a page with a real guest: libvirt goes, its folder goes, QEMU dies or
// stops, the disk fills up. Each time the page says what happened and what can be done, the guest
// is kept where that is possible, and nothing is left when it is not.
#include <signal.h>

#include <QApplication>
#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QTest>
#include <future>
#include <memory>
#include <optional>

#include "app/studio/author_page.h"
#include "app/studio/qt_text.h"
#include "app/studio/run_page.h"
#include "app/studio/settings.h"
#include "engine/jobs/create_base.h"
#include "engine/vm/embed_root.h"
#include "tests/support/result_checks.h"
#include "tests/support/small_disk.h"
#include "tests/whole/place.h"
#include "widgets/console_panel.h"
#include "widgets/error_panel.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

constexpr int kLimitMs = 120'000;  // TCG on a busy machine

bool isRoot() {
    return ::getuid() == 0;
}

// The session's libvirtd that serves this test and nobody else; 0 if there is none.
pid_t libvirtd() {
    QFile file(qEnvironmentVariable("XDG_RUNTIME_DIR") + "/libvirt/libvirtd.pid");
    if (!file.open(QIODevice::ReadOnly)) return 0;
    const pid_t pid = file.readAll().trimmed().toInt();
    return ::kill(pid, 0) == 0 ? pid : 0;
}

// One line of shell in the guest, while the page goes on.
std::string told(quint16 port, const std::string& line) {
    auto answer = std::async(std::launch::async, shellWhenReady, port, line);
    static_cast<void>(QTest::qWaitFor(
        [&] { return answer.wait_for(0s) == std::future_status::ready; }, kLimitMs));
    return answer.get();
}

QPushButton* actionOf(QWidget& page, const QString& text) {
    for (QPushButton* button : page.findChild<ErrorPanel*>()->findChildren<QPushButton*>()) {
        if (button->text() == text) return button;
    }
    return nullptr;
}

}  // namespace

class TestPageFaults : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void cleanup();
    void cleanupTestCase();
    void libvirtGoesAndIsStartedAgain();
    void libvirtGoesForGood();
    void libvirtsFolderGoes();
    void qemuDies_data();
    void qemuDies();
    void qemuStops();
    void diskFillsUpUnderTheGuest();

private:
    void author(std::optional<SessionRecord> left = {});
    void createOverlay(const std::string& name);
    AuthorJob& job() const { return m_page->job(); }
    QString sentence() const { return m_page->findChild<ErrorPanel*>()->sentence(); }

    std::unique_ptr<Place> m_place;
    std::optional<Catalog> m_catalog;
    std::unique_ptr<StudioServices> m_services;
    std::unique_ptr<AuthorPage> m_page;
    quint16 m_port = 0;  // of the guest's shell
};

void TestPageFaults::initTestCase() {
    QVERIFY2(std::getenv("CLOUDLET_TINY_DISK") != nullptr,
             "CLOUDLET_TINY_DISK must name the disk of the small test guest");
    QApplication::setApplicationName("cloudlet-studio-test");
    QApplication::setOrganizationName("cloudlet-studio-test");
    m_place = std::make_unique<Place>();
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, qtPath(m_place->path()));
    // A libvirtd or libvirt root of its own, which may be killed or removed.
    qputenv("XDG_RUNTIME_DIR", m_place->file("").toUtf8());
    VALUE(catalog, Catalog::open(m_place->catalog()));
    m_catalog.emplace(std::move(catalog));
    m_services = std::make_unique<StudioServices>(*m_catalog, "");
    CreateBaseRequest request;
    request.name = "tiny";
    request.disk = std::getenv("CLOUDLET_TINY_DISK");
    request.machine.memoryBytes = 128 << 20;
    request.machine.qemuVersion = "0.0";
    request.trigger = SerialLineMatches{kReady};
    request.cleaning = Cleaning::never;
    Progress progress;
    VALUE(services, m_services->forJob(progress, {}));
    VERIFY_OK(createBase(request, services));
}

// However a test ended, the next one begins with nothing running.
void TestPageFaults::cleanup() {
    m_page.reset();
    for (const pid_t pid : vmsIn(m_place->path())) ::kill(pid, SIGKILL);
    static_cast<void>(QTest::qWaitFor([&] { return m_place->leftovers().isEmpty(); }, 20'000));
    QCOMPARE(m_place->leftovers().join(u'\n'), QString());
}

void TestPageFaults::cleanupTestCase() {
    m_page.reset();
    m_services.reset();
    m_catalog.reset();
    if (const pid_t daemon = libvirtd(); daemon != 0) ::kill(daemon, SIGTERM);
    m_place.reset();
}

// A guest that is authored, whose shell answers.
void TestPageFaults::author(std::optional<SessionRecord> left) {
    m_port = 0;
    const std::vector<PortForward> shell{{PortForward::Protocol::tcp, 0, kShellPort}};
    m_page.reset();
    m_page = std::make_unique<AuthorPage>(*m_services,
                                          AuthorOrder{"tiny", "faulty", shell, std::move(left)});
    connect(&job(), &AuthorJob::guestReady, this, [this](const GuestFacts& facts) {
        m_port = static_cast<quint16>(facts.forwards.first().hostPort);
    });
    m_page->show();
    QTRY_VERIFY_WITH_TIMEOUT(m_port != 0 || job().phase() == GuestJob::Phase::ended, kLimitMs);
    QVERIFY2(m_port != 0, job().job().error().message.c_str());
    QCOMPARE(told(m_port, "echo here"), std::string("here\n"));
}

void TestPageFaults::createOverlay(const std::string& name) {
    OverlayOrder order;
    order.file = m_place->file(name);
    order.title = "made all the same";
    order.clean = false;
    job().createOverlay(order);
    QTRY_VERIFY_WITH_TIMEOUT(job().phase() != GuestJob::Phase::creating, kLimitMs);
    QVERIFY2(job().job().state() == Job::State::done, qPrintable(sentence()));
    QVERIFY(QFile::exists(order.file));
}

// Its VMs do not need it; it is started again when it is next asked.
void TestPageFaults::libvirtGoesAndIsStartedAgain() {
    if (isRoot()) QSKIP("root's VMs are in a libvirt inside the program, which cannot go alone");
    author();
    const pid_t daemon = libvirtd();
    QVERIFY(daemon != 0);
    QCOMPARE(::kill(daemon, SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(libvirtd() != 0 && libvirtd() != daemon, kLimitMs);
    QCOMPARE(told(m_port, "echo kept > /run/kept; cat /run/kept"), std::string("kept\n"));
    QCOMPARE(job().phase(), GuestJob::Phase::running);
    createOverlay("kept.cloudlet");
}

// The VM is kept for a program that finds libvirt again.
void TestPageFaults::libvirtGoesForGood() {
    if (isRoot()) QSKIP("root's VMs are in a libvirt inside the program, which cannot go alone");
    author();
    QCOMPARE(told(m_port, "echo kept > /run/kept; cat /run/kept"), std::string("kept\n"));
    qputenv("LIBVIRTD_PATH", "/nonexistent/libvirtd");  // libvirt's own, of the daemon it starts
    QCOMPARE(::kill(libvirtd(), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(job().phase(), GuestJob::Phase::ended, kLimitMs);
    qunsetenv("LIBVIRTD_PATH");
    const std::string message = job().job().error().message;
    QVERIFY2(message.find("The VM runs on without it. Mend libvirt") != std::string::npos,
             message.c_str());
    QVERIFY2(sentence().contains("has gone and does not come back"), qPrintable(sentence()));
    m_page.reset();
    QCOMPARE(vmsIn(m_place->path()).size(), std::size_t{1});
    VALUE(left, m_catalog->runningSessions());
    QCOMPARE(left.size(), std::size_t{1});
    author(left.front());
    QCOMPARE(told(m_port, "cat /run/kept"), std::string("kept\n"));
    createOverlay("kept-again.cloudlet");
}

// As who clears up $XDG_RUNTIME_DIR or /tmp does. What runs goes on, and libvirt makes it
// anew for what is to start.
void TestPageFaults::libvirtsFolderGoes() {
    if (!isRoot()) QSKIP("libvirt's daemon has no folder of ours");
    author();
    std::error_code error;
    QVERIFY2(fs::remove_all(embedParent(), error) > 1, qtPath(embedParent()).toUtf8());
    QCOMPARE(told(m_port, "echo still"), std::string("still\n"));
    createOverlay("rootless.cloudlet");
    AuthorPage next(*m_services, {"tiny", "next", {}});
    QTRY_VERIFY_WITH_TIMEOUT(next.job().phase() != GuestJob::Phase::preparing, kLimitMs);
    QVERIFY2(next.job().phase() == GuestJob::Phase::running,
             next.job().job().error().message.c_str());
}

void TestPageFaults::qemuDies_data() {
    QTest::addColumn<bool>("runs");
    QTest::newRow("authoring") << false;
    QTest::newRow("running an overlay") << true;
}

void TestPageFaults::qemuDies() {
    QFETCH(bool, runs);
    author();
    std::unique_ptr<RunPage> run;
    if (runs) {
        createOverlay("to-run.cloudlet");
        run = std::make_unique<RunPage>(*m_services, m_place->file("to-run.cloudlet"));
        run->show();
        QTRY_COMPARE_WITH_TIMEOUT(run->job().phase(), GuestJob::Phase::running, kLimitMs);
    }
    GuestPage& page = runs ? static_cast<GuestPage&>(*run) : *m_page;
    const GuestJob& mine = runs ? static_cast<GuestJob&>(run->job()) : job();
    const std::vector<pid_t> vms = vmsIn(m_place->path());
    QCOMPARE(vms.size(), std::size_t{1});
    ::kill(vms.front(), SIGKILL);
    QTRY_COMPARE_WITH_TIMEOUT(mine.phase(), GuestJob::Phase::ended, kLimitMs);
    QCOMPARE(mine.job().state(), Job::State::failed);
    const auto* panel = page.findChild<ErrorPanel*>();
    QVERIFY(panel->isVisibleTo(&page));
    QVERIFY2(panel->sentence().contains("QEMU ended unexpectedly"), qPrintable(panel->sentence()));
    const auto* heading = page.findChild<QLabel*>("heading");
    QVERIFY2(runs || heading->text().contains("what was changed in the guest is lost"),
             qPrintable(heading->text()));
    QVERIFY(page.wouldLose().isEmpty());
    QVERIFY(!page.console().view().isOpen());
    static_cast<void>(QTest::qWaitFor([&] { return m_place->leftovers().isEmpty(); }, 20'000));
    QCOMPARE(m_place->leftovers().join(u'\n'), QString());
}

// It neither answers nor ends by itself; Discard ends it all the same.
void TestPageFaults::qemuStops() {
    author();
    const std::vector<pid_t> vms = vmsIn(m_place->path());
    QCOMPARE(vms.size(), std::size_t{1});
    ::kill(vms.front(), SIGSTOP);
    job().setPaused(true);
    job().cancel();
    QTRY_COMPARE_WITH_TIMEOUT(job().phase(), GuestJob::Phase::ended, kLimitMs);
    QCOMPARE(job().job().state(), Job::State::cancelled);
    QCOMPARE(m_place->leftovers().join(u'\n'), QString());
}

// The guest stands still, loses nothing, and goes on when there is space again.
void TestPageFaults::diskFillsUpUnderTheGuest() {
    // Of what VMs write only: a hole of a base cannot be mapped on a full tmpfs.
    const SmallDisk small(m_catalog->layout().run(), "300M");
    if (!small.isMounted()) QSKIP("mounting a file system of exact size needs root");
    author();
    bool stands = false;
    connect(&job(), &GuestJob::guestPaused, m_page.get(),
            [&stands](bool paused) { stands = paused; });
    QVERIFY(small.fill());
    const auto writing = std::async(std::launch::async, shell, m_port,
                                    "dd if=/dev/urandom of=/mnt/disk/big bs=1M count=8; sync; "
                                    "md5sum < /mnt/disk/big > /run/sum",
                                    "127.0.0.1");
    QTRY_VERIFY_WITH_TIMEOUT(stands, kLimitMs);
    QVERIFY2(sentence().contains("cat/run") && sentence().contains("free some space"),
             qPrintable(sentence()));
    small.empty();
    QPushButton* goOn = actionOf(*m_page, GuestPage::tr("Let the guest go o&n"));
    QVERIFY(goOn != nullptr);
    goOn->click();
    QTRY_VERIFY_WITH_TIMEOUT(!stands, kLimitMs);
    QCOMPARE(told(m_port,
                  "sync; echo 3 > /proc/sys/vm/drop_caches; "
                  "while ! test -s /run/sum; do sleep 1; done; "
                  "test \"$(md5sum < /mnt/disk/big)\" = \"$(cat /run/sum)\" && echo same"),
             std::string("same\n"));
    // Full again where the guest is captured to.
    QVERIFY(small.fill());
    QString why;
    connect(&job(), &GuestJob::creationFailed, m_page.get(),
            [&why](const QString& message) { why = message; });
    OverlayOrder order;
    order.file = m_place->file("too-large.cloudlet");
    order.title = "too large";
    order.clean = false;
    job().createOverlay(order);
    QTRY_VERIFY_WITH_TIMEOUT(!why.isEmpty(), kLimitMs);
    QVERIFY2(why.contains("cat/run") && why.contains("free some space"), qPrintable(why));
    QVERIFY(!QFile::exists(order.file));
    QCOMPARE(job().phase(), GuestJob::Phase::running);
    small.empty();
    createOverlay("spacious.cloudlet");
    m_page.reset();
}

QTEST_MAIN(TestPageFaults)
#include "tst_page_faults.moc"
