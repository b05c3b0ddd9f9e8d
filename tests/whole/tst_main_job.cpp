// The main job from end to end: a base of the tiny guest's disk, an overlay authored on it, the
// VM synthesised from both, seen through its forwarded ports; then the same in another catalog.
#include <QtTest>

#include "tests/whole/place.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

constexpr const char* kPage = "<p>written while authoring</p>\n";
constexpr const char* kPngMagic = "\x89PNG\r\n\x1a\n";
// Of an overlay in which nobody did anything: what an idle guest touches in some seconds.
constexpr qint64 kMostOfNothing = 524'288;

}  // namespace

class TestMainJob : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanupTestCase();
    void examinesTheHost();
    void listsTheBase();
    void authors();
    void tellsOfTheOverlay();
    void synthesises();
    void savesAResidue();
    void goesOnWhereAuthoringWasKilled();
    void showsTheMeterOnATerminal();
    void synthesisesTwiceAtOnce();
    void anUnchangedGuestIsASmallOverlay();
    void snapshotsWhenAPortAnswers();
    void takesTheOriginalsRedirections();
    void endsWithItsProcess();
    void movesToAnotherCatalog();
    void makesABaseOfAQcow2Disk();

private:
    QJsonValue synthesise(const Program& program, const QString& overlay,
                          const QStringList& more = {});
    bool stop(const Program& program, const QJsonValue& session);

    std::unique_ptr<Place> m_place;
    std::unique_ptr<Program> m_program;
    QString m_baseId;
    QByteArray m_plainScreen;  // the console of a guest in which nobody did anything
};

void TestMainJob::initTestCase() {
    QVERIFY2(std::getenv("CLOUDLET_TINY_DISK") != nullptr,
             "CLOUDLET_TINY_DISK must name the disk of the small test guest");
    m_place = std::make_unique<Place>();
    m_program = std::make_unique<Program>(m_place->catalog());
    const Outcome made =
        m_program->run(baseArguments(qEnvironmentVariable("CLOUDLET_TINY_DISK"), "tiny"));
    VERIFY_EXIT(made, 0);
    m_baseId = made.json()["id"].toString();
    QCOMPARE(m_baseId.size(), 64);
    QVERIFY(made.json()["cleaned"].toBool());
    QCOMPARE(m_place->leftovers(), QStringList());
}

void TestMainJob::cleanupTestCase() {
    m_program.reset();
    m_place.reset();
}

// A detached VM of the overlay whose port 8080 answers; empty on failure.
QJsonValue TestMainJob::synthesise(const Program& program, const QString& overlay,
                                   const QStringList& more) {
    const Outcome done = program.run(
        QStringList{"synthesis", overlay, "--until-port", "8080", "--detach", "--json"} + more);
    if (done.exitCode != 0) qWarning("%s", done.text().constData());
    return done.exitCode == 0 ? done.json() : QJsonValue();
}

bool TestMainJob::stop(const Program& program, const QJsonValue& session) {
    const Outcome done = program.run({"stop", session["session"].toString()});
    if (done.exitCode != 0) qWarning("%s", done.text().constData());
    return done.exitCode == 0;
}

void TestMainJob::examinesTheHost() {
    const Outcome examined = m_program->run({"doctor", "--json"});
    VERIFY_EXIT(examined, 0);
    QStringList subjects;
    for (const QJsonValue& finding : examined.json()["findings"].toArray()) {
        subjects += finding["subject"].toString();
        QVERIFY(!finding["text"].toString().isEmpty());
        QCOMPARE(finding["remedy"].toString().isEmpty(), finding["state"] == "good");
    }
    for (const char* subject : {"accelerator", "QEMU", "libvirt", "disk space", "catalog"}) {
        QVERIFY2(subjects.contains(subject), subject);
    }
}

void TestMainJob::listsTheBase() {
    const Outcome list = m_program->run({"list-base", "--json"});
    VERIFY_EXIT(list, 0);
    const QJsonArray bases = list.json()["bases"].toArray();
    QCOMPARE(bases.size(), 1);
    QCOMPARE(bases[0]["name"].toString(), "tiny");
    QCOMPARE(bases[0]["id"].toString(), m_baseId);
    const Outcome verified = m_program->run({"verify-base", "tiny", "--json"});
    VERIFY_EXIT(verified, 0);
    QCOMPARE(verified.json()["verified"].toString(), m_baseId);
}

