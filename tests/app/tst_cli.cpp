// The command line as scripts and people use it, without a VM: help, usage errors, JSON, encode
// and decode of plain files, catalogs that are empty, read-only or of a newer program.
#include <sys/stat.h>
#include <unistd.h>

#include <QtTest>
#include <random>

#include "tests/support/cloudlet_program.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

const QStringList kCommands{"doctor",         "base",         "sample-base",  "list-base",
                            "del-base",       "verify-base",  "export-base",  "import-base",
                            "overlay",        "list-overlay", "info-overlay", "verify-overlay",
                            "synthesis",      "rehearse",     "list-session", "stop",
                            "screenshot",     "encode",       "decode",       "import-overlay",
                            "forget-overlay", "tag",          "residue",      "push",
                            "fetch-residue",  "end-session",  "pair",         "list-server",
                            "forget-server",  "discover"};

// `size` bytes that do not compress, but for every third kilobyte, which is zero.
QByteArray noise(qsizetype size, unsigned seed) {
    std::mt19937 random(seed);
    QByteArray bytes(size, '\0');
    for (qsizetype i = 0; i < size; ++i) {
        if (i / 1024 % 3 != 0) bytes[i] = static_cast<char>(random());
    }
    return bytes;
}

}  // namespace

class TestCli : public QObject {
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void everyCommandHelps_data();
    void everyCommandHelps();
    void programHelps();
    void refusesWrongUsage_data();
    void refusesWrongUsage();
    void tellsErrorsAsJson_data();
    void tellsErrorsAsJson();
    void encodesAndDecodes_data();
    void encodesAndDecodes();
    void worksWithoutQemuAndLibvirt();
    void replacesAFileOnlyOnSuccess();
    void refusesFoldersAndMissingFiles();
    void refusesWhatMayNotBeRead();
    void refusesOtherBases();
    void refusesForeignOverlays_data();
    void refusesForeignOverlays();
    void listsAnEmptyCatalog_data();
    void listsAnEmptyCatalog();
    void readsAReadOnlyCatalog();
    void refusesANewerCatalog();
    void endsOnInterrupt();

private:
    fs::path path(const std::string& name) const { return *m_scratch / name; }
    QString file(const std::string& name) const { return qtPath(*m_scratch / name); }
    void write(const std::string& name, const QByteArray& bytes) const;
    QByteArray read(const std::string& name) const;
    QStringList files() const;
    void writeImages(qsizetype disk, qsizetype memory) const;
    QStringList encodeArguments() const;
    QStringList decodeArguments() const;

    std::unique_ptr<Scratch> m_scratch;
    std::unique_ptr<Program> m_program;
};

void TestCli::init() {
    m_scratch = std::make_unique<Scratch>();
    m_program = std::make_unique<Program>(path("cat"));
    m_program->unset("CLOUDLET_LIBVIRT_URI");
}

void TestCli::cleanup() {
    m_program.reset();
    m_scratch.reset();
}

void TestCli::write(const std::string& name, const QByteArray& bytes) const {
    QFile out(file(name));
    QVERIFY(out.open(QIODevice::WriteOnly));
    QCOMPARE(out.write(bytes), bytes.size());
}

QByteArray TestCli::read(const std::string& name) const {
    QFile in(file(name));
    return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray("cannot read it");
}

QStringList TestCli::files() const {
    return QDir(qtPath(m_scratch->path()))
        .entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
}

// The customised images are the base's with a part changed; disk and memory may grow.
void TestCli::writeImages(qsizetype disk, qsizetype memory) const {
    const auto changed = [](QByteArray bytes, unsigned seed) {
        bytes.replace(bytes.size() / 3, qMin<qsizetype>(700, bytes.size() / 3),
                      noise(qMin<qsizetype>(700, bytes.size() / 3), seed));
        return bytes;
    };
    write("A", noise(disk, 1));
    write("B", noise(memory, 2));
    write("C", changed(noise(disk, 1), 3));
    write("D", changed(noise(memory, 2), 4));
}

