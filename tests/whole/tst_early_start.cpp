// VMs that start before their overlay has arrived: over real mounts, on the small real guest,
// from sources that are late or bad, and with every partner dying in between. None leaves a
// process, a mount or a file, and none gives the guest a wrong byte.
#include <QTest>
#include <random>

#include "engine/catalog/catalog.h"
#include "engine/jobs/synthesise.h"
#include "engine/overlay/replay.h"
#include "tests/net/hostile_http_server.h"
#include "tests/support/troubled_source.h"
#include "tests/whole/place.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

constexpr TroubledSource::Link kNear{};
// The 4 MiB of noise alone take it many times as long as the guest needs to answer.
constexpr TroubledSource::Link kSlow{20ms, 250e3};

bool waitFor(const std::function<bool()>& condition, std::chrono::seconds limit = 60s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(20ms);
    }
    return true;
}

}  // namespace

class TestEarlyStart : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanupTestCase();
    void cleanup();
    void runsBeforeItsOverlayHasArrived();
    void whatArrivesIsWhatWasAuthored();
    void endsWithoutASource_data();
    void endsWithoutASource();
    void cancelsWhileTheSourceStalls();
    void knowsThatAPartnerIsGone_data();
    void knowsThatAPartnerIsGone();
    void livesOnWhenUnmountedByHand();
    void leavesNothingWhenKilledAtAnyMoment();
    void severalRehearsalsMerge();
    void aFailedRehearsalChangesNothing();
    void tellsItsTimes();

private:
    Services services() { return {*m_catalog, *m_hypervisor, m_progress, m_stop.get_token()}; }
    TroubledSource source(TroubledSource::Link link = kNear) const {
        return {FileSource::open(*m_place / "app.cloudlet").value(), link};
    }
    // Where the first segment of the file's second half begins.
    std::uint64_t middle(TroubledSource& source) const;

    std::unique_ptr<Place> m_place;
    std::unique_ptr<Program> m_program;
    std::unique_ptr<Catalog> m_catalog;
    std::unique_ptr<Hypervisor> m_hypervisor;
    Progress m_progress;
    std::stop_source m_stop;
};

void TestEarlyStart::initTestCase() {
    QVERIFY2(std::getenv("CLOUDLET_TINY_DISK") != nullptr,
             "CLOUDLET_TINY_DISK must name the disk of the small test guest");
    m_place = std::make_unique<Place>();
    m_program = std::make_unique<Program>(m_place->catalog());
    VERIFY_EXIT(m_program->run(baseArguments(qEnvironmentVariable("CLOUDLET_TINY_DISK"), "tiny")),
                0);
    // Noise in memory that nothing reads until the guest is asked to: the rest after the start.
    m_place->write("setup.sh",
                   "echo page > /www/page.txt; dd if=/dev/urandom of=/run/noise bs=1M count=4\n"
                   "sha256sum /run/noise > /run/noise.sum\n");
    const Outcome made =
        m_program->run({"overlay", "tiny", "--no-clean", "--run", m_place->file("setup.sh"),
                        "--forward", "tcp:0:7777", "--json", "-o", m_place->file("app.cloudlet")});
    VERIFY_EXIT(made, 0);
    QVERIFY2(made.json()["rehearsal"]["startSetChunks"].toInt() > 0, made.text());
    VALUE(catalog, Catalog::open(m_place->catalog()));
    m_catalog = std::make_unique<Catalog>(std::move(catalog));
    HypervisorOptions options;
    options.logFile = *m_place / "libvirt.log";
    VALUE(hypervisor, Hypervisor::open(options));
    m_hypervisor = std::move(hypervisor);
}

void TestEarlyStart::cleanupTestCase() {
    m_hypervisor.reset();
    m_catalog.reset();
    m_program.reset();
    m_place.reset();
}

void TestEarlyStart::cleanup() {
    m_stop = std::stop_source();
    for (const pid_t pid : vmsIn(m_place->path())) ::kill(pid, SIGKILL);
}

std::uint64_t TestEarlyStart::middle(TroubledSource& source) const {
    const OverlayReader reader = OverlayReader::open(source).value();
    std::size_t i = 0;
    while (reader.segment(i).stored.offset < reader.header().fileLength / 2) ++i;
    return reader.segment(i).stored.offset;
}