void TestMainJob::authors() {
    m_place->write("setup.sh", std::string("set -e\n") + "printf '" + kPage +
                                   "' > /www/page.txt\n"
                                   "echo kept > /mnt/disk/kept.txt\n"
                                   "echo 4711 > /run/in-memory\n"
                                   "setsid top </dev/tty1 >/dev/tty1 2>&1 &\n"
                                   "sleep 2\n");
    const Outcome done = m_program->run(
        {"overlay", "tiny", "--run", m_place->file("setup.sh"), "--forward", "tcp:0:8080", "-o",
         m_place->file("app.cloudlet"), "--title", "a page", "--notes", "two\nlines", "--json"});
    VERIFY_EXIT(done, 0);
    const QJsonValue report = done.json();
    QCOMPARE(report["bytes"].toInteger(), QFileInfo(m_place->file("app.cloudlet")).size());
    QVERIFY(report["disk"]["changed"].toInt() > 0);
    QVERIFY(report["memory"]["changed"].toInt() > 0);
    QVERIFY(report["cleaned"].toBool());
    qInfo("overlay of %lld bytes, guest stopped for %.3f s", report["bytes"].toInteger(),
          report["stoppedSeconds"].toDouble());
    QCOMPARE(m_place->leftovers(), QStringList());
}

void TestMainJob::tellsOfTheOverlay() {
    const QString overlay = m_place->file("app.cloudlet");
    const Outcome info = m_program->run(
        {"info-overlay", overlay, "--picture", m_place->file("preview.png"), "--json"});
    VERIFY_EXIT(info, 0);
    QCOMPARE(info.json()["title"].toString(), "a page");
    QCOMPARE(info.json()["notes"].toString(), "two\nlines");
    QCOMPARE(info.json()["base"]["id"].toString(), m_baseId);
    QCOMPARE(info.json()["ports"].toArray(), QJsonArray{"tcp:0:8080"});
    QVERIFY(m_place->read("preview.png").startsWith(kPngMagic));
    const Outcome text = m_program->run({"info-overlay", overlay});
    VERIFY_EXIT(text, 0);
    QVERIFY2(text.output.contains("a page"), text.output.constData());
    const Outcome inside = m_program->run({"info-overlay", overlay, "--files", "--json"});
    VERIFY_EXIT(inside, 0);
    const QJsonValue files = inside.json()["guestFiles"];
    QCOMPARE(files["unreadable"].toString(), QString());
    QCOMPARE(files["total"]["chunks"].toInt(), inside.json()["disk"]["changed"].toInt());
    QVERIFY2(inside.output.contains("/kept.txt"), inside.output.constData());
    const Outcome verified = m_program->run({"verify-overlay", overlay, "--json"});
    VERIFY_EXIT(verified, 0);
    QCOMPARE(verified.json()["verified"].toString(), info.json()["id"].toString());
    QVERIFY(verified.json()["chunks"].toInt() > 0);
    const Outcome list = m_program->run({"list-overlay", "--json"});
    VERIFY_EXIT(list, 0);
    QCOMPARE(list.json()["overlays"].toArray().size(), 1);
    QCOMPARE(list.json()["overlays"][0]["file"].toString(), overlay);
}

