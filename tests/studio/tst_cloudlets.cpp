// The cloudlets page and a push, with a real server on the loopback whose work is a stand-in that
// only reads what arrives. No VM.
#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QDialogButtonBox>
#include <QInputDialog>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>
#include <QToolBar>
#include <QTreeWidget>

#include "app/studio/cloudlets_page.h"
#include "app/studio/guest_side.h"
#include "app/studio/push_dialog.h"
#include "app/studio/push_page.h"
#include "app/studio/qt_text.h"
#include "app/studio/remote_page.h"
#include "engine/net/http_client.h"
#include "tests/jobs/package_fixture.h"
#include "tests/net/push_server.h"
#include "tests/overlay/letter_images.h"
#include "tests/studio/studio_parts.h"
#include "tests/support/result_checks.h"
#include "widgets/error_panel.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

constexpr int kLimitMs = 60'000;  // against hanging only

}  // namespace

class TestCloudlets : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void cleanup();
    void tellsHowToBeginWhereNoneIsPaired();
    void tellsWhatACloudletHoldsAndRuns();
    void saysWhyOneDoesNotAnswer();
    void keepsTheChoiceWhenAskedAnew();
    void endsASession();
    void fetchesTheResidueOfASession();
    void refusesALinkThatIsNone();
    void asksBeforeAPush();
    void saysThatNoneIsPaired();
    void offersToSendTheBase();
    void sendsTheBaseFirst();
    void pushesAndFinishes();
    void leavesItRunning();
    void fetchesTheResidue();
    void cancels();
    void tellsWhyItIsRefused();
    void namesEveryFocusableWidget();

private:
    PairedServer pairWith(const std::string& name, const std::string& device, Role role);
    PushOrder order(const std::string& device = "pusher");
    PushOrder orderWithBase(Role role);
    static QAbstractButton* pushButton(const PushDialog& dialog);
    static bool says(const QWidget& widget, const QString& text);
    QTreeWidget* tree(const CloudletsPage& page, const QString& name);
    static QAction* action(const QWidget& page, const QString& text);
    void answer(const QString& button);
    std::string leaveASession();
    std::size_t sessions() const { return m_server->sessions.usage().sessions; }

    std::unique_ptr<Scratch> m_scratch;
    std::unique_ptr<PushServer> m_server;
    std::unique_ptr<Catalog> m_catalog;  // of this computer
    std::unique_ptr<StudioServices> m_services;
};

void TestCloudlets::initTestCase() {
    QApplication::setApplicationName("cloudlet-studio-test");
    QApplication::setOrganizationName("cloudlet-studio-test");
    QTest::failOnWarning(QRegularExpression("^(?!This plugin does not support).*"));
}

void TestCloudlets::init() {
    m_scratch = std::make_unique<Scratch>();
    qputenv("XDG_DATA_HOME", m_scratch->path().c_str());
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, toQt(m_scratch->path()));
    m_server = std::make_unique<PushServer>();
    m_catalog = std::make_unique<Catalog>(Catalog::open(*m_scratch / "here").value());
    m_services = std::make_unique<StudioServices>(*m_catalog, "");
}

void TestCloudlets::cleanup() {
    m_server.reset();
    m_services.reset();
    m_catalog.reset();
    m_scratch.reset();
}

PairedServer TestCloudlets::pairWith(const std::string& name, const std::string& device,
                                     Role role) {
    const ServerAccess access = m_server->access(device);
    const PairedServer server{name, access.address, access.fingerprint, role,
                              access.token + std::string(43 - access.token.size(), '-')};
    PairedServers().add(server).value();
    return server;
}

// An overlay of images without a machine: the stand-in does not mind.
PushOrder TestCloudlets::order(const std::string& device) {
    const Workshop shop;
    const BaseImages base = shop.base({letters("ABCDEFGH"), letters("M0")});
    const Bytes bytes = shop.encode(base, {letters("AxCD0FGHYY"), letters("MZ")});
    const fs::path file = *m_scratch / "letters.cloudlet";
    writeWholeFile(file, bytes).value();
    return {toQt(file), pairWith("edge", device, Role::pusher), false, std::nullopt};
}

// An overlay with a machine, whose base this computer holds.
PushOrder TestCloudlets::orderWithBase(Role role) {
    const BaseRecord record = addRichBase(*m_catalog, "alpha").value();
    Progress progress;
    const BaseImages base =
        BaseImages::open(record.files, record.vm, BaseImages::Purpose::encode, progress, {})
            .value();
    const Workshop shop;
    Bytes memory = readWholeFile(record.files.memory(), 1 << 30).value();
    memory.front() = std::byte{1};
    const Bytes state(10, std::byte{7});
    const Bytes bytes = shop.encode(base, {letters("AxCD"), memory}, [&](EncodeInput& input) {
        input.machine = record.vm.machine;
        input.state = state;
    });
    const fs::path file = *m_scratch / "machine.cloudlet";
    writeWholeFile(file, bytes).value();
    return {toQt(file), pairWith("edge", toString(role), role), false, record.id};
}