void TestEarlyStart::runsBeforeItsOverlayHasArrived() {
    TroubledSource far = source(kSlow);
    {
        SynthesisRequest request;
        request.source = &far;
        request.start = SynthesisRequest::Start::early;
        VALUE(vm, synthesise(request, services()));
        const std::uint16_t port = vm.guest.forwards().at(0).hostPort;
        QCOMPARE(shellWhenReady(port, "cat /www/page.txt"), std::string("page\n"));
        const FeedStatus status = vm.feed->status();
        QVERIFY(status.finishedSegments < status.segments);
        QCOMPARE(status.completeSeconds, 0.0);
        VERIFY_OK(vm.check());
        VERIFY_OK(vm.feed->waitUntilComplete(m_progress, {}));
        QVERIFY(vm.feed->status().completeSeconds > 0);
        QCOMPARE(vm.feed->status().fetchedBytes, vm.feed->status().totalBytes);
        QCOMPARE(shellWhenReady(port, "sha256sum -c /run/noise.sum"),
                 std::string("/run/noise: OK\n"));
        VERIFY_OK(vm.guest.end());
    }
    QCOMPARE(m_place->leftovers(), QStringList());
}

// The memory of a mounted VM is never written through the mount: it must equal, byte by byte,
// what decoding gives.
void TestEarlyStart::whatArrivesIsWhatWasAuthored() {
    VALUE(base, m_catalog->findBase("tiny"));
    copyFile(base.files.disk(), *m_place / "d.raw");
    copyFile(base.files.memory(), *m_place / "m.raw");
    {
        TroubledSource near = source();
        VALUE(reader, OverlayReader::open(near));
        VALUE(images,
              BaseImages::open(base.files, base.vm, BaseImages::Purpose::decode, m_progress, {}));
        File disk = File::open(*m_place / "d.raw", File::Mode::readWrite).value();
        File memory = File::open(*m_place / "m.raw", File::Mode::readWrite).value();
        VERIFY_OK(replayOverlay(reader, images, {disk, memory}, m_progress, {}));
    }
    TroubledSource far = source({5ms, 50e6});
    SynthesisRequest request;
    request.source = &far;
    request.start = SynthesisRequest::Start::early;
    VALUE(vm, synthesise(request, services()));
    VERIFY_OK(vm.feed->waitUntilComplete(m_progress, {}));
    const File wanted = File::open(*m_place / "m.raw", File::Mode::read).value();
    const File mounted = File::open(vm.guest.memory(), File::Mode::read).value();
    const std::uint64_t size = wanted.size().value();
    QCOMPARE(mounted.size().value(), size);
    Bytes expected(1 << 20);
    Bytes found(1 << 20);
    for (std::uint64_t at = 0; at < size; at += expected.size()) {
        VERIFY_OK(wanted.readAt(expected, at));
        VERIFY_OK(mounted.readAt(found, at));
        QVERIFY2(expected == found, qPrintable(QString("MiB %1").arg(at >> 20)));
    }
}

void TestEarlyStart::endsWithoutASource_data() {
    QTest::addColumn<QString>("trouble");
    QTest::addColumn<int>("code");
    QTest::newRow("ends early") << "ends" << static_cast<int>(ErrorCode::corrupt);
    QTest::newRow("lies") << "lies" << static_cast<int>(ErrorCode::corrupt);
    QTest::newRow("sends nothing more") << "stalls" << static_cast<int>(ErrorCode::timedOut);
}

// Early start or not: the VM ends, the reason is told, nothing is left.
void TestEarlyStart::endsWithoutASource() {
    QFETCH(const QString, trouble);
    QFETCH(const int, code);
    for (const auto start : {SynthesisRequest::Start::complete, SynthesisRequest::Start::early}) {
        TroubledSource bad = source();
        const std::uint64_t from = middle(bad);
        if (trouble == "ends") bad.endsAt = from;
        if (trouble == "lies") bad.changedAt = from + 3;
        if (trouble == "stalls") bad.stallFrom = from;
        SynthesisRequest request;
        request.source = &bad;
        request.start = start;
        request.stall = 1s;
        {
            const Result<Synthesised> vm = synthesise(request, services());
            if (vm) {
                QVERIFY(start == SynthesisRequest::Start::early);
                QVERIFY(waitFor([&] { return !vm->check(); }));
                QCOMPARE(static_cast<int>(vm->check().error().code), code);
            } else {
                QVERIFY2(static_cast<int>(vm.error().code) == code, vm.error().message.c_str());
            }
        }
        QCOMPARE(m_place->leftovers(), QStringList());
    }
}