void TestMainJob::synthesises() {
    const QJsonValue vm =
        synthesise(*m_program, m_place->file("app.cloudlet"), {"--forward", "tcp:0:7777"});
    QVERIFY(vm.isObject());
    QCOMPARE(httpGet(hostPortOf(vm, 8080), "/page.txt"), std::string(kPage));
    const std::uint16_t port = hostPortOf(vm, kShellPort);
    QCOMPARE(shellWhenReady(port, "cat /mnt/disk/kept.txt"), std::string("kept\n"));
    QCOMPARE(shellWhenReady(port, "cat /run/in-memory"), std::string("4711\n"));
    QVERIFY(shellWhenReady(port, "pidof top && echo runs").ends_with("runs\n"));
    const QString id = vm["session"].toString();
    VERIFY_EXIT(m_program->run({"screenshot", id, m_place->file("screen.png")}), 0);
    QVERIFY(m_place->read("screen.png").startsWith(kPngMagic));
    // Reached by an abbreviated id too, and still running after it was looked at.
    QCOMPARE(shellWhenReady(port, "echo still"), std::string("still\n"));
    const Outcome ended = m_program->run({"stop", id.left(8), "--json"});
    VERIFY_EXIT(ended, 0);
    QCOMPARE(ended.json()["stopped"].toString(), id);
    QCOMPARE(m_place->leftovers(), QStringList());
}

// Used, saved while it runs on, brought to life again.
void TestMainJob::savesAResidue() {
    const QString overlay = m_place->file("app.cloudlet");
    const QString residue = m_place->file("used.cloudlet");
    const QJsonValue vm = synthesise(*m_program, overlay, {"--forward", "tcp:0:7777"});
    QVERIFY(vm.isObject());
    const std::uint16_t port = hostPortOf(vm, kShellPort);
    const std::string changes =
        "echo used > /mnt/disk/used.txt; sync; echo 4712 > /run/in-memory; echo changed";
    QCOMPARE(shellWhenReady(port, changes), std::string("changed\n"));
    const QString id = vm["session"].toString();
    const Outcome done =
        m_program->run({"residue", id.left(8), "-o", residue, "--title", "used", "--json"});
    VERIFY_EXIT(done, 0);
    qInfo("residue of %lld bytes, guest stopped for %.3f s", done.json()["bytes"].toInteger(),
          done.json()["stoppedSeconds"].toDouble());
    const Outcome info = m_program->run({"info-overlay", overlay, "--json"});
    QCOMPARE(done.json()["parent"].toString(), info.json()["id"].toString());
    QCOMPARE(done.json()["base"]["id"].toString(), m_baseId);
    QCOMPARE(shellWhenReady(port, "cat /run/in-memory"), std::string("4712\n"));
    QVERIFY(stop(*m_program, vm));
    VERIFY_EXIT(m_program->run({"verify-overlay", residue}), 0);
    const QJsonValue again = synthesise(*m_program, residue);
    QVERIFY(again.isObject());
    QCOMPARE(httpGet(hostPortOf(again, 8080), "/page.txt"), std::string(kPage));
    const std::uint16_t second = hostPortOf(again, kShellPort);
    QCOMPARE(shellWhenReady(second, "cat /mnt/disk/kept.txt /mnt/disk/used.txt /run/in-memory"),
             std::string("kept\nused\n4712\n"));
    QVERIFY(shellWhenReady(second, "pidof top && echo runs").ends_with("runs\n"));
    QVERIFY(stop(*m_program, again));
    QCOMPARE(m_place->leftovers(), QStringList());
}

// The program dies in the middle of authoring; the VM does not, and what was done in it before and
// after becomes an overlay.
void TestMainJob::goesOnWhereAuthoringWasKilled() {
    const QString overlay = m_place->file("went-on.cloudlet");
    const auto author =
        m_program->start({"overlay", "tiny", "--no-clean", "--snapshot-when", "after:600",
                          "--forward", "tcp:0:7777", "-o", m_place->file("never.cloudlet")});
    QVERIFY(author->waitForErrors("leads to port 7777"));
    const Outcome list = m_program->run({"list-session", "--json"});
    const QJsonValue vm = list.json()["sessions"][0];
    const std::uint16_t port = hostPortOf(vm, kShellPort);
    QCOMPARE(shellWhenReady(port, "echo a > /mnt/disk/before; echo 4713 > /run/in-memory; echo ok"),
             std::string("ok\n"));
    author->signal(SIGKILL);
    author->finish();
    QCOMPARE(shellWhenReady(port, "echo b > /mnt/disk/after; sync; echo ok"), std::string("ok\n"));
    const QString id = vm["session"].toString();
    VERIFY_EXIT(m_program->run({"residue", id.left(8), "-o", overlay}), 0);
    QCOMPARE(shellWhenReady(port, "cat /run/in-memory"), std::string("4713\n"));
    VERIFY_EXIT(m_program->run({"stop", id}), 0);
    QCOMPARE(m_place->leftovers(), QStringList());
    const QJsonValue again = synthesise(*m_program, overlay);
    QVERIFY(again.isObject());
    QCOMPARE(shellWhenReady(hostPortOf(again, kShellPort),
                            "cat /mnt/disk/before /mnt/disk/after /run/in-memory"),
             std::string("a\nb\n4713\n"));
    QVERIFY(stop(*m_program, again));
}

