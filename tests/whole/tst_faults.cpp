// What goes wrong with real VMs, on purpose: scripts that fail, cancels and kills at every stage,
// ports taken, bases and overlays damaged, no libvirt, no QEMU. Each ends with one clear
// sentence, the documented exit code and nothing left.
#include <sys/stat.h>

#include <QtTest>
#include <random>

#include "engine/overlay/encode.h"
#include "tests/catalog/base_fixture.h"
#include "tests/support/small_disk.h"
#include "tests/whole/place.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

// A listening TCP port of this host; 0 if there is none.
class TakenPort {
public:
    TakenPort() : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        if (::bind(m_socket.get(), plain, size) == 0 && ::listen(m_socket.get(), 1) == 0 &&
            ::getsockname(m_socket.get(), plain, &size) == 0) {
            m_port = ntohs(address.sin_port);
        }
    }
    QString text() const { return QString::number(m_port); }

private:
    Fd m_socket;
    std::uint16_t m_port = 0;
};

}  // namespace

class TestFaults : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanupTestCase();
    void cleanup();
    void showsWhyAScriptFailed();
    void keepsTheVmOfAFailedScript();
    void endsAtEveryStage_data();
    void endsAtEveryStage();
    void endsAtAnyMoment_data();
    void endsAtAnyMoment();
    void survivesAKill_data();
    void survivesAKill();
    void sweepsAfterProgramAndVmWereKilled();
    void refusesATakenPort();
    void refusesUnknownBases();
    void refusesAChangedBase_data();
    void refusesAChangedBase();
    void refusesDamagedOverlays_data();
    void refusesDamagedOverlays();
    void refusesFlippedBits();
    void refusesMachinesThatDoNotFit_data();
    void refusesMachinesThatDoNotFit();
    void refusesAFullDiskForFiles();
    void refusesAFullDiskForTheCatalog();
    void refusesAFullDiskForAResidue();
    void tellsThatTheDiskFilledUpUnderTheGuest();
    void saysThatThereIsNoLibvirt();
    void saysThatThereIsNoQemu();
    void worksBesideAnother();

private:
    QStringList arguments(const QString& command) const;
    void verifyEnded(const Outcome& done, const QString& product);

    std::unique_ptr<Place> m_place;
    std::unique_ptr<Program> m_program;
};

void TestFaults::initTestCase() {
    QVERIFY2(std::getenv("CLOUDLET_TINY_DISK") != nullptr,
             "CLOUDLET_TINY_DISK must name the disk of the small test guest");
    m_place = std::make_unique<Place>();
    m_program = std::make_unique<Program>(m_place->catalog());
    VERIFY_EXIT(m_program->run(baseArguments(qEnvironmentVariable("CLOUDLET_TINY_DISK"), "tiny")),
                0);
    m_place->write("setup.sh", "echo page > /www/page.txt; echo kept > /mnt/disk/kept\n");
    const Outcome made =
        m_program->run({"overlay", "tiny", "--no-clean", "--run", m_place->file("setup.sh"),
                        "--forward", "tcp:0:7777", "-o", m_place->file("app.cloudlet")});
    VERIFY_EXIT(made, 0);
}

void TestFaults::cleanupTestCase() {
    m_program.reset();
    m_place.reset();
}

// However a test ended, the next one begins with nothing running.
void TestFaults::cleanup() {
    for (const pid_t pid : vmsIn(m_place->path())) ::kill(pid, SIGKILL);
}

// Each command in the form that takes the least time.
QStringList TestFaults::arguments(const QString& command) const {
    if (command == "base") {
        return {"base",       qEnvironmentVariable("CLOUDLET_TINY_DISK"),
                "--name",     "second",
                "--memory",   "128M",
                "--no-clean", "--snapshot-when",
                "after:1"};
    }
    if (command == "overlay") {
        return {"overlay",
                "tiny",
                "--no-clean",
                "--snapshot-when",
                "after:1",
                "-o",
                m_place->file("second.cloudlet")};
    }
    return {"synthesis", m_place->file("app.cloudlet"), "--until-port", "8080"};
}