void TestEarlyStart::cancelsWhileTheSourceStalls() {
    for (const auto start : {SynthesisRequest::Start::complete, SynthesisRequest::Start::early}) {
        m_stop = std::stop_source();
        TroubledSource bad = source();
        bad.stallFrom = middle(bad);
        SynthesisRequest request;
        request.source = &bad;
        request.start = start;
        const std::jthread canceller([this] {
            std::this_thread::sleep_for(300ms);
            m_stop.request_stop();
        });
        const Result<Synthesised> vm = synthesise(request, services());
        if (!vm) QCOMPARE(vm.error().code, ErrorCode::cancelled);
    }
    QCOMPARE(m_place->leftovers(), QStringList());
}

void TestEarlyStart::knowsThatAPartnerIsGone_data() {
    QTest::addColumn<QString>("partner");
    QTest::addColumn<bool>("complete");
    for (const bool complete : {false, true}) {
        const char* when = complete ? "later" : "early";
        QTest::addRow("file system killed %s", when) << "kill" << complete;
        QTest::addRow("file system stopped %s", when) << "stop" << complete;
        QTest::addRow("QEMU killed %s", when) << "qemu" << complete;
    }
}

void TestEarlyStart::knowsThatAPartnerIsGone() {
    QFETCH(const QString, partner);
    QFETCH(const bool, complete);
    {
        TroubledSource far = source(complete ? kNear : kSlow);
        SynthesisRequest request;
        request.source = &far;
        request.start = SynthesisRequest::Start::early;
        VALUE(vm, synthesise(request, services()));
        const std::uint16_t port = vm.guest.forwards().at(0).hostPort;
        QVERIFY(!shellWhenReady(port, "echo here").empty());
        if (complete) VERIFY_OK(vm.feed->waitUntilComplete(m_progress, {}));
        QCOMPARE(fileSystemsIn(m_place->path()).size(), std::size_t{1});
        const pid_t fileSystem = fileSystemsIn(m_place->path()).front();
        if (partner == "kill") QCOMPARE(::kill(fileSystem, SIGKILL), 0);
        if (partner == "stop") QCOMPARE(::kill(fileSystem, SIGSTOP), 0);
        if (partner == "qemu") QCOMPARE(::kill(vmsIn(m_place->path()).front(), SIGKILL), 0);
        QVERIFY(waitFor([&] { return !vm.check() || vm.guest.domain().status().value().ended(); }));
        const Error reason = vm.reasonOf({ErrorCode::failed, "the VM has crashed"});
        QVERIFY2(partner == "qemu" ? reason.message == "the VM has crashed"
                                   : reason.message.find("file system") != std::string::npos,
                 reason.message.c_str());
    }
    QCOMPARE(m_place->leftovers(), QStringList());
}

// Lazily unmounted, the files stay as long as they are open: the VM does not notice.
void TestEarlyStart::livesOnWhenUnmountedByHand() {
    {
        TroubledSource far = source(kSlow);
        SynthesisRequest request;
        request.source = &far;
        request.start = SynthesisRequest::Start::early;
        VALUE(vm, synthesise(request, services()));
        const std::string mountPoint = (vm.guest.folder() / "mnt").string();
        QCOMPARE(QProcess::execute("fusermount3", {"-u", "-z", mountPoint.c_str()}), 0);
        VERIFY_OK(vm.feed->waitUntilComplete(m_progress, {}));
        QCOMPARE(shellWhenReady(vm.guest.forwards().at(0).hostPort, "sha256sum -c /run/noise.sum"),
                 std::string("/run/noise: OK\n"));
        VERIFY_OK(vm.check());
    }
    QCOMPARE(m_place->leftovers(), QStringList());
}