// Where somebody sees it, while the guest is open.
void TestMainJob::showsTheMeterOnATerminal() {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("CLOUDLET_CATALOG", qtPath(m_place->catalog()));
    const QString command = QString(CLOUDLET_PROGRAM) +
                            " overlay tiny --no-clean --no-rehearsal --snapshot-when line:go-on"
                            " --forward tcp:0:7777 -o " +
                            m_place->file("metered.cloudlet");
    Running author({"-qec", command, "/dev/null"}, environment, "script");
    QVERIFY2(author.waitForOutput("; overlay about "), author.output());
    const Outcome list = m_program->run({"list-session", "--json"});
    const std::uint16_t port = hostPortOf(list.json()["sessions"][0], kShellPort);
    QCOMPARE(shellWhenReady(port, "echo go-on > /dev/ttyS0; echo ok"), std::string("ok\n"));
    VERIFY_EXIT(author.finish(), 0);
    QVERIFY(fs::exists(*m_place / "metered.cloudlet"));
}

void TestMainJob::synthesisesTwiceAtOnce() {
    const QString overlay = m_place->file("app.cloudlet");
    const QStringList arguments{"synthesis", overlay, "--until-port", "8080", "--detach", "--json"};
    const auto first = m_program->start(arguments);
    const auto second = m_program->start(arguments);
    const Outcome one = first->finish();
    const Outcome two = second->finish();
    VERIFY_EXIT(one, 0);
    VERIFY_EXIT(two, 0);
    const Outcome list = m_program->run({"list-session", "--json"});
    VERIFY_EXIT(list, 0);
    QCOMPARE(list.json()["sessions"].toArray().size(), 2);
    for (const Outcome& vm : {one, two}) {
        QCOMPARE(httpGet(hostPortOf(vm.json(), 8080), "/page.txt"), std::string(kPage));
    }
    const Outcome refused = m_program->run({"del-base", "tiny"});
    VERIFY_EXIT(refused, 1);
    QVERIFY(stop(*m_program, one.json()));
    QCOMPARE(httpGet(hostPortOf(two.json(), 8080), "/page.txt"), std::string(kPage));
    QVERIFY(stop(*m_program, two.json()));
    const Outcome none = m_program->run({"list-session", "--json"});
    QCOMPARE(none.json()["sessions"].toArray().size(), 0);
    QCOMPARE(m_place->leftovers(), QStringList());
}

void TestMainJob::anUnchangedGuestIsASmallOverlay() {
    const Outcome done = m_program->run({"overlay", "tiny", "--snapshot-when", "after:1", "-o",
                                         m_place->file("nothing.cloudlet"), "--json"});
    VERIFY_EXIT(done, 0);
    const qint64 bytes = done.json()["bytes"].toInteger();
    qInfo("an overlay of nothing: %lld bytes", bytes);
    QVERIFY(bytes <= kMostOfNothing);
    const QJsonValue vm = synthesise(*m_program, m_place->file("nothing.cloudlet"));
    QVERIFY(vm.isObject());
    VERIFY_EXIT(
        m_program->run({"screenshot", vm["session"].toString(), m_place->file("plain.png")}), 0);
    QVERIFY(stop(*m_program, vm));
    // The console of the other one shows top.
    QVERIFY(m_place->read("plain.png").startsWith(kPngMagic));
    QVERIFY(m_place->read("screen.png").size() > m_place->read("plain.png").size());
}

