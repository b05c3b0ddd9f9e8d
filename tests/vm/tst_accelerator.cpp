// The probe's verdict must hold on any host; what it is depends on the host.
#include "engine/vm/accelerator.h"

#include <sys/stat.h>
#include <unistd.h>

#include <QTest>

#include "engine/base/file.h"
#include "engine/vm/kvm_probe.h"

using namespace cloudlet;
using namespace std::chrono_literals;

class TestAccelerator : public QObject {
    Q_OBJECT

private slots:
    void probeComesToAnEnd();
    void explainsItself();
    void saysThatTheDeviceIsMissing();
    void saysThatPermissionIsMissing();
};

void TestAccelerator::probeComesToAnEnd() {
    const KvmProbe probe = runKvmProbe(250ms);
    qInfo("works: %d %s", probe.works, probe.reason.c_str());
    QCOMPARE(probe.reason.empty(), probe.works);
    if (::access("/dev/kvm", R_OK | W_OK) != 0) QVERIFY(!probe.works);
}

void TestAccelerator::explainsItself() {
    const auto folder = TemporaryDirectory::create("/tmp", "cl-acc").value();
    qputenv("XDG_CACHE_HOME", folder.path().c_str());
    const AcceleratorReport first = probeAccelerator();
    qInfo("%s", first.sentence.c_str());
    QVERIFY(first.sentence.find("KVM") != std::string::npos);
    const AcceleratorReport second = probeAccelerator();
    QCOMPARE(second.best, first.best);
    QCOMPARE(second.sentence, first.sentence);
}

void TestAccelerator::saysThatTheDeviceIsMissing() {
    const AcceleratorReport report = probeAccelerator("/nonexistent/kvm");
    QCOMPARE(report.best, Accelerator::tcg);
    QVERIFY(report.sentence.find("there is no /nonexistent/kvm") != std::string::npos);
    QVERIFY(report.sentence.find("load the module") != std::string::npos);
}

void TestAccelerator::saysThatPermissionIsMissing() {
    const auto folder = TemporaryDirectory::create("/tmp", "cl-acc").value();
    const fs::path device = folder.path() / "kvm";
    QVERIFY(writeWholeFile(device, {}));
    QCOMPARE(::chmod(device.c_str(), 0), 0);
    QCOMPARE(::chmod(folder.path().c_str(), 0755), 0);
    // Root may open anything: be somebody else for the moment.
    const bool isRoot = ::geteuid() == 0;
    constexpr uid_t kNobody = 65534;
    if (isRoot) QCOMPARE(::seteuid(kNobody), 0);
    const AcceleratorReport report = probeAccelerator(device);
    if (isRoot) QCOMPARE(::seteuid(0), 0);
    QCOMPARE(report.best, Accelerator::tcg);
    QVERIFY(report.sentence.find("no permission to open " + device.string()) != std::string::npos);
    QVERIFY(report.sentence.find("add yourself to the group \"kvm\"") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestAccelerator)
#include "tst_accelerator.moc"