QTreeWidget* TestCloudlets::tree(const CloudletsPage& page, const QString& name) {
    for (auto* each : page.findChildren<QTreeWidget*>()) {
        if (each->accessibleName() == name) return each;
    }
    qFatal("there is no list %s", qPrintable(name));
}

QAction* TestCloudlets::action(const QWidget& page, const QString& text) {
    for (const auto* bar : page.findChildren<QToolBar*>()) {
        for (QAction* each : bar->actions()) {
            if (each->text().remove('&').remove(QChar(0x2026)) == text) return each;
        }
    }
    qFatal("there is no action %s", qPrintable(text));
}

QAbstractButton* TestCloudlets::pushButton(const PushDialog& dialog) {
    const auto* buttons = dialog.findChild<QDialogButtonBox*>();
    for (QAbstractButton* button : buttons->buttons()) {
        if (buttons->buttonRole(button) == QDialogButtonBox::AcceptRole) return button;
    }
    qFatal("there is no button to push");
}

bool TestCloudlets::says(const QWidget& widget, const QString& text) {
    for (const auto* label : widget.findChildren<QLabel*>()) {
        if (label->text().contains(text)) return true;
    }
    return false;
}

void TestCloudlets::answer(const QString& button) {
    auto* timer = new QTimer(this);
    timer->start(20);
    connect(timer, &QTimer::timeout, this, [timer, button] {
        auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
        if (box == nullptr) return;
        timer->deleteLater();
        timer->stop();
        for (QAbstractButton* each : box->buttons()) {
            if (each->text().remove('&') == button) return each->click();
        }
    });
}

// Of the device "pusher"; its id.
std::string TestCloudlets::leaveASession() {
    MemorySource source(Bytes(5000));
    Watcher watcher;
    watcher.then = push::Then::keep;
    PushPlan plan;
    plan.server = m_server->access("admin");
    plan.source = &source;
    plan.what = push::What::base;
    pushToServer(plan, watcher, {}).value();
    return watcher.acceptance.session;
}

void TestCloudlets::tellsHowToBeginWhereNoneIsPaired() {
    CloudletsPage page;
    page.show();
    QTRY_VERIFY([&] {
        for (const auto* label : page.findChildren<QLabel*>()) {
            if (label->isVisible() && label->text().contains("synthesis_server pair")) return true;
        }
        return false;
    }());
    QVERIFY(!action(page, "Forget")->isEnabled());
    QVERIFY(action(page, "Pair")->isEnabled());
}

void TestCloudlets::tellsWhatACloudletHoldsAndRuns() {
    pairWith("edge", "admin", Role::admin);
    leaveASession();
    CloudletsPage page;
    page.show();
    QTreeWidget* list = tree(page, "Sessions");
    QTRY_COMPARE(list->topLevelItemCount(), 1);
    QCOMPARE(list->topLevelItem(0)->text(1), "Runs");
    QCOMPARE(list->topLevelItem(0)->text(3), "4711 to 80");
    QCOMPARE(tree(page, "Cloudlets")->topLevelItem(0)->text(0), "edge");
    QCOMPARE(tree(page, "Cloudlets")->topLevelItem(0)->text(3), "Answers");
    QCOMPARE(list->currentItem(), list->topLevelItem(0));
    QVERIFY(action(page, "Open console")->isEnabled());
    QSignalSpy wanted(&page, &CloudletsPage::consoleRequested);
    action(page, "Open console")->trigger();
    QCOMPARE(wanted.size(), 1);
}

void TestCloudlets::saysWhyOneDoesNotAnswer() {
    PairedServer server = pairWith("edge", "admin", Role::admin);
    server.fingerprint.bytes[0] ^= std::byte{1};
    VERIFY_OK(PairedServers().add(server));
    CloudletsPage page;
    page.show();
    QTreeWidget* list = tree(page, "Cloudlets");
    QTRY_COMPARE(list->topLevelItemCount(), 1);
    QVERIFY2(list->topLevelItem(0)->text(3).contains("key"),
             qPrintable(list->topLevelItem(0)->text(3)));
}