void TestMainJob::snapshotsWhenAPortAnswers() {
    const Outcome done =
        m_program->run({"overlay", "tiny", "--no-clean", "--snapshot-when", "port:8080", "-o",
                        m_place->file("port.cloudlet"), "--json"});
    VERIFY_EXIT(done, 0);
    QVERIFY(!done.json()["cleaned"].toBool());
    VERIFY_EXIT(m_program->run({"verify-overlay", m_place->file("port.cloudlet")}), 0);
    QCOMPARE(m_place->leftovers(), QStringList());
}

void TestMainJob::takesTheOriginalsRedirections() {
    const Outcome done = m_program->run({"overlay", "tiny", "--no-clean", "--snapshot-when",
                                         "after:1", "-o", m_place->file("redir.cloudlet"), "--json",
                                         "--", "-redir", "tcp:0::8080", "-redir", "tcp:0::7777"});
    VERIFY_EXIT(done, 0);
    QCOMPARE(done.json()["ports"].toArray(), (QJsonArray{"tcp:0:8080", "tcp:0:7777"}));
}

void TestMainJob::endsWithItsProcess() {
    const auto running =
        m_program->start({"synthesis", m_place->file("app.cloudlet"), "--until-port", "8080"});
    QVERIFY(running->waitForOutput("runs as session"));
    QCOMPARE(vmsIn(m_place->path()).size(), std::size_t{1});
    const Outcome refused =
        m_program->run({"stop", QString(running->output()).section("session ", 1).left(8)});
    VERIFY_EXIT(refused, 1);
    VERIFY_SAYS(refused, "still watches it");
    running->signal(SIGINT);
    const Outcome done = running->finish();
    VERIFY_EXIT(done, 130);
    QCOMPARE(m_place->leftovers(), QStringList());
}

void TestMainJob::movesToAnotherCatalog() {
    const QString package = m_place->file("tiny.cloudlet-base");
    const Outcome exported = m_program->run({"export-base", "tiny", package, "--json"});
    VERIFY_EXIT(exported, 0);
    const Program other(m_place->path() / "other");
    const Outcome unknown = other.run({"synthesis", m_place->file("app.cloudlet"), "--json"});
    VERIFY_EXIT(unknown, 1);
    QCOMPARE(unknown.json()["error"]["code"].toString(), "notFound");
    VERIFY_SAYS(unknown, "import-base");
    const Outcome imported = other.run({"import-base", package, "--json"});
    VERIFY_EXIT(imported, 0);
    QCOMPARE(imported.json()["id"].toString(), m_baseId);
    QCOMPARE(imported.json()["wasThere"].toBool(true), false);
    QVERIFY(other.run({"import-base", package, "--json"}).json()["wasThere"].toBool());
    const QJsonValue vm = synthesise(other, m_place->file("app.cloudlet"));
    QVERIFY(vm.isObject());
    QCOMPARE(httpGet(hostPortOf(vm, 8080), "/page.txt"), std::string(kPage));
    QVERIFY(stop(other, vm));
    QVERIFY(vmsIn(m_place->path()).empty());
}

void TestMainJob::makesABaseOfAQcow2Disk() {
    const QString disk = m_place->file("tiny.qcow2");
    QProcess convert;
    convert.start("qemu-img", {"convert", "-f", "raw", "-O", "qcow2",
                               qEnvironmentVariable("CLOUDLET_TINY_DISK"), disk});
    QVERIFY(convert.waitForFinished(60'000));
    QCOMPARE(convert.exitCode(), 0);
    const Outcome made = m_program->run(baseArguments(disk, "fromqcow") << "--no-clean");
    VERIFY_EXIT(made, 0);
    const Outcome done = m_program->run({"overlay", "fromqcow", "--no-clean", "--snapshot-when",
                                         "port:8080", "-o", m_place->file("qcow.cloudlet")});
    VERIFY_EXIT(done, 0);
    VERIFY_EXIT(m_program->run({"del-base", "fromqcow"}), 1);  // an overlay needs it
    VERIFY_EXIT(m_program->run({"del-base", "fromqcow", "--force"}), 0);
    QCOMPARE(m_place->leftovers(), QStringList());
}

QTEST_GUILESS_MAIN(TestMainJob)
#include "tst_main_job.moc"
