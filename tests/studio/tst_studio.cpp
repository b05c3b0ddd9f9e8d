// The window on a real guest: author, create the overlay, run it. With CLOUDLET_SCREENSHOTS set to
// a folder it also keeps a picture of each page there, light and dark
// (tests/studio/screenshots.sh).
#include <QAction>
#include <QApplication>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileInfo>
#include <QInputDialog>
#include <QLabel>
#include <QMap>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStyleFactory>
#include <QTabWidget>
#include <QTableWidget>
#include <QTest>
#include <QTreeView>
#include <QTreeWidget>
#include <future>
#include <memory>
#include <optional>

#include "app/studio/author_dialogs.h"
#include "app/studio/author_page.h"
#include "app/studio/base_page.h"
#include "app/studio/cloudlets_page.h"
#include "app/studio/gui_watchdog.h"
#include "app/studio/host_dialog.h"
#include "app/studio/language.h"
#include "app/studio/library.h"
#include "app/studio/library_page.h"
#include "app/studio/main_window.h"
#include "app/studio/overlay_page.h"
#include "app/studio/push_dialog.h"
#include "app/studio/push_page.h"
#include "app/studio/qt_text.h"
#include "app/studio/remote_page.h"
#include "app/studio/run_page.h"
#include "app/studio/settings.h"
#include "app/studio/survivor_page.h"
#include "engine/jobs/rehearse.h"
#include "engine/net/pair_link.h"
#include "engine/net/trust_store.h"
#include "engine/vm/domain_plan.h"
#include "tests/studio/picture.h"
#include "tests/support/result_checks.h"
#include "tests/whole/place.h"
#include "widgets/console_panel.h"
#include "widgets/error_panel.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

constexpr int kLimitMs = 120'000;  // TCG on a busy machine
constexpr quint16 kWebPort = 8080;
// Some noise, so that the overlay weighs something.
constexpr const char* kTyped =
    "clear; head -c 2000000 /dev/urandom > /www/noise; echo typed-in > /www/typed; ls -l /www\n";

void act(const QObject& where, const QString& text) {
    for (QAction* each : where.findChildren<QAction*>()) {
        if (each->text() == text && each->isEnabled()) return each->trigger();
    }
    QFAIL(qPrintable(text));
}

// httpGet, while the window goes on.
std::string fetched(quint16 port, const std::string& page) {
    auto answer = std::async(std::launch::async, httpGet, port, page);
    static_cast<void>(QTest::qWaitFor(
        [&] { return answer.wait_for(0s) == std::future_status::ready; }, kLimitMs));
    return answer.get();
}

}  // namespace

class TestStudio : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void authorsAndRuns();
    void pushes();
    void discards();
    void cleanupTestCase();

private:
    void makeBase();
    void openWindow();
    AuthorPage* startAuthoring(std::optional<quint16>& webPort);
    void typeIntoGuest(AuthorPage& page, quint16 webPort);
    void createOverlay(AuthorPage& page);
    OverlayEstimate measured(AuthorPage& page);
    void failsAndRetries(AuthorPage& page, const OverlayOrder& order);
    void cancelsCreation(AuthorPage& page, const OverlayOrder& order);
    void rehearseOverlay(const QString& file);
    void runOverlay();
    void inspectOverlay();
    void showSurvivor();
    void saveResidue(RunPage& page, quint16 webPort);
    void startServer();
    void pairWithServer();
    void choosePush(const QString& file);

    std::unique_ptr<Place> m_place;
    std::optional<Catalog> m_catalog;
    std::unique_ptr<StudioServices> m_services;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<Running> m_server;  // a cloudlet's, real
    PairLink m_link;                    // to it
    std::unique_ptr<GuiWatchdog> m_watchdog;
    std::chrono::milliseconds m_heldUp{0};  // the longest
};