void TestFaults::showsWhyAScriptFailed() {
    m_place->write("bad.sh", "echo first; echo 'no such thing' >&2; exit 7\n");
    const Outcome failed = m_program->run(
        {"overlay", "tiny", "--run", m_place->file("bad.sh"), "-o", m_place->file("bad.cloudlet")});
    VERIFY_EXIT(failed, 1);
    VERIFY_SAYS(failed, "exit code 7");
    VERIFY_SAYS(failed, "first");
    VERIFY_SAYS(failed, "no such thing");
    QCOMPARE(failed.output, QByteArray());
    QVERIFY(!fs::exists(*m_place / "bad.cloudlet"));
    QCOMPARE(m_place->leftovers(), QStringList());
    const Outcome none = m_program->run({"list-session", "--all", "--json"});
    QCOMPARE(none.json()["sessions"][0]["state"].toString(), "failed");
}

void TestFaults::keepsTheVmOfAFailedScript() {
    m_place->write("bad.sh", "echo left > /run/left; exit 7\n");
    const Outcome failed =
        m_program->run({"overlay", "tiny", "--run", m_place->file("bad.sh"), "--on-error", "keep",
                        "--forward", "tcp:0:7777", "-o", m_place->file("bad.cloudlet")});
    VERIFY_EXIT(failed, 1);
    VERIFY_SAYS(failed, "cloudlet stop");
    const Outcome list = m_program->run({"list-session", "--json"});
    const QJsonValue session = list.json()["sessions"][0];
    QCOMPARE(shellWhenReady(hostPortOf(session, kShellPort), "cat /run/left"),
             std::string("left\n"));
    VERIFY_SAYS(failed, session["session"].toString().left(8).toUtf8());
    VERIFY_EXIT(m_program->run({"stop", session["session"].toString()}), 0);
    QCOMPARE(m_place->leftovers(), QStringList());
}

void TestFaults::endsAtEveryStage_data() {
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("product");
    QTest::addColumn<int>("stages");
    QTest::newRow("base") << "base"
                          << "second" << 8;
    QTest::newRow("overlay") << "overlay"
                             << "second.cloudlet" << 6;
    QTest::newRow("synthesis") << "synthesis"
                               << "" << 3;
}

// 130 and nothing left; or, where the signal came too late or before the program listened, done
// or ended by it.
void TestFaults::verifyEnded(const Outcome& done, const QString& product) {
    QVERIFY2(done.exitCode == 130 || done.exitCode == 0 ||
                 (done.exitCode == -1 && done.errors.isEmpty()),
             done.text());
    QCOMPARE(m_place->leftovers(), QStringList());
    if (done.exitCode == 0) {
        if (product == "second") VERIFY_EXIT(m_program->run({"del-base", product}), 0);
        QFile::remove(m_place->file(product.toStdString()));
        return;
    }
    if (product == "second") VERIFY_EXIT(m_program->run({"del-base", product}), 1);
    QVERIFY(!product.endsWith(".cloudlet") || !QFile::exists(m_place->file(product.toStdString())));
}

void TestFaults::endsAtEveryStage() {
    QFETCH(QString, command);
    QFETCH(QString, product);
    QFETCH(int, stages);
    int interrupted = 0;
    for (int stage = 1; stage <= stages; ++stage) {
        const auto running = m_program->start(arguments(command));
        if (command == "synthesis" && stage == stages) {
            QVERIFY(running->waitForOutput("runs as session"));
        } else if (!running->waitForErrorLines(stage)) {
            QVERIFY2(stage > 2, "the command ends too early");
        }
        running->signal(SIGINT);
        const Outcome done = running->finish();
        verifyEnded(done, product);
        if (QTest::currentTestFailed()) return;
        if (done.exitCode == 130) ++interrupted;
    }
    qInfo("%d of %d were interrupted", interrupted, stages);
    QVERIFY(interrupted > 1);
}

void TestFaults::endsAtAnyMoment_data() {
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("product");
    QTest::newRow("base") << "base"
                          << "second";
    QTest::newRow("overlay") << "overlay"
                             << "second.cloudlet";
    QTest::newRow("synthesis") << "synthesis"
                               << "";
}

void TestFaults::endsAtAnyMoment() {
    QFETCH(QString, command);
    QFETCH(QString, product);
    const unsigned seed = std::random_device()();
    std::mt19937 random(seed);
    qInfo("seed %u", seed);
    for (int i = 0; i < 4; ++i) {
        const auto running = m_program->start(arguments(command));
        QTest::qSleep(static_cast<int>(random() % 4000));
        running->signal(i % 2 == 0 ? SIGINT : SIGTERM);
        verifyEnded(running->finish(), product);
        if (QTest::currentTestFailed()) return;
    }
}

