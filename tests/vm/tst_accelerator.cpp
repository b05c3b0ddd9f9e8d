// The probe's verdict must hold on any host; what it is depends on the host.
#include "engine/vm/accelerator.h"

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

QTEST_GUILESS_MAIN(TestAccelerator)
#include "tst_accelerator.moc"