void TestStudio::initTestCase() {
    QApplication::setStyle(QStyleFactory::create("Fusion"));
    installLanguage(QLocale());  // for the pictures, and their plurals
    QApplication::setApplicationName("cloudlet-studio-test");
    QApplication::setOrganizationName("cloudlet-studio-test");
    m_place = std::make_unique<Place>();
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, qtPath(m_place->path()));
    StudioSettings::setOverlayFolder(qtPath(m_place->path()));
    qputenv("XDG_DATA_HOME", m_place->file("home").toUtf8());  // where pairings are kept
    VALUE(catalog, Catalog::open(m_place->catalog()));
    m_catalog.emplace(std::move(catalog));
    m_services = std::make_unique<StudioServices>(*m_catalog, "");
    m_watchdog = std::make_unique<GuiWatchdog>(
        [this](GuiWatchdog::Fault fault, std::chrono::milliseconds time) {
            const bool blocked = fault == GuiWatchdog::Fault::blocked;
            qInfo("%s for %lld ms", blocked ? "blocked" : "computed",
                  static_cast<long long>(time.count()));
            m_heldUp = std::max(m_heldUp, time);
        });
}

void TestStudio::cleanupTestCase() {
    m_window.reset();
    m_services.reset();
    QCOMPARE(m_place->leftovers(), QStringList());
    QVERIFY2(m_heldUp == 0ms, "something has held up the window");
    m_catalog.reset();
    m_place.reset();
}

void TestStudio::openWindow() {
    m_window = std::make_unique<MainWindow>(*m_services);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
}

// As a person does it; that the guest is ready, its serial line says.
void TestStudio::makeBase() {
    BaseOrder order;
    order.name = "tiny";
    order.file = std::getenv("CLOUDLET_TINY_DISK");
    order.memoryBytes = 128 << 20;
    order.clean = false;  // the tiny guest has no agent
    auto* page = new BasePage(*m_services, order);
    m_window->addPage(page);
    const auto isReady = [this] {
        std::error_code ignored;
        for (const auto& each :
             fs::recursive_directory_iterator(m_catalog->layout().run(), ignored)) {
            QFile log(toQt(each.path()));
            if (each.path().filename() != RunFiles{}.serialLog() || !log.open(QFile::ReadOnly))
                continue;
            if (log.readAll().contains(kReady)) return true;
        }
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isReady() || !page->job().job().isRunning(), kLimitMs);
    QTRY_VERIFY_WITH_TIMEOUT(page->console().view().isConnected(), kLimitMs);
    picture(*m_window, "base");
    act(*page, BasePage::tr("Create &base"));
    QTRY_VERIFY_WITH_TIMEOUT(!page->job().job().isRunning(), kLimitMs);
    QVERIFY2(page->job().job().state() == Job::State::done,
             page->job().job().error().message.c_str());
    act(*m_window, MainWindow::tr("&Close page"));
}

AuthorPage* TestStudio::startAuthoring(std::optional<quint16>& webPort) {
    AuthorOrder order;
    order.base = "tiny";
    order.title = "overlay of tiny";
    order.forwards = {{PortForward::Protocol::tcp, 0, kWebPort}};
    auto* page = new AuthorPage(*m_services, order);
    connect(&page->job(), &AuthorJob::guestReady, page, [&webPort](const GuestFacts& facts) {
        webPort = static_cast<quint16>(facts.forwards.first().hostPort);
    });
    m_window->addPage(page);
    return page;
}

void TestStudio::typeIntoGuest(AuthorPage& page, quint16 webPort) {
    ConsoleView& view = page.console().view();
    QTRY_VERIFY_WITH_TIMEOUT(view.isConnected() && !view.guestSize().isEmpty(), kLimitMs);
    const auto layout = KeyLayout::load("us");
    QVERIFY(layout);
    const QImage before = view.picture();
    QCOMPARE(view.typeText(kTyped, *layout), QString());
    QTRY_COMPARE_WITH_TIMEOUT(fetched(webPort, "/typed"), std::string("typed-in\n"), kLimitMs);
    QTRY_VERIFY(view.picture() != before);
}