// The next command finds what a killed one left, whole or not, and stop ends what still runs.
void TestEarlyStart::leavesNothingWhenKilledAtAnyMoment() {
    const unsigned seed = std::random_device()();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    for (int i = 0; i < 6; ++i) {
        const auto running = m_program->start(
            {"synthesis", m_place->file("app.cloudlet"), "--early-start", "--until-port", "7777"});
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 1500));
        running->signal(SIGKILL);
        running->finish();
        const Outcome list = m_program->run({"list-session", "--json"});
        VERIFY_EXIT(list, 0);
        for (const QJsonValue& session : list.json()["sessions"].toArray()) {
            // It may have ended on its own meanwhile, as its overlay is not whole.
            const Outcome stop = m_program->run({"stop", session["session"].toString()});
            QVERIFY2(stop.exitCode == 0 || stop.text().contains("no running session"), stop.text());
        }
        QCOMPARE(m_place->leftovers(), QStringList());
    }
}

void TestEarlyStart::severalRehearsalsMerge() {
    const QString copy = m_place->file("again.cloudlet");
    QVERIFY(QFile::copy(m_place->file("app.cloudlet"), copy));
    const Outcome again = m_program->run({"rehearse", copy, "--until", "port:7777", "--json"});
    VERIFY_EXIT(again, 0);
    const QJsonValue report = again.json();
    const int earlier = report["earlierChunks"].toInt();
    QVERIFY2(earlier > 0, again.text());
    // Another run of the same start touches nearly the same.
    QVERIFY2(report["alreadyInStartSet"].toInt() * 2 > report["touchedOfOverlay"].toInt(),
             again.text());
    QVERIFY2(report["startSetChunks"].toInt() > 0, again.text());
    VERIFY_EXIT(m_program->run({"verify-overlay", copy}), 0);
    const Outcome fresh =
        m_program->run({"rehearse", copy, "--until", "after:1", "--forget", "--json"});
    VERIFY_EXIT(fresh, 0);
    QVERIFY2(fresh.json()["startSetChunks"].toInt() > 0, fresh.text());
    // What the first rehearsal found had stayed in the set, and what the second found was added.
    const int found = report["touchedOfOverlay"].toInt() - report["alreadyInStartSet"].toInt();
    QVERIFY2(fresh.json()["earlierChunks"].toInt() >= earlier + found, fresh.text());
    VERIFY_EXIT(m_program->run({"verify-overlay", copy}), 0);
    QCOMPARE(m_place->leftovers(), QStringList());
}

void TestEarlyStart::aFailedRehearsalChangesNothing() {
    const QByteArray before = m_place->read("app.cloudlet");
    const Outcome failed = m_program->run(
        {"rehearse", m_place->file("app.cloudlet"), "--until", "port:9", "--limit", "2", "--json"});
    VERIFY_EXIT(failed, 1);
    QCOMPARE(failed.json()["error"]["code"].toString(), "timedOut");
    QVERIFY(m_place->read("app.cloudlet") == before);
    QCOMPARE(m_place->leftovers(), QStringList());
}

// From a static web server, by ranges.
void TestEarlyStart::tellsItsTimes() {
    const Bytes overlay = readWholeFile(*m_place / "app.cloudlet", 64 << 20).value();
    HostileHttpServer server([&](const HttpRequest& request) {
        return httpPart(std::string(asText(overlay)), request);
    });
    const Outcome done =
        m_program->run({"synthesis", QString::fromStdString(server.url()), "--early-start",
                        "--until-port", "7777", "--detach", "--json"});
    VERIFY_EXIT(done, 0);
    QVERIFY(server.requests() > 3);
    const QJsonValue report = done.json();
    QVERIFY2(report["runningSeconds"].toDouble() > 0, done.text());
    QVERIFY(report["answerSeconds"].toDouble() >= report["runningSeconds"].toDouble());
    QVERIFY(report["completeSeconds"].toDouble() >= report["answerSeconds"].toDouble());
    QVERIFY(report["bytesBeforeAnswer"].toDouble() <=
            report["statistics"]["overlayBytes"].toDouble());
    QVERIFY(report["statistics"]["placedInTimeChunks"].toInt() +
                report["statistics"]["demandedChunks"].toInt() >
            0);
    // The VM goes on without the program that started it, and its mount with it.
    QVERIFY(!shellWhenReady(hostPortOf(report, kShellPort), "echo here").empty());
    QCOMPARE(fileSystemsIn(m_place->path()).size(), std::size_t{1});
    VERIFY_EXIT(m_program->run({"stop", report["session"].toString()}), 0);
    QCOMPARE(m_place->leftovers(), QStringList());
}

QTEST_GUILESS_MAIN(TestEarlyStart)
#include "tst_early_start.moc"