QStringList TestCli::encodeArguments() const {
    return {"encode",   "--base-disk", file("A"), "--base-memory", file("B"), "--disk", file("C"),
            "--memory", file("D"),     "-o",      file("F")};
}

QStringList TestCli::decodeArguments() const {
    return {"decode",  "--base-disk", file("A"),  "--base-memory", file("B"),
            file("F"), "--disk",      file("C2"), "--memory",      file("D2")};
}

void TestCli::everyCommandHelps_data() {
    QTest::addColumn<QString>("command");
    for (const QString& command : kCommands) QTest::newRow(qPrintable(command)) << command;
}

void TestCli::everyCommandHelps() {
    QFETCH(QString, command);
    const Outcome help = m_program->run({command, "--help"});
    VERIFY_EXIT(help, 0);
    QVERIFY2(help.output.contains("Example: cloudlet " + command.toUtf8()), help.text());
    QVERIFY2(help.errors.isEmpty(), help.text());
}

void TestCli::programHelps() {
    const Outcome help = m_program->run({"--help"});
    VERIFY_EXIT(help, 0);
    for (const QString& command : kCommands) QVERIFY(help.output.contains(command.toUtf8()));
    // A command that this test does not know?
    const QByteArray list = help.output.mid(help.output.indexOf("Subcommands:"));
    QCOMPARE(list.left(list.indexOf("\n\n")).count('\n'), kCommands.size());
    const Outcome version = m_program->run({"--version"});
    VERIFY_EXIT(version, 0);
    QCOMPARE(version.output, QByteArray("cloudlet " CLOUDLET_VERSION "\n"));
    QVERIFY(files().isEmpty());
}

void TestCli::refusesWrongUsage_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("said");
    const auto row = [](const char* name, const QStringList& arguments, const char* said) {
        QTest::newRow(name) << arguments << QByteArray(said);
    };
    row("nothing", {}, "no command is given");
    row("unknown command", {"bogus"}, "\"bogus\"");
    row("unknown option", {"--bogus"}, "\"--bogus\"");
    row("unknown option of a command", {"list-base", "--bogus"}, "--bogus");
    row("too many arguments", {"list-base", "extra"}, "extra");
    row("base missing", {"overlay", "-o", "f"}, "base is required");
    row("output missing", {"overlay", "tiny"}, "--output is required");
    row("value missing", {"overlay", "tiny", "-o"}, "--output");
    row("port out of range", {"synthesis", "f", "--until-port", "99999"}, "99999");
    row("port 0", {"synthesis", "f", "--until-port", "0"}, "--until-port");
    row("no address", {"synthesis", "http://"}, "no address of a file");
    row("on-error", {"overlay", "tiny", "-o", "f", "--on-error", "hope"}, "--on-error");
    row("nothing to boot", {"base"}, "name a DISK");
    row("both a disk and a new one", {"base", "d", "--new-disk", "1G"}, "name a DISK");
    row("size", {"base", "d", "--memory", "much"}, "\"much\" is not a size");
    row("little memory", {"base", "d", "--memory", "1M"}, "16 MiB");
    row("trigger", {"base", "d", "--snapshot-when", "soon"}, "port:8080");
    row("forward", {"base", "d", "--forward", "80", "--snapshot-when", "after:1"}, "tcp:8080:80");
    row("nobody presses Enter", {"base", "d"}, "--snapshot-when");
    row("redirections", {"overlay", "tiny", "-o", "f", "--", "-usb"}, "-redir tcp:8080::80");
    row("half a redirection", {"overlay", "tiny", "-o", "f", "--", "-redir"}, "-redir tcp");
    row("output is a folder", {"overlay", "tiny", "--snapshot-when", "after:1", "-o", "/"},
        "is a folder");
}