void TestFaults::survivesAKill_data() {
    QTest::addColumn<QString>("command");
    QTest::addColumn<QByteArray>("moment");
    QTest::newRow("base") << "base" << QByteArray("starting the guest");
    QTest::newRow("overlay") << "overlay" << QByteArray("resuming the base");
    QTest::newRow("synthesis") << "synthesis" << QByteArray("resuming the guest");
}

// The VM lives on; the next command knows it, and stop ends it and clears up.
void TestFaults::survivesAKill() {
    QFETCH(QString, command);
    QFETCH(QByteArray, moment);
    QStringList slow = arguments(command);
    slow.replaceInStrings("after:1", "after:600");
    const auto running = m_program->start(slow);
    QVERIFY(running->waitForErrors(moment));
    running->signal(SIGKILL);
    running->finish();
    QCOMPARE(vmsIn(m_place->path()).size(), std::size_t{1});
    const Outcome list = m_program->run({"list-session", "--json"});
    VERIFY_EXIT(list, 0);
    QCOMPARE(list.json()["sessions"].toArray().size(), 1);
    const QString id = list.json()["sessions"][0]["session"].toString();
    VERIFY_EXIT(m_program->run({"stop", id}), 0);
    VERIFY_EXIT(m_program->run({"list-base"}), 0);
    QCOMPARE(m_place->leftovers(), QStringList());
    // And the work can be done again.
    const auto again = m_program->start(arguments(command));
    QVERIFY(again->waitForErrors(moment));
}