void TestStudio::createOverlay(AuthorPage& page) {
    CreateOverlayDialog dialog("web page", {2 << 20, 20 << 20, m_place->file("")});
    dialog.show();
    picture(dialog, "create");
    dialog.close();
    OverlayOrder order = dialog.order();
    order.notes = "A page that was typed in.";
    order.clean = false;
    order.ports = page.job().order().forwards;
    const OverlayEstimate estimate = measured(page);
    picture(*m_window, "author");
    cancelsCreation(page, order);
    order.file = m_place->file("made/web-page.cloudlet");
    failsAndRetries(page, order);
    QTRY_VERIFY_WITH_TIMEOUT(page.job().job().view().total > 0, kLimitMs);
    picture(*m_window, "creating");
    QTRY_COMPARE_WITH_TIMEOUT(page.job().phase(), GuestJob::Phase::ended, kLimitMs);
    QVERIFY2(page.job().job().state() == Job::State::done,
             page.job().job().error().message.c_str());
    QVERIFY(QFile::exists(order.file));
    QVERIFY(page.wouldLose().isEmpty());
    picture(*m_window, "created");
    const auto made = static_cast<double>(page.job().created().overlay.fileBytes);
    const double ratio = static_cast<double>(estimate.fileBytes) / made;
    qInfo("the meter said %.2f of the %.0f bytes that were made", ratio, made);
    // Some seconds lie between the two, in which the guest went on.
    QVERIFY(ratio > 0.7 && ratio < 1.3);
}

// What the meter says once two of its readings follow what was done in the guest.
OverlayEstimate TestStudio::measured(AuthorPage& page) {
    std::vector<OverlayEstimate> estimates;
    const auto connection =
        connect(&page.job(), &AuthorJob::measured, &page,
                [&](const OverlayEstimate& estimate) { estimates.push_back(estimate); });
    const bool enough = QTest::qWaitFor([&] { return estimates.size() >= 2; }, kLimitMs);
    disconnect(connection);
    return enough ? estimates.back() : OverlayEstimate();
}

// A folder that is not there: the guest is kept, and another try begins from the panel.
void TestStudio::failsAndRetries(AuthorPage& page, const OverlayOrder& order) {
    QSignalSpy failed(&page.job(), &GuestJob::creationFailed);
    page.job().createOverlay(order);
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kLimitMs);
    QCOMPARE(page.job().phase(), GuestJob::Phase::running);
    auto* panel = page.findChild<ErrorPanel*>();
    QVERIFY(panel->isVisible() && !failed.first().first().toString().isEmpty());
    picture(*m_window, "failed");
    QMap<QString, QPushButton*> actions;
    for (QPushButton* button : panel->findChildren<QPushButton*>()) {
        actions[button->text()] = button;
    }
    for (const char* action : {"R&etry", "&Back to the console", "Discard the g&uest…"}) {
        QVERIFY2(actions.contains(GuestPage::tr(action)), action);
    }
    QVERIFY(page.console().view().isConnected());
    QVERIFY(QDir().mkpath(QFileInfo(order.file).absolutePath()));
    actions[GuestPage::tr("R&etry")]->click();
    QVERIFY(panel->isHidden());
    QCOMPARE(page.job().phase(), GuestJob::Phase::creating);
}

void TestStudio::cancelsCreation(AuthorPage& page, const OverlayOrder& order) {
    QSignalSpy failed(&page.job(), &GuestJob::creationFailed);
    page.job().createOverlay(order);
    page.job().cancelCreation();
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kLimitMs);
    QVERIFY(failed.first().first().toString().isEmpty());
    QCOMPARE(page.job().phase(), GuestJob::Phase::running);
    QVERIFY(!QFile::exists(order.file));
    QVERIFY(page.console().view().isConnected());
    QVERIFY(page.findChild<ErrorPanel*>()->isHidden());
}

// So that its VM starts before all of it is there.
void TestStudio::rehearseOverlay(const QString& file) {
    Job job;
    job.start([&](Progress& progress, const std::stop_token& stop) -> Result<void> {
        const Services services = TRY(m_services->forJob(progress, stop));
        TRY(rehearse({toPath(file), toPath(file), GuestPortAnswers{kWebPort}}, services));
        return {};
    });
    QTRY_VERIFY_WITH_TIMEOUT(!job.isRunning(), kLimitMs);
    QVERIFY2(job.state() == Job::State::done, job.error().message.c_str());
}

