// Help ▸ Show as command: what each page says it does, in each of its states, is taken by the
// options parser of the real program, after a shell has split it.
#include <QApplication>
#include <QClipboard>
#include <QProcess>
#include <QSettings>
#include <QTest>
#include <QTreeView>
#include <QTreeWidget>
#include <memory>

#include "app/cloudlet/commands.h"
#include "app/studio/author_page.h"
#include "app/studio/base_page.h"
#include "app/studio/cloudlets_page.h"
#include "app/studio/commands_dialog.h"
#include "app/studio/library_page.h"
#include "app/studio/overlay_page.h"
#include "app/studio/push_page.h"
#include "app/studio/qt_text.h"
#include "app/studio/remote_page.h"
#include "app/studio/run_page.h"
#include "app/studio/survivor_page.h"
#include "tests/catalog/base_fixture.h"
#include "tests/studio/studio_parts.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestCommands : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void libraryOfNothing();
    void libraryWithABase();
    void libraryWithAnOverlay();
    void createsABase();
    void authors();
    void inspects();
    void runs();
    void pushes();
    void looksAtOneThatRunsThere();
    void endsOneThatWasLeft();
    void cloudlets();
    void showsThemAll();

private:
    void check(const Page& page, const QStringList& wanted);
    std::unique_ptr<LibraryPage> library(const QString& chosen);

    const Scratch m_scratch;
    Catalog m_catalog{Catalog::open(m_scratch / "catalog").value()};
    StudioServices m_services{m_catalog, ""};
    // With what a shell would take for itself.
    const QString m_file = toQt(m_scratch / "it's $HOME.cloudlet");
};

namespace {

QStringList splitByShell(const QString& line) {
    QProcess shell;
    shell.start("sh", {"-c", "printf '%s\\0' " + line});
    shell.waitForFinished();
    QStringList words = QString::fromUtf8(shell.readAllStandardOutput()).split(QChar('\0'));
    words.removeLast();
    return words;
}

// Empty: the program takes it.
std::string problemOf(const QStringList& words) {
    Context context;
    CLI::App app;
    addCommands(app, context);
    std::vector<std::string> reversed;  // as CLI11 takes them
    for (const QString& word : words) reversed.insert(reversed.begin(), word.toStdString());
    reversed.pop_back();  // the program's own name
    try {
        app.parse(reversed);
    } catch (const CLI::ParseError& error) {
        return error.what();
    }
    return context.action == nullptr ? "nothing to do" : "";
}

}  // namespace

void TestCommands::initTestCase() {
    qputenv("XDG_DATA_HOME", m_scratch.path().c_str());
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, toQt(m_scratch.path()));
    QTest::failOnWarning(QRegularExpression("^(?!This plugin does not support).*"));
    QVERIFY(!problemOf({"cloudlet", "no-such-command"}).empty());
    QVERIFY(!problemOf({"cloudlet", "push", "x", "--no-such-option", "y"}).empty());
    QVERIFY(!problemOf({"cloudlet", "push", "x"}).empty());
}

// `wanted`: the commands that must be among them, of which the first comes first.
void TestCommands::check(const Page& page, const QStringList& wanted) {
    QStringList found;
    for (const ActionCommand& each : page.commands()) {
        QVERIFY(!each.action.isEmpty() && !each.action.contains(u'&'));
        const QStringList words = splitByShell(each.line);
        QVERIFY2(words.size() >= 2 && words.first() == "cloudlet", qPrintable(each.line));
        const std::string problem = problemOf(words);
        QVERIFY2(problem.empty(), (each.line.toStdString() + ": " + problem).c_str());
        found << words[1];
    }
    QCOMPARE(found.first(), wanted.first());
    for (const QString& each : wanted) QVERIFY2(found.contains(each), qPrintable(each));
}

std::unique_ptr<LibraryPage> TestCommands::library(const QString& chosen) {
    auto page = std::make_unique<LibraryPage>(m_services);
    page->show();
    auto* view = page->findChild<QTreeView*>("libraryTree");
    const bool found = QTest::qWaitFor([&] { return rowOf(*view->model(), chosen).isValid(); });
    if (found) view->setCurrentIndex(rowOf(*view->model(), chosen));
    return page;
}

void TestCommands::libraryOfNothing() {
    const LibraryPage page(m_services);
    check(page, {"list-base", "list-overlay", "import-base", "import-overlay", "sample-base"});
}