void TestCli::refusesWrongUsage() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, said);
    const Outcome refused = m_program->run(arguments);
    VERIFY_EXIT(refused, 2);
    QCOMPARE(refused.output, QByteArray());
    VERIFY_SAYS(refused, said);
    QVERIFY2(refused.errors.startsWith("cloudlet: "), refused.text());
    QCOMPARE(refused.errors.count('\n'), 1);
    // The same for a script, wherever it asks for JSON.
    const Outcome told = m_program->run(QStringList{"--json"} + arguments);
    VERIFY_EXIT(told, 2);
    QCOMPARE(told.json()["error"]["code"].toString(), "invalid");
}

void TestCli::tellsErrorsAsJson_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("code");
    const auto row = [](const char* name, const QStringList& arguments, const char* code) {
        QTest::newRow(name) << arguments << QString(code);
    };
    row("no such overlay", {"info-overlay", "/nonexistent"}, "notFound");
    row("no such overlay to run", {"synthesis", "/nonexistent"}, "notFound");
    row("nobody at the address", {"synthesis", "http://127.0.0.1:1/x"}, "unavailable");
    row("no such base", {"verify-base", "nobody"}, "notFound");
    row("no such base to delete", {"del-base", "nobody"}, "notFound");
    row("no such base to export", {"export-base", "nobody"}, "notFound");
    row("no such package", {"import-base", "/nonexistent"}, "notFound");
    row("no such session", {"stop", "abcdef"}, "notFound");
    row("no such session to see", {"screenshot", "abcdef", "s.png"}, "notFound");
}

void TestCli::tellsErrorsAsJson() {
    QFETCH(QStringList, arguments);
    QFETCH(QString, code);
    const Outcome outcome = m_program->run(arguments + QStringList{"--json"});
    VERIFY_EXIT(outcome, 1);
    const QJsonValue error = outcome.json()["error"];
    QCOMPARE(error["code"].toString(), code);
    QVERIFY(!error["message"].toString().isEmpty());
    QCOMPARE(outcome.output.count('\n'), 1);
    QVERIFY2(outcome.errors.contains(error["message"].toString().toUtf8()), outcome.text());
}

void TestCli::encodesAndDecodes_data() {
    QTest::addColumn<int>("disk");
    QTest::addColumn<int>("memory");
    QTest::newRow("whole chunks") << 8 * 4096 << 5 * 4096;
    QTest::newRow("odd sizes") << 100'001 << 54'321;
    QTest::newRow("less than a chunk") << 1 << 4095;
    QTest::newRow("one byte more than a chunk") << 4097 << 3'000'001;
}

void TestCli::encodesAndDecodes() {
    QFETCH(int, disk);
    QFETCH(int, memory);
    writeImages(disk, memory);
    const Outcome encoded = m_program->run(encodeArguments() << "--json"
                                                             << "--title"
                                                             << "four");
    VERIFY_EXIT(encoded, 0);
    QCOMPARE(encoded.json()["bytes"].toInteger(), read("F").size());
    QCOMPARE(encoded.json()["title"].toString(), "four");
    const Outcome decoded = m_program->run(decodeArguments() << "--json");
    VERIFY_EXIT(decoded, 0);
    QCOMPARE(decoded.json()["id"].toString(), encoded.json()["id"].toString());
    QVERIFY(read("C2") == read("C"));
    QVERIFY(read("D2") == read("D"));
    QVERIFY(!files().contains("cat"));  // neither needs a catalog
    QCOMPARE(files().size(), 7);
    // Such an overlay holds no machine, and says so when it is to be run.
    const Outcome info = m_program->run({"info-overlay", file("F")});
    VERIFY_EXIT(info, 0);
}

void TestCli::worksWithoutQemuAndLibvirt() {
    QVERIFY(QDir().mkpath(file("empty")));
    for (const char* name : {"HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"}) {
        m_program->unset(name);
    }
    m_program->set("PATH", file("empty"));
    m_program->set("CLOUDLET_LIBVIRT_URI", "qemu+unix:///session?socket=/nonexistent");
    writeImages(9000, 9000);
    VERIFY_EXIT(m_program->run(encodeArguments()), 0);
    VERIFY_EXIT(m_program->run(decodeArguments()), 0);
    QVERIFY(read("C2") == read("C"));
}