void TestStudio::runOverlay() {
    const QString file = m_place->file("made/web-page.cloudlet");
    rehearseOverlay(file);
    m_window->openOverlay(file);
    auto* page = qobject_cast<RunPage*>(m_window->currentPage());
    QVERIFY(page != nullptr);
    quint16 webPort = 0;
    double answered = -1;
    connect(&page->job(), &RunJob::guestReady, page, [&webPort](const RunFacts& facts) {
        webPort = static_cast<quint16>(facts.guest.forwards.first().hostPort);
    });
    RunStatus status;
    connect(&page->job(), &RunJob::watched, page,
            [&status](const RunStatus& told) { status = told; });
    connect(&page->job(), &RunJob::answered, page,
            [&answered](int, double seconds) { answered = seconds; });
    QTRY_VERIFY_WITH_TIMEOUT(page->job().phase() != GuestJob::Phase::preparing, kLimitMs);
    QVERIFY2(page->job().phase() == GuestJob::Phase::running,
             page->job().job().error().message.c_str());
    QTRY_COMPARE_WITH_TIMEOUT(fetched(webPort, "/typed"), std::string("typed-in\n"), kLimitMs);
    QTRY_VERIFY_WITH_TIMEOUT(answered >= 0, kLimitMs);
    QTRY_VERIFY_WITH_TIMEOUT(status.completeSeconds > 0, kLimitMs);
    QCOMPARE(status.fetchedBytes, status.overlayBytes);
    QVERIFY(status.timelyChunks > 0);
    QTRY_VERIFY_WITH_TIMEOUT(page->console().view().isConnected(), kLimitMs);
    QTRY_VERIFY_WITH_TIMEOUT(!page->console().view().guestSize().isEmpty(), kLimitMs);
    QVERIFY(!page->wouldLose().isEmpty());
    QTest::qWait(300);  // for the picture only
    picture(*m_window, "run");
    page->job().setPaused(true);
    QTRY_VERIFY(fetched(webPort, "/typed").empty());
    page->job().setPaused(false);
    QTRY_COMPARE_WITH_TIMEOUT(fetched(webPort, "/typed"), std::string("typed-in\n"), kLimitMs);
    showSurvivor();
    saveResidue(*page, webPort);
    page->job().stop();
    QTRY_COMPARE_WITH_TIMEOUT(page->job().phase(), GuestJob::Phase::ended, kLimitMs);
    QCOMPARE(page->job().job().state(), Job::State::done);
}

// The page of a VM that was left, here on the one that runs.
void TestStudio::showSurvivor() {
    const std::vector<SessionRecord> running = m_catalog->runningSessions().value();
    QVERIFY(!running.empty());
    auto* page = new SurvivorPage(*m_services, running.front());
    m_window->addPage(page);
    QTRY_VERIFY_WITH_TIMEOUT(page->console().view().isConnected(), kLimitMs);
    QTRY_VERIFY_WITH_TIMEOUT(!page->console().view().guestSize().isEmpty(), kLimitMs);
    QTest::qWait(300);  // for the picture only
    picture(*m_window, "survivor");
    act(*m_window, MainWindow::tr("&Close page"));
}

// Of the VM that runs; it goes on.
void TestStudio::saveResidue(RunPage& page, quint16 webPort) {
    OverlayOrder order;
    order.file = m_place->file("used.cloudlet");
    order.title = "web page, used";
    order.clean = false;
    QSignalSpy created(&page.job(), &RunJob::residueCreated);
    page.job().createOverlay(order);
    QTRY_COMPARE_WITH_TIMEOUT(created.size(), 1, kLimitMs);
    QCOMPARE(page.job().phase(), GuestJob::Phase::running);
    QCOMPARE(fetched(webPort, "/typed"), std::string("typed-in\n"));
    const OverlayDetails made = readOverlayDetails(order.file).value();
    const OverlayDetails parent =
        readOverlayDetails(m_place->file("made/web-page.cloudlet")).value();
    QVERIFY(made.manifest.parent.has_value());
    QCOMPARE(toQt(made.manifest.parent->hex()), parent.id);
    QCOMPARE(made.manifest.ports.size(), parent.manifest.ports.size());
}

