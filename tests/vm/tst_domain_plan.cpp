#include "engine/vm/domain_plan.h"

#include <QTest>
#include <set>

using namespace cloudlet;

namespace {

DomainPlan plan() {
    DomainPlan p;
    p.name = "vm-1";
    p.uuid = newUuid();
    p.machine.memoryBytes = 128 << 20;
    p.machine.qemuVersion = "7.2.22";
    p.disk = "/a/disk.raw";
    p.memory = "/a/memory.raw";
    p.runDirectory = "/run/x";
    return p;
}

ErrorCode codeOf(const DomainPlan& p) {
    const Result<void> result = p.validate();
    return result ? ErrorCode::failed : result.error().code;
}

}  // namespace

class TestDomainPlan : public QObject {
    Q_OBJECT

private slots:
    void acceptsAPlainPlan();
    void refusesUnusableNames();
    void refusesUnusablePaths();
    void refusesBadMachines();
    void makesUuids();
};

void TestDomainPlan::acceptsAPlainPlan() {
    DomainPlan p = plan();
    QVERIFY(bool(p.validate()));
    p.disk = "/tmp/a 'quoted' <name> & more, ü.raw";
    QVERIFY(bool(p.validate()));
}

void TestDomainPlan::refusesUnusableNames() {
    for (const std::string& name :
         {std::string(), std::string("a/b"), std::string("a b"), std::string("-a"),
          std::string(".."), std::string(65, 'a'), std::string("a\nb"), std::string("ü")}) {
        DomainPlan p = plan();
        p.name = name;
        QCOMPARE(codeOf(p), ErrorCode::invalid);
    }
    DomainPlan p = plan();
    p.uuid = "x";
    QCOMPARE(codeOf(p), ErrorCode::invalid);
}

void TestDomainPlan::refusesUnusablePaths() {
    for (const std::string& path :
         {std::string(), std::string("disk.raw"), std::string("/a\nb"), std::string("/a\x01"),
          std::string("/a\xff"), "/" + std::string(5000, 'a')}) {
        DomainPlan p = plan();
        p.disk = path;
        QCOMPARE(codeOf(p), ErrorCode::invalid);
        p = plan();
        p.memory = path;
        QCOMPARE(codeOf(p), ErrorCode::invalid);
        if (path.empty()) continue;
        p = plan();
        p.cdrom = path;
        QCOMPARE(codeOf(p), ErrorCode::invalid);
        p = plan();
        p.emulator = path;
        QCOMPARE(codeOf(p), ErrorCode::invalid);
    }
    DomainPlan p = plan();
    p.runDirectory = "/" + std::string(100, 'a');
    QCOMPARE(codeOf(p), ErrorCode::invalid);
    p.runDirectory = "/" + std::string(90, 'a');
    QVERIFY(bool(p.validate()));
}

void TestDomainPlan::refusesBadMachines() {
    DomainPlan p = plan();
    p.machine.cpuModel = "host";
    QCOMPARE(codeOf(p), ErrorCode::corrupt);
}

void TestDomainPlan::makesUuids() {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const std::string uuid = newUuid();
        QVERIFY(isUuid(uuid));
        QCOMPARE(uuid[14], '4');
        QVERIFY(seen.insert(uuid).second);
    }
    QVERIFY(!isUuid("4E5A8330-de65-455b-941c-34149a52dde9"));
    QVERIFY(!isUuid("4e5a8330-de65-455b-941c-34149a52dde"));
    QVERIFY(!isUuid("4e5a8330ade65-455b-941c-34149a52dde9"));
    QVERIFY(!isUuid(""));
}

QTEST_GUILESS_MAIN(TestDomainPlan)
#include "tst_domain_plan.moc"