void TestCli::replacesAFileOnlyOnSuccess() {
    writeImages(50'000, 50'000);
    write("F", "old");
    VERIFY_EXIT(m_program->run(encodeArguments()), 0);
    QVERIFY(read("F") != "old");
    write("C2", "old disk");
    write("D2", "old memory");
    QByteArray damaged = read("F");
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
    const QByteArray whole = read("F");
    write("F", damaged);
    const Outcome refused = m_program->run(decodeArguments() << "--json");
    VERIFY_EXIT(refused, 1);
    QCOMPARE(refused.json()["error"]["code"].toString(), "corrupt");
    QCOMPARE(read("C2"), QByteArray("old disk"));
    QCOMPARE(read("D2"), QByteArray("old memory"));
    QCOMPARE(files().size(), 7);
    write("F", whole);
    VERIFY_EXIT(m_program->run(decodeArguments()), 0);
    QVERIFY(read("D2") == read("D"));
    QVERIFY(QFile::remove(file("D")));
    VERIFY_EXIT(m_program->run(encodeArguments()), 1);
    QCOMPARE(read("F"), whole);
    QCOMPARE(files().size(), 6);
}

void TestCli::refusesFoldersAndMissingFiles() {
    writeImages(5000, 5000);
    VERIFY_EXIT(m_program->run(encodeArguments()), 0);
    for (const int missing : {2, 4, 6, 8}) {
        QStringList arguments = encodeArguments();
        arguments[missing] = file("missing");
        const Outcome refused = m_program->run(arguments);
        VERIFY_EXIT(refused, 1);
        VERIFY_SAYS(refused, "missing");
        arguments[missing] = qtPath(m_scratch->path());
        QVERIFY(m_program->run(arguments).exitCode > 0);
    }
    QStringList arguments = decodeArguments();
    arguments[7] = file("no/such/folder");
    const Outcome refused = m_program->run(arguments);
    VERIFY_EXIT(refused, 1);
    VERIFY_SAYS(refused, "does not exist");
    QCOMPARE(files().size(), 5);
}

void TestCli::refusesWhatMayNotBeRead() {
    if (::geteuid() == 0) QSKIP("root may read and write everything");
    writeImages(5000, 5000);
    VERIFY_EXIT(m_program->run(encodeArguments()), 0);
    QVERIFY(QDir().mkpath(file("closed")));
    QVERIFY(::chmod(file("closed").toUtf8().constData(), 0500) == 0);
    QStringList arguments = decodeArguments();
    arguments[9] = file("closed") + "/D2";
    const Outcome unwritable = m_program->run(arguments << "--json");
    VERIFY_EXIT(unwritable, 1);
    QCOMPARE(unwritable.json()["error"]["code"].toString(), "permission");
    QVERIFY(::chmod(file("D").toUtf8().constData(), 0) == 0);
    const Outcome unreadable = m_program->run(encodeArguments() << "--json");
    VERIFY_EXIT(unreadable, 1);
    QCOMPARE(unreadable.json()["error"]["code"].toString(), "permission");
    QVERIFY(!files().contains("C2"));
}

void TestCli::refusesOtherBases() {
    writeImages(50'000, 50'000);
    VERIFY_EXIT(m_program->run(encodeArguments()), 0);
    QByteArray other = read("A");
    other[4711] = static_cast<char>(other[4711] ^ 1);
    write("A", other);
    const Outcome refused = m_program->run(decodeArguments() << "--json");
    VERIFY_EXIT(refused, 1);
    QVERIFY2(!read("C2").isEmpty() && !files().contains("C2"), refused.text());
    QCOMPARE(files().size(), 5);
}

void TestCli::refusesForeignOverlays_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("code");
    QTest::newRow("empty") << QByteArray() << "corrupt";
    QTest::newRow("PNG") << QByteArray("\x89PNG\r\n\x1a\n") + noise(5000, 1) << "corrupt";
    QTest::newRow("zip of the original") << QByteArray("PK\x03\x04") + noise(5000, 2) << "corrupt";
    QTest::newRow("text") << QByteArray(10'000, 'a') << "corrupt";
}