void TestStudio::inspectOverlay() {
    m_window->inspect(m_place->file("made/web-page.cloudlet"));
    auto* page = qobject_cast<OverlayPage*>(m_window->currentPage());
    QVERIFY(page != nullptr);
    auto* sizes = page->findChild<QTableWidget*>();
    QTRY_COMPARE_WITH_TIMEOUT(sizes->rowCount(), 5, kLimitMs);
    QCOMPARE(page->title(), "Overlay: web page");
    picture(*m_window, "overlay");
}

void TestStudio::authorsAndRuns() {
    openWindow();
    QTest::qWait(200);  // for the picture only
    picture(*m_window, "empty");
    makeBase();
    QTRY_COMPARE(m_window->library().model().rowCount(), 1);
    std::optional<quint16> webPort;
    AuthorPage* page = startAuthoring(webPort);
    QTRY_VERIFY_WITH_TIMEOUT(webPort.has_value(), kLimitMs);
    QVERIFY(!page->wouldLose().isEmpty());
    typeIntoGuest(*page, *webPort);
    createOverlay(*page);
    QTRY_COMPARE(m_window->library().model().rowCount(m_window->library().model().index(0, 0)), 1);
    m_window->library().selectFile(m_place->file("made/web-page.cloudlet"));
    runOverlay();
    m_window->findChild<QTabWidget*>()->setCurrentIndex(0);
    QTest::qWait(500);  // for the picture only: details are read
    picture(*m_window, "library");
    inspectOverlay();
    HostDialog host(*m_services, m_window.get());
    host.show();
    // The tiny guest has no agent.
    const auto* findings = host.findChild<QTreeWidget*>();
    QTRY_COMPARE_WITH_TIMEOUT(
        findings->findItems(QStringLiteral("base \"tiny\""), Qt::MatchExactly).size(), 1, kLimitMs);
    picture(host, "machine");
}

void TestStudio::startServer() {
    VALUE(trust, TrustStore::open(m_place->catalog() / "server"));
    VALUE(secret, trust.invite(Role::pusher, std::chrono::system_clock::now()));
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("CLOUDLET_CATALOG", qtPath(m_place->catalog()));
    m_server =
        std::make_unique<Running>(QStringList{"run", "--json", "--listen", "127.0.0.1",
                                              "--forward-address", "127.0.0.1", "--port", "0"},
                                  environment, SYNTHESIS_SERVER);
    // Waits go through the event loop: what blocks it here would look like a call of the studio's.
    QTRY_VERIFY2_WITH_TIMEOUT(m_server->output().contains("}\n"), m_server->errors(), kLimitMs);
    const QJsonObject said = QJsonDocument::fromJson(m_server->output()).object();
    VALUE(fingerprint, Hash::fromHex(said["fingerprint"].toString().toStdString()));
    m_link = {{"127.0.0.1", static_cast<std::uint16_t>(said["port"].toInt())}, fingerprint, secret};
}

// As a person does it: the link goes into the page's question.
void TestStudio::pairWithServer() {
    m_window->showCloudlets();
    auto* page = qobject_cast<CloudletsPage*>(m_window->currentPage());
    QVERIFY(page != nullptr);
    QTimer::singleShot(0, this, [this] {
        auto* question = qobject_cast<QInputDialog*>(QApplication::activeModalWidget());
        QVERIFY(question != nullptr);
        question->setTextValue(toQt(m_link.text()));
        question->accept();
    });
    page->pair();
    const auto* servers = page->findChild<QTreeWidget*>("cloudlets");
    const auto* error = page->findChild<ErrorPanel*>();
    QTRY_VERIFY_WITH_TIMEOUT(servers->topLevelItemCount() > 0 || error->isVisible(), kLimitMs);
    QVERIFY2(!error->isVisible(), qPrintable(error->sentence()));
    QTRY_COMPARE_WITH_TIMEOUT(servers->topLevelItem(0)->text(3), CloudletsPage::tr("Answers"),
                              kLimitMs);
}