void TestFaults::sweepsAfterProgramAndVmWereKilled() {
    const auto running = m_program->start(arguments("synthesis"));
    QVERIFY(running->waitForOutput("runs as session"));
    running->signal(SIGKILL);
    running->finish();
    cleanup();
    QTRY_VERIFY_WITH_TIMEOUT(vmsIn(m_place->path()).empty(), 20'000);
    const Outcome list = m_program->run({"list-session", "--all", "--json"});
    VERIFY_EXIT(list, 0);
    VERIFY_SAYS(list, "had ended on its own");
    QCOMPARE(list.json()["sessions"][0]["state"].toString(), "lost");
    QCOMPARE(m_place->leftovers(), QStringList());
}

void TestFaults::refusesATakenPort() {
    const TakenPort port;
    for (QStringList command : {arguments("synthesis"), arguments("overlay")}) {
        const Outcome refused = m_program->run(command << "--json"
                                                       << "--forward"
                                                       << "tcp:" + port.text() + ":8080");
        VERIFY_EXIT(refused, 1);
        QCOMPARE(refused.json()["error"]["code"].toString(), "inUse");
        VERIFY_SAYS(refused, port.text().toUtf8());
        QCOMPARE(m_place->leftovers(), QStringList());
    }
}

void TestFaults::refusesUnknownBases() {
    const Outcome overlay = m_program->run({"overlay", "nobody", "--snapshot-when", "after:1", "-o",
                                            m_place->file("x.cloudlet"), "--json"});
    VERIFY_EXIT(overlay, 1);
    QCOMPARE(overlay.json()["error"]["code"].toString(), "notFound");
    VERIFY_SAYS(overlay, "list-base");
    const Program empty(*m_place / "empty");
    for (const char* command : {"synthesis", "verify-overlay"}) {
        const Outcome refused = empty.run({command, m_place->file("app.cloudlet"), "--json"});
        VERIFY_EXIT(refused, 1);
        QCOMPARE(refused.json()["error"]["code"].toString(), "notFound");
        VERIFY_SAYS(refused, "\"tiny\"");
        VERIFY_SAYS(refused, "import-base");
    }
}

void TestFaults::refusesAChangedBase_data() {
    QTest::addColumn<QString>("file");
    for (const char* file : {"disk.raw", "memory.raw", "state.bin"}) QTest::newRow(file) << file;
}

void TestFaults::refusesAChangedBase() {
    QFETCH(QString, file);
    const Outcome list = m_program->run({"list-base", "--json"});
    const fs::path changed =
        fs::path(list.json()["bases"][0]["folder"].toString().toStdString()) / file.toStdString();
    EXPECT_OK(flipByte(changed, 4711));
    for (const char* command : {"overlay", "synthesis"}) {
        const Outcome refused = m_program->run(arguments(command) << "--json");
        VERIFY_EXIT(refused, 1);
        QCOMPARE(refused.json()["error"]["code"].toString(), "corrupt");
        VERIFY_SAYS(refused, file.toUtf8());
        QCOMPARE(m_place->leftovers(), QStringList());
    }
    VERIFY_EXIT(m_program->run({"verify-base", "tiny"}), 1);
    EXPECT_OK(flipByte(changed, 4711));
    VERIFY_EXIT(m_program->run({"verify-base", "tiny"}), 0);
}

void TestFaults::refusesDamagedOverlays_data() {
    QTest::addColumn<QString>("damage");
    QTest::addColumn<int>("exitCode");
    for (const char* damage : {"half", "without its last byte", "longer by a byte", "empty", "PNG",
                               "zip of the original", "version 3"}) {
        QTest::newRow(damage) << damage << 1;
    }
    QTest::newRow("a folder") << "folder" << 2;
    QTest::newRow("a FIFO") << "FIFO" << 2;
}

void TestFaults::refusesDamagedOverlays() {
    QFETCH(QString, damage);
    QFETCH(int, exitCode);
    const QByteArray whole = m_place->read("app.cloudlet");
    QByteArray bytes = whole;
    if (damage == "half") bytes.truncate(whole.size() / 2);
    if (damage == "without its last byte") bytes.chop(1);
    if (damage == "longer by a byte") bytes += 'x';
    if (damage == "empty") bytes.clear();
    if (damage == "PNG") bytes = m_place->read("app.cloudlet").replace(0, 8, "\x89PNG\r\n\x1a\n");
    if (damage == "zip of the original") bytes.replace(0, 4, "PK\x03\x04");
    if (damage == "version 3") bytes[8] = 3;
    const fs::path path = *m_place / "damaged.cloudlet";
    fs::remove_all(path);
    if (damage == "folder") {
        fs::create_directory(path);
    } else if (damage == "FIFO") {
        QCOMPARE(::mkfifo(path.c_str(), 0600), 0);
    } else {
        m_place->write("damaged.cloudlet", bytes.toStdString());
    }
    for (const char* command : {"info-overlay", "verify-overlay", "synthesis"}) {
        const Outcome refused = m_program->run({command, qtPath(path), "--json"});
        // What stands in the middle of the file, info-overlay does not read.
        VERIFY_EXIT(refused, exitCode);
        VERIFY_SAYS(refused, "damaged.cloudlet");
        if (damage == "version 3") {
            QCOMPARE(refused.json()["error"]["code"].toString(), "unsupported");
        }
        QCOMPARE(m_place->leftovers(), QStringList());
    }
}

void TestFaults::refusesFlippedBits() {
    const unsigned seed = std::random_device()();
    std::mt19937 random(seed);
    qInfo("seed %u", seed);
    const QByteArray whole = m_place->read("app.cloudlet");
    for (int i = 0; i < 12; ++i) {
        QByteArray bytes = whole;
        const qsizetype at = static_cast<qsizetype>(random() % static_cast<unsigned>(whole.size()));
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
        m_place->write("flipped.cloudlet", bytes.toStdString());
        const char* command = i % 3 == 0 ? "synthesis" : "verify-overlay";
        const Outcome refused = m_program->run({command, m_place->file("flipped.cloudlet")});
        VERIFY_EXIT(refused, 1);
        VERIFY_SAYS(refused, "flipped.cloudlet");
        QCOMPARE(m_place->leftovers(), QStringList());
    }
}

void TestFaults::refusesMachinesThatDoNotFit_data() {
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("value");
    QTest::newRow("cpu unknown") << "cpuModel"
                                 << "NoSuchCpu";
    QTest::newRow("cpu beyond TCG") << "cpuModel"
                                    << "Haswell";
    QTest::newRow("machine type") << "machineType"
                                  << "pc-q35-99.0";
    QTest::newRow("newer QEMU") << "qemuVersion"
                                << "99.1.0";
}

// A base and an overlay as another host would have made them, by the engine's own functions.
void TestFaults::refusesMachinesThatDoNotFit() {
    QFETCH(QString, field);
    QFETCH(QString, value);
    const Place place;
    VALUE(catalog, Catalog::open(place.catalog()));
    VALUE(staged, catalog.stageBase());
    VALUE(vm, drawBase(staged.files(), "misfit", "AB"));
    std::string& changed = field == "cpuModel"      ? vm.machine.cpuModel
                           : field == "machineType" ? vm.machine.machineType
                                                    : vm.machine.qemuVersion;
    changed = value.toStdString();
    Progress progress;
    VALUE(published, catalog.publishBase(staged, vm, progress, {}));
    const BaseFiles& files = published.record.files;
    VALUE(images, BaseImages::open(files, vm, BaseImages::Purpose::encode, progress, {}));
    VALUE(disk, File::open(files.disk(), File::Mode::read));
    VALUE(memory, File::open(files.memory(), File::Mode::read));
    EncodeInput input(images, disk, memory);
    const Bytes state(1000);
    input.state = state;
    input.machine = vm.machine;
    VERIFY_OK(encodeOverlay(input, {}, place / "misfit.cloudlet", progress, {}));
    const Program program(place.catalog());
    for (const QStringList& command :
         {QStringList{"overlay", "misfit", "--snapshot-when", "after:1", "-o", place.file("x")},
          QStringList{"synthesis", place.file("misfit.cloudlet")}}) {
        const Outcome refused = program.run(command + QStringList{"--json"});
        VERIFY_EXIT(refused, 1);
        QCOMPARE(refused.json()["error"]["code"].toString(), "incompatible");
        VERIFY_SAYS(refused, value.toUtf8());
        QCOMPARE(place.leftovers(), QStringList());
    }
}

#define VERIFY_NO_SPACE(outcome)                                                     \
    do {                                                                             \
        const Outcome full = (outcome);                                              \
        VERIFY_EXIT(full, 1);                                                        \
        QVERIFY2(full.json()["error"]["code"].toString() == "noSpace", full.text()); \
    } while (false)

void TestFaults::refusesAFullDiskForFiles() {
    const SmallDisk small(*m_place / "small", "16K");
    if (!small.isMounted()) QSKIP("mounting a file system of exact size needs root");
    // What no codec makes smaller: an overlay of an idle guest may fit.
    m_place->write("random.sh", "dd if=/dev/urandom of=/mnt/disk/random bs=64k count=1; sync\n");
    VERIFY_NO_SPACE(
        m_program->run({"overlay", "tiny", "--no-clean", "--run", m_place->file("random.sh"), "-o",
                        m_place->file("small/x.cloudlet"), "--json"}));
    QVERIFY(small.isEmpty());
    VERIFY_NO_SPACE(
        m_program->run({"export-base", "tiny", m_place->file("small/tiny.base"), "--json"}));
    QVERIFY(small.isEmpty());
    QCOMPARE(m_place->leftovers(), QStringList());
}

// First too small for the base, then for a VM on it.
void TestFaults::refusesAFullDiskForTheCatalog() {
    const SmallDisk small(*m_place / "small", "32M");
    if (!small.isMounted()) QSKIP("mounting a file system of exact size needs root");
    const QString package = m_place->file("tiny.base");
    VERIFY_EXIT(m_program->run({"export-base", "tiny", package}), 0);
    const Program other(*m_place / "small/cat");
    VERIFY_NO_SPACE(other.run({"import-base", package, "--json"}));
    VERIFY_NO_SPACE(other.run(arguments("base") << "--json"));
    QVERIFY(fs::is_empty(*m_place / "small/cat/incoming"));
    QVERIFY(fs::is_empty(*m_place / "small/cat/bases"));
    QVERIFY(small.resize("120M"));
    VERIFY_EXIT(other.run({"import-base", package}), 0);
    VERIFY_NO_SPACE(other.run(arguments("overlay") << "--json"));
    VERIFY_NO_SPACE(other.run(arguments("synthesis") << "--json"));
    QVERIFY(fs::is_empty(*m_place / "small/cat/run"));
    QVERIFY(fs::is_empty(*m_place / "small/cat/leases"));
    QVERIFY(vmsIn(m_place->path()).empty());
}

// The VM runs on as it was.
void TestFaults::refusesAFullDiskForAResidue() {
    const SmallDisk small(*m_place / "small", "16K");
    if (!small.isMounted()) QSKIP("mounting a file system of exact size needs root");
    const Outcome vm = m_program->run(arguments("synthesis") << "--detach"
                                                             << "--json"
                                                             << "--forward"
                                                             << "tcp:0:7777");
    VERIFY_EXIT(vm, 0);
    const QJsonValue session = vm.json();
    const std::uint16_t port = hostPortOf(session, kShellPort);
    QCOMPARE(shellWhenReady(port, "head -c 65536 /dev/urandom > /run/random; echo done"),
             std::string("done\n"));
    const QString id = session["session"].toString();
    VERIFY_NO_SPACE(
        m_program->run({"residue", id, "-o", m_place->file("small/x.cloudlet"), "--json"}));
    QVERIFY(small.isEmpty());
    QCOMPARE(shellWhenReady(port, "echo alive"), std::string("alive\n"));
    VERIFY_EXIT(m_program->run({"stop", id}), 0);
    QCOMPARE(m_place->leftovers(), QStringList());
}

// Enough space to start with; then something else takes it, and the guest writes.
void TestFaults::tellsThatTheDiskFilledUpUnderTheGuest() {
    const SmallDisk small(*m_place / "small", "400M");
    if (!small.isMounted()) QSKIP("mounting a file system of exact size needs root");
    const QString package = m_place->file("tiny-again.base");
    VERIFY_EXIT(m_program->run({"export-base", "tiny", package}), 0);
    const Program other(*m_place / "small/cat");
    VERIFY_EXIT(other.run({"import-base", package}), 0);
    m_place->write("fill.sh", "sleep 2\ndd if=/dev/urandom of=/mnt/disk/big bs=1M count=8\nsync\n");
    const auto author =
        other.start({"overlay", "tiny", "--no-clean", "--json", "--run", m_place->file("fill.sh"),
                     "-o", m_place->file("big.cloudlet")});
    QVERIFY(author->waitForErrors("resuming the base"));
    QVERIFY(small.fill());
    const Outcome refused = author->finish();
    VERIFY_NO_SPACE(refused);
    VERIFY_SAYS(refused, "stands still");
    QVERIFY(!fs::exists(*m_place / "big.cloudlet"));
    QVERIFY(fs::is_empty(*m_place / "small/cat/run"));
    QVERIFY(fs::is_empty(*m_place / "small/cat/leases"));
    QVERIFY(vmsIn(m_place->path()).empty());
}

void TestFaults::saysThatThereIsNoLibvirt() {
    for (const char* command : {"synthesis", "overlay", "base"}) {
        const Outcome refused =
            m_program->run(arguments(command) << "--json"
                                              << "--connect"
                                              << "qemu+unix:///session?socket=/nonexistent");
        VERIFY_EXIT(refused, 1);
        QCOMPARE(refused.json()["error"]["code"].toString(), "unavailable");
        VERIFY_SAYS(refused, "libvirt");
        QCOMPARE(m_place->leftovers(), QStringList());
    }
}

void TestFaults::saysThatThereIsNoQemu() {
    QVERIFY(QDir().mkpath(m_place->file("empty-path")));
    Program program(m_place->catalog());
    program.set("PATH", m_place->file("empty-path"));
    // The embedded driver looks for QEMU as we do; its cache would remember where it was.
    program.set("CLOUDLET_LIBVIRT_URI", "qemu:///embed");
    program.set("XDG_CACHE_HOME", m_place->file("empty-cache"));
    const Outcome refused = program.run(arguments("synthesis") << "--json");
    VERIFY_EXIT(refused, 1);
    VERIFY_SAYS(refused, "qemu-system-x86");
    QCOMPARE(m_place->leftovers(), QStringList());
}

// Two authors on one base at the same time; the base cannot be deleted meanwhile.
void TestFaults::worksBesideAnother() {
    const QStringList first{"overlay",
                            "tiny",
                            "--no-clean",
                            "--run",
                            m_place->file("setup.sh"),
                            "-o",
                            m_place->file("first.cloudlet")};
    const auto one = m_program->start(first);
    const auto two = m_program->start(arguments("overlay"));
    QVERIFY(one->waitForErrors("copying the base"));
    const Outcome refused = m_program->run({"del-base", "tiny", "--force", "--json"});
    VERIFY_EXIT(refused, 1);
    QCOMPARE(refused.json()["error"]["code"].toString(), "inUse");
    VERIFY_EXIT(one->finish(), 0);
    VERIFY_EXIT(two->finish(), 0);
    for (const char* overlay : {"first.cloudlet", "second.cloudlet"}) {
        VERIFY_EXIT(m_program->run({"verify-overlay", m_place->file(overlay)}), 0);
    }
    QCOMPARE(m_place->leftovers(), QStringList());
}

QTEST_GUILESS_MAIN(TestFaults)
#include "tst_faults.moc"