void TestCommands::libraryWithABase() {
    const BaseRecord base = addBase(m_catalog, "my letters", "AAB0C").value();
    OverlayRecord overlay;
    overlay.path = toPath(m_file);
    overlay.base = base.id;
    overlay.title = "redis";
    writeWholeFile(overlay.path, asBytes("no overlay")).value();
    m_catalog.recordOverlay(overlay).value();
    check(*library("my letters"), {"overlay", "verify-base", "tag", "export-base", "del-base"});
}

void TestCommands::libraryWithAnOverlay() {
    const auto page = library("redis");
    check(*page, {"synthesis", "info-overlay", "push", "verify-overlay", "rehearse", "tag",
                  "forget-overlay", "import-overlay"});
    QCOMPARE(splitByShell(firstLine(*page)), QStringList({"cloudlet", "synthesis", m_file}));
}

void TestCommands::createsABase() {
    for (const bool isInstaller : {false, true}) {
        for (const bool clean : {false, true}) {
            const BaseOrder order{
                "my base", toQt(m_scratch / "no disk"), isInstaller, 1 << 30, quint64{8} << 30, 2,
                clean};
            check(BasePage(m_services, order), {"base"});
        }
    }
}

void TestCommands::authors() {
    AuthorOrder start;
    start.base = "no such base";
    start.forwards = {{PortForward::Protocol::tcp, 0, 80}, {PortForward::Protocol::udp, 53, 53}};
    check(AuthorPage(m_services, start), {"overlay"});
    OverlayOrder made{m_file, "two words", "it's\nnoted", false, Profile::smallest, start.forwards};
    QStringList words = splitByShell(CommandLines::author(start, made, "/srv/my set-up"));
    QCOMPARE(problemOf(words), std::string());
    QVERIFY(words.contains("it's\nnoted") && words.contains("/srv/my set-up"));
    // One that goes on in the VM that was left takes no ports and no script.
    start.left = SessionRecord();
    start.left->id = "0123456789abcdef";
    words = splitByShell(CommandLines::author(start, made, "/srv/my set-up"));
    QCOMPARE(problemOf(words), std::string());
    QCOMPARE(words.mid(0, 3), QStringList({"cloudlet", "residue", "01234567"}));
}

void TestCommands::inspects() {
    check(OverlayPage(m_services, m_file),
          {"info-overlay", "synthesis", "push", "verify-overlay", "rehearse", "tag"});
}

void TestCommands::runs() {
    const RunPage page(m_services, m_file);
    check(page, {"synthesis"});
    QVERIFY(page.commands().last().line.contains(" --residue "));
}

void TestCommands::pushes() {
    for (const bool complete : {false, true}) {
        PushOrder order{m_file, silentServer("my edge"), complete, std::nullopt};
        check(PushPage(m_services, order), {"push"});
        order.base = BaseId();
        const QString line = CommandLines::push(order, " --detach");
        QCOMPARE(problemOf(splitByShell(line)), std::string());
        QCOMPARE(line.contains(" --complete"), complete);
        QVERIFY(line.contains(" --send-base"));
    }
}

void TestCommands::looksAtOneThatRunsThere() {
    ServerState::Session session;
    session.id = "0123";
    check(RemotePage(silentServer("my edge"), session),
          {"list-server", "fetch-residue", "end-session"});
}

void TestCommands::endsOneThatWasLeft() {
    SessionRecord session;
    session.id = "0123456789abcdef";
    check(SurvivorPage(m_services, session), {"stop", "residue", "screenshot"});
}

void TestCommands::cloudlets() {
    check(CloudletsPage(), {"list-server", "pair"});
    QVERIFY(PairedServers().add(silentServer("my edge")));
    CloudletsPage page;
    page.show();
    QTRY_COMPARE(page.findChild<QTreeWidget*>("cloudlets")->topLevelItemCount(), 1);
    check(page, {"list-server", "pair", "forget-server"});
}

void TestCommands::showsThemAll() {
    const QList<ActionCommand> commands{{"One", "cloudlet list-base"}, {"Two", "cloudlet doctor"}};
    CommandsDialog dialog(commands);
    dialog.show();
    QCOMPARE(QApplication::clipboard()->text(), "cloudlet list-base");
    auto* list = dialog.findChild<QTreeWidget*>();
    QCOMPARE(list->topLevelItemCount(), 2);
    list->setFocus();
    QTest::keyClick(list, Qt::Key_Down);
    QTest::keyClick(list, Qt::Key_Return);
    QCOMPARE(QApplication::clipboard()->text(), "cloudlet doctor");
}

QTEST_MAIN(TestCommands)
#include "tst_commands.moc"
