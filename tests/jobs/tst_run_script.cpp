#include <QtTest>

#include "engine/jobs/run_script.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

// Running it needs a guest: tests/whole/tst_faults.cpp.
class TestRunScript : public QObject {
    Q_OBJECT

private slots:
    void readsAScript();
    void refusesWhatIsNone();
};

void TestRunScript::readsAScript() {
    const Scratch scratch;
    const std::string text("echo \xc3\xa4\0b\n", 10);
    VERIFY_OK(writeWholeFile(scratch / "s", asBytes(text)));
    VALUE(script, readScript(scratch / "s"));
    QCOMPARE(script, text);
    const std::string largest(1 << 20, '#');
    VERIFY_OK(writeWholeFile(scratch / "s", asBytes(largest)));
    VERIFY_OK(readScript(scratch / "s"));
}

void TestRunScript::refusesWhatIsNone() {
    const Scratch scratch;
    VERIFY_ERROR(readScript(scratch / "missing"), ErrorCode::notFound);
    VERIFY_OK(writeWholeFile(scratch / "empty", {}));
    VERIFY_ERROR(readScript(scratch / "empty"), ErrorCode::invalid);
    const std::string large((1 << 20) + 1, '#');
    VERIFY_OK(writeWholeFile(scratch / "large", asBytes(large)));
    const auto refused = readScript(scratch / "large");
    VERIFY_ERROR(refused, ErrorCode::invalid);
    QVERIFY(refused.error().message.find("1 MiB") != std::string::npos);
    VERIFY_ERROR(readScript(scratch.path()), ErrorCode::invalid);
}

QTEST_GUILESS_MAIN(TestRunScript)
#include "tst_run_script.moc"