void TestCli::refusesForeignOverlays() {
    QFETCH(QByteArray, content);
    write("x.cloudlet", content);
    for (const char* command : {"info-overlay", "verify-overlay", "synthesis"}) {
        const Outcome refused = m_program->run({command, file("x.cloudlet"), "--json"});
        QVERIFY2(refused.exitCode == 1 || refused.exitCode == 2, refused.text());
        QVERIFY2(refused.errors.contains("x.cloudlet"), refused.text());
    }
}

void TestCli::listsAnEmptyCatalog_data() {
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("key");
    QTest::newRow("bases") << "list-base"
                           << "bases";
    QTest::newRow("overlays") << "list-overlay"
                              << "overlays";
    QTest::newRow("sessions") << "list-session"
                              << "sessions";
}

void TestCli::listsAnEmptyCatalog() {
    QFETCH(QString, command);
    QFETCH(QString, key);
    const Outcome text = m_program->run({command});
    VERIFY_EXIT(text, 0);
    QCOMPARE(text.output.count('\n'), 1);
    QVERIFY2(text.output.contains("No ") || text.output.contains(" no "), text.text());
    const Outcome json = m_program->run({command, "--json"});
    VERIFY_EXIT(json, 0);
    QVERIFY(json.json()[key].isArray());
    QVERIFY(json.json()[key].toArray().isEmpty());
}

void TestCli::readsAReadOnlyCatalog() {
    if (::geteuid() == 0) QSKIP("root may write everywhere");
    VERIFY_EXIT(m_program->run({"list-base"}), 0);
    QVERIFY(::chmod(file("cat").toUtf8().constData(), 0500) == 0);
    QVERIFY(::chmod(file("cat/catalog.db").toUtf8().constData(), 0400) == 0);
    const Outcome list = m_program->run({"list-base", "--json"});
    const Outcome sessions = m_program->run({"list-session"});
    const Outcome import = m_program->run({"import-base", "/nonexistent"});
    ::chmod(file("cat").toUtf8().constData(), 0700);
    VERIFY_EXIT(list, 0);
    VERIFY_EXIT(sessions, 0);
    VERIFY_EXIT(import, 1);
}

void TestCli::refusesANewerCatalog() {
    VERIFY_EXIT(m_program->run({"list-base"}), 0);
    QByteArray database = read("cat/catalog.db");
    QVERIFY(database.size() > 100);
    // user_version: four bytes, most significant first, at offset 60 of an SQLite file.
    database[62] = 0x7f;
    write("cat/catalog.db", database);
    const Outcome refused = m_program->run({"list-base", "--json"});
    VERIFY_EXIT(refused, 1);
    QCOMPARE(refused.json()["error"]["code"].toString(), "unsupported");
    QCOMPARE(read("cat/catalog.db"), database);
}

void TestCli::endsOnInterrupt() {
    write("A", noise(40'000'000, 1));
    write("B", noise(5000, 2));
    write("C", noise(40'000'000, 3));
    write("D", noise(5000, 4));
    const unsigned seed = std::random_device()();
    std::mt19937 random(seed);
    qInfo("seed %u", seed);
    int interrupted = 0;
    for (int i = 0; i < 8; ++i) {
        const auto running = m_program->start(encodeArguments());
        QTest::qSleep(static_cast<int>(random() % 300));
        running->signal(SIGINT);
        const Outcome done = running->finish();
        // Before the program listens for signals it ends of this one, after its work with 0.
        QVERIFY2(done.exitCode <= 0 || done.exitCode == 130, done.text());
        if (done.exitCode == 130) ++interrupted;
        QVERIFY(done.exitCode == 0 || !files().contains("F"));
        QFile::remove(file("F"));
        QCOMPARE(files().size(), 4);
    }
    qInfo("%d of 8 were interrupted", interrupted);
}

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
