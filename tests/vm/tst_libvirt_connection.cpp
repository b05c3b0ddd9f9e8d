// Opening libvirt, again and again, while openings that were cancelled still end.
#include <QTest>
#include <thread>

#include "engine/vm/libvirt_connection.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace std::chrono_literals;

class TestLibvirtConnection : public QObject {
    Q_OBJECT
private slots:
    void opensWhileAnAbandonedOpeningEnds();
};

// One that is cancelled goes on by itself and closes what it has opened. That may not end libvirt's
// embedded driver under another, which libvirt itself does not see to.
void TestLibvirtConnection::opensWhileAnAbandonedOpeningEnds() {
    for (int i = 0; i < 12; ++i) {  // libvirt registers its driver anew, but not for ever
        std::stop_source stop;
        const std::jthread canceller([&stop, i] {
            std::this_thread::sleep_for(i * 10ms);
            stop.request_stop();
        });
        const auto opened = LibvirtConnection::open({}, stop.get_token());
        QVERIFY2(opened || opened.error().code == ErrorCode::cancelled,
                 opened ? "" : opened.error().message.c_str());
    }
    VALUE(opened, LibvirtConnection::open({}, {}));
    QVERIFY(!opened->qemuVersion().empty());
}

QTEST_GUILESS_MAIN(TestLibvirtConnection)
#include "tst_libvirt_connection.moc"
