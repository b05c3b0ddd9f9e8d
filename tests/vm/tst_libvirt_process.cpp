// What this program does not want to hear of libvirt, and what it still hears.
#include "engine/vm/libvirt_process.h"

#include <glib.h>

#include <QTest>

#include "tests/support/printed_errors.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestLibvirtProcess : public QObject {
    Q_OBJECT

private slots:
    void passesOverOneMessageOnly() {
        const auto giveUpNoContext = [] { g_main_context_unref(nullptr); };
        const auto useNoContext = [] { g_main_context_ref(nullptr); };
        QVERIFY(printedErrors(giveUpNoContext).find("g_main_context_unref") != std::string::npos);
        const Scratch scratch;
        VERIFY_OK(prepareLibvirt(scratch / "libvirt.log"));
        QCOMPARE(printedErrors(giveUpNoContext), std::string());
        QVERIFY(printedErrors(useNoContext).find("g_main_context_ref") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestLibvirtProcess)
#include "tst_libvirt_process.moc"