void TestCloudlets::keepsTheChoiceWhenAskedAnew() {
    PairedServer second = pairWith("a", "admin", Role::admin);
    second.name = "b";
    second.address.port = 1;
    second.fingerprint.bytes[0] ^= std::byte{1};
    VERIFY_OK(PairedServers().add(second));
    CloudletsPage page;
    page.show();
    QTreeWidget* list = tree(page, "Cloudlets");
    QTRY_COMPARE(list->topLevelItemCount(), 2);
    list->setCurrentItem(list->topLevelItem(1));
    VALUE(gone, PairedServers().forget("a"));
    page.hide();
    page.show();
    QTRY_COMPARE(list->topLevelItemCount(), 1);
    QCOMPARE(list->currentItem(), list->topLevelItem(0));
    QCOMPARE(list->currentItem()->text(0), "b");
}

void TestCloudlets::endsASession() {
    pairWith("edge", "admin", Role::admin);
    leaveASession();
    QCOMPARE(sessions(), std::size_t{1});
    CloudletsPage page;
    page.show();
    QTreeWidget* list = tree(page, "Sessions");
    QTRY_COMPARE(list->topLevelItemCount(), 1);
    list->setCurrentItem(list->topLevelItem(0));
    answer("Cancel");
    action(page, "End")->trigger();
    QCOMPARE(sessions(), std::size_t{1});
    answer("End the VM");
    action(page, "End")->trigger();
    QTRY_COMPARE(list->topLevelItemCount(), 0);
    QCOMPARE(sessions(), std::size_t{0});
}

void TestCloudlets::fetchesTheResidueOfASession() {
    pairWith("edge", "admin", Role::admin);
    leaveASession();
    CloudletsPage page;
    page.show();
    QTreeWidget* list = tree(page, "Sessions");
    QTRY_COMPARE(list->topLevelItemCount(), 1);
    QCOMPARE(list->currentItem(), list->topLevelItem(0));
    QVERIFY(action(page, "Fetch residue")->isEnabled());
    QSignalSpy ended(&page, &CloudletsPage::jobEnded);
    const QString file = toQt(*m_scratch / "used.cloudlet");
    page.fetchResidue(file);
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, kLimitMs);
    // The stand-in sends back what it got.
    VALUE(fetched, readWholeFile(toPath(file), 1 << 20));
    QVERIFY(fetched == Bytes(5000));
    QTRY_COMPARE(sessions(), std::size_t{0});
}

void TestCloudlets::refusesALinkThatIsNone() {
    CloudletsPage page;
    page.show();
    QTimer::singleShot(0, this, [] {
        auto* question = qobject_cast<QInputDialog*>(QApplication::activeModalWidget());
        QVERIFY(question != nullptr);
        question->setTextValue("http://example.org/");
        question->accept();
    });
    action(page, "Pair")->trigger();
    const auto* error = page.findChild<ErrorPanel*>();
    QTRY_VERIFY(error->isVisible());
    QVERIFY(error->sentence().contains("pairing link"));
    VALUE(paired, PairedServers().all());
    QVERIFY(paired.empty());
}

// What does not fit is said before anything is sent.
void TestCloudlets::asksBeforeAPush() {
    const PushOrder wanted = order();
    PushDialog dialog(*m_services, wanted.file);
    dialog.show();
    QTRY_VERIFY(says(dialog, "It cannot be pushed there:"));
    QVERIFY(!pushButton(dialog)->isEnabled());
    QCOMPARE(m_server->sessions.usage().begun, std::uint64_t{0});
}

void TestCloudlets::saysThatNoneIsPaired() {
    PushDialog dialog(*m_services, "x.cloudlet");
    QVERIFY(says(dialog, "not paired"));
}

void TestCloudlets::offersToSendTheBase() {
    const PushOrder wanted = orderWithBase(Role::admin);
    PushDialog dialog(*m_services, wanted.file);
    dialog.show();
    const auto choice = [&] {
        for (auto* box : dialog.findChildren<QCheckBox*>()) {
            if (box->text().contains("base")) return box;
        }
        return static_cast<QCheckBox*>(nullptr);
    };
    QTRY_VERIFY_WITH_TIMEOUT(choice() != nullptr && choice()->isVisible(), kLimitMs);
    QVERIFY2(choice()->text().contains("iB)"), qPrintable(choice()->text()));
    QVERIFY(says(dialog, "does not hold the base VM \"alpha\""));
    QVERIFY(!pushButton(dialog)->isEnabled());
    QTest::keyClick(choice(), Qt::Key_Space);
    QVERIFY(pushButton(dialog)->isEnabled());
    QVERIFY(qobject_cast<QPushButton*>(pushButton(dialog))->isDefault());
    QVERIFY(dialog.order().base == wanted.base);
    QCOMPARE(m_server->sessions.usage().begun, std::uint64_t{0});

    // Who may not send one is told what else can be done.
    pairWith("edge", "pusher", Role::pusher);
    PushDialog pushers(*m_services, wanted.file);
    pushers.show();
    QTRY_VERIFY_WITH_TIMEOUT(says(pushers, "--role admin"), kLimitMs);
    QVERIFY(!pushButton(pushers)->isEnabled());
}

