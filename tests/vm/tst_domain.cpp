#include "engine/vm/domain.h"

#include <QTest>

#include "engine/base/file.h"
#include "tests/support/result_checks.h"
#include "tests/vm/scripted_domain.h"

using namespace cloudlet;
using test::ScriptedDomain;

class TestDomain : public QObject {
    Q_OBJECT

private slots:
    void aRunningGuestIsFine() {
        ScriptedDomain domain;
        VERIFY_OK(requireRunning(domain));
    }

    void anEndedOneIsNamed() {
        ScriptedDomain domain;
        for (const DomainState state : {DomainState::shutOff, DomainState::crashed}) {
            domain.told.state = state;
            const Result<void> refused = requireRunning(domain);
            VERIFY_ERROR(refused, ErrorCode::failed);
            QVERIFY(refused.error().message.find(toString(state)) != std::string::npos);
        }
    }

    void aPausedOneTellsWhy() {
        const auto folder = TemporaryDirectory::create("/tmp", "cl-dom").value();
        ScriptedDomain domain;
        domain.folder = folder.path();
        domain.told = {DomainState::paused, "a disk I/O error"};
        const Result<void> refused = requireRunning(domain);
        VERIFY_ERROR(refused, ErrorCode::failed);
        QVERIFY(refused.error().message.find("a disk I/O error") != std::string::npos);
    }

    // /proc has no free space at any time.
    void aPausedOneWithoutSpaceSaysSo() {
        ScriptedDomain domain;
        domain.folder = "/proc";
        domain.told = {DomainState::paused, "a disk I/O error"};
        VERIFY_ERROR(requireRunning(domain), ErrorCode::noSpace);
    }
};

QTEST_GUILESS_MAIN(TestDomain)
#include "tst_domain.moc"