void TestStudio::choosePush(const QString& file) {
    auto* timer = new QTimer(this);
    timer->start(50);
    connect(timer, &QTimer::timeout, this, [this, timer] {
        auto* dialog = qobject_cast<PushDialog*>(QApplication::activeModalWidget());
        if (dialog == nullptr) return;
        for (const auto* label : dialog->findChildren<QLabel*>()) {
            if (!label->text().startsWith("It cannot be pushed there:")) continue;
            dialog->reject();
            QFAIL(qPrintable(label->text()));
        }
        const auto* buttons = dialog->findChild<QDialogButtonBox*>();
        for (QAbstractButton* button : buttons->buttons()) {
            if (buttons->buttonRole(button) != QDialogButtonBox::AcceptRole) continue;
            if (!button->isEnabled()) return;  // the cloudlet is asked
            timer->stop();
            timer->deleteLater();
            picture(*dialog, "push-dialog");
            button->click();
        }
    });
    m_window->push(file);
}

// To a real server, whose VM shows its console here, through that server.
void TestStudio::pushes() {
    startServer();
    pairWithServer();
    choosePush(m_place->file("made/web-page.cloudlet"));
    auto* page = qobject_cast<PushPage*>(m_window->currentPage());
    QVERIFY(page != nullptr);
    std::optional<quint16> webPort;
    std::optional<push::Phase> phase;
    connect(&page->job(), &PushJob::stateChanged, this, [&](const PushState& state) {
        phase = state.phase;
        for (const ForwardFact& forward : state.forwards) {
            if (forward.guestPort == kWebPort) webPort = static_cast<quint16>(forward.hostPort);
        }
    });
    QTRY_VERIFY_WITH_TIMEOUT(webPort.has_value(), kLimitMs);
    QVERIFY(!page->wouldLose().isEmpty());
    QCOMPARE(fetched(*webPort, "/typed"), std::string("typed-in\n"));
    const ConsoleView& view = page->console().view();
    QTRY_VERIFY_WITH_TIMEOUT(view.isConnected() && !view.guestSize().isEmpty(), kLimitMs);
    QTRY_COMPARE_WITH_TIMEOUT(phase, std::optional(push::Phase::complete), kLimitMs);
    QTest::qWait(500);  // for the picture only
    picture(*m_window, "push");
    m_window->showCloudlets();
    const auto* lists = m_window->currentPage();
    QTRY_VERIFY_WITH_TIMEOUT(
        [lists] {
            for (const auto* tree : lists->findChildren<QTreeWidget*>()) {
                if (!tree->findItems("web page", Qt::MatchExactly).isEmpty()) return true;
            }
            return false;
        }(),
        kLimitMs);
    picture(*m_window, "cloudlets");
    act(*m_window->currentPage(), CloudletsPage::tr("Open &console"));
    auto* remote = qobject_cast<RemotePage*>(m_window->currentPage());
    QVERIFY(remote != nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(remote->console().view().isConnected(), kLimitMs);
    QTRY_VERIFY_WITH_TIMEOUT(!remote->console().view().guestSize().isEmpty(), kLimitMs);
    QTest::qWait(300);  // for the picture only
    picture(*m_window, "remote");
    act(*m_window, MainWindow::tr("&Close page"));
    page->job().finish(push::Then::end);
    QTRY_COMPARE_WITH_TIMEOUT(page->job().job().state(), Job::State::done, kLimitMs);
    QTRY_COMPARE_WITH_TIMEOUT(vmsIn(m_place->path()).size(), std::size_t{0}, kLimitMs);
    m_server->signal(SIGTERM);
    QTRY_VERIFY_WITH_TIMEOUT(m_server->hasEnded(), kLimitMs);
    VERIFY_EXIT(m_server->finish(), 0);
    m_server.reset();
}

void TestStudio::discards() {
    std::optional<quint16> webPort;
    AuthorPage* page = startAuthoring(webPort);
    QTRY_VERIFY_WITH_TIMEOUT(webPort.has_value(), kLimitMs);
    page->job().cancel();
    QTRY_COMPARE_WITH_TIMEOUT(page->job().phase(), GuestJob::Phase::ended, 10000);
    QCOMPARE(page->job().job().state(), Job::State::cancelled);
    QCOMPARE(vmsIn(m_place->path()).size(), std::size_t{0});
}

QTEST_MAIN(TestStudio)
#include "tst_studio.moc"