void TestCloudlets::sendsTheBaseFirst() {
    PushPage page(*m_services, orderWithBase(Role::admin));
    page.show();
    QVERIFY(firstLine(page).endsWith(" --send-base"));
    QTRY_VERIFY_WITH_TIMEOUT(action(page, "Finish")->isEnabled(), kLimitMs);
    QCOMPARE(m_server->sessions.usage().begun, std::uint64_t{2});
    QCOMPARE(sessions(), std::size_t{1});
    QCOMPARE(entryCount(m_catalog->layout().incoming()), std::size_t{0});
    action(page, "Finish")->trigger();
    QTRY_COMPARE(page.job().job().state(), Job::State::done);
}

void TestCloudlets::pushesAndFinishes() {
    PushPage page(*m_services, order());
    page.show();
    QCOMPARE(firstLine(page),
             QStringLiteral("cloudlet push %1 --to edge").arg(page.job().order().file));
    QVERIFY(!page.wouldLose().isEmpty());
    QTRY_VERIFY(action(page, "Finish")->isEnabled());
    QVERIFY(action(page, "Keep running")->isEnabled());
    bool linked = false;
    for (const auto* label : page.side().findChildren<QLabel*>()) {
        linked = linked || label->text().contains("http://127.0.0.1:4711/");
    }
    QVERIFY(linked);
    action(page, "Finish")->trigger();
    QVERIFY(!action(page, "Finish")->isEnabled());
    QTRY_COMPARE(page.job().job().state(), Job::State::done);
    QTRY_COMPARE(sessions(), std::size_t{0});
    QCOMPARE(page.wouldLose(), QString());
}

void TestCloudlets::leavesItRunning() {
    {
        PushPage page(*m_services, order());
        page.show();
        QTRY_VERIFY(action(page, "Keep running")->isEnabled());
        action(page, "Keep running")->trigger();
        QTRY_COMPARE(page.job().job().state(), Job::State::done);
    }
    QCOMPARE(sessions(), std::size_t{1});
}

void TestCloudlets::fetchesTheResidue() {
    PushPage page(*m_services, order());
    page.show();
    QTRY_VERIFY(action(page, "Fetch residue")->isEnabled());
    const QString file = toQt(*m_scratch / "used.cloudlet");
    page.job().finish(push::Then::residue, file);
    QTRY_COMPARE(page.job().job().state(), Job::State::done);
    // The stand-in sends back what it got.
    VALUE(fetched, readWholeFile(toPath(file), 1 << 20));
    VALUE(sent, readWholeFile(toPath(page.job().order().file), 1 << 20));
    QVERIFY(fetched == sent);
}

// Whoever closes the page ends the VM there, too.
void TestCloudlets::cancels() {
    {
        PushPage page(*m_services, order());
        page.show();
        QTRY_VERIFY(action(page, "Finish")->isEnabled());
    }
    QTRY_COMPARE(sessions(), std::size_t{0});
}

void TestCloudlets::tellsWhyItIsRefused() {
    PushPage page(*m_services, order("viewer"));
    page.show();
    QTRY_COMPARE(page.job().job().state(), Job::State::failed);
    QTRY_VERIFY(page.error().isVisible());
    QVERIFY2(page.error().sentence().contains("viewer"), qPrintable(page.error().sentence()));
    QVERIFY(!action(page, "Finish")->isEnabled());
}

void TestCloudlets::namesEveryFocusableWidget() {
    const PushOrder wanted = order();
    CloudletsPage cloudlets;
    PushPage push(*m_services, wanted);
    PushDialog dialog(*m_services, wanted.file);
    RemotePage remote(wanted.server, {});
    for (QWidget* page : {static_cast<QWidget*>(&cloudlets), static_cast<QWidget*>(&push),
                          static_cast<QWidget*>(&dialog), static_cast<QWidget*>(&remote)}) {
        page->resize(1200, 800);
        page->show();
        for (QWidget* each : page->findChildren<QWidget*>()) {
            if (!each->isVisible() || (each->focusPolicy() & Qt::TabFocus) == 0) continue;
            QAccessibleInterface* told = QAccessible::queryAccessibleInterface(each);
            QVERIFY2(told != nullptr && !told->text(QAccessible::Name).isEmpty(),
                     each->metaObject()->className());
        }
    }
}

QTEST_MAIN(TestCloudlets)
#include "tst_cloudlets.moc"
