// The domain's description, checked by libvirt's own schema where it is installed.
#include "engine/vm/domain_xml.h"

#include <QTest>
#include <QXmlStreamReader>

#include "engine/base/file.h"
#include "engine/base/process.h"

using namespace cloudlet;

namespace {

DomainPlan plan() {
    DomainPlan p;
    p.name = "vm-1";
    p.uuid = "4e5a8330-de65-455b-941c-34149a52dde9";
    p.machine.memoryBytes = 128 << 20;
    p.machine.qemuVersion = "7.2.22";
    p.disk = "/a/disk.raw";
    p.memory = "/a/memory.raw";
    p.runDirectory = "/run/x";
    return p;
}

// The attributes `name` of all elements `element` that have it, in order.
QStringList attributes(const std::string& xml, const QString& element, const QString& name) {
    QXmlStreamReader reader(QByteArray::fromStdString(xml));
    QStringList values;
    while (!reader.atEnd()) {
        if (reader.readNext() == QXmlStreamReader::StartElement &&
            reader.qualifiedName() == element && reader.attributes().hasAttribute(name)) {
            values += reader.attributes().value(name).toString();
        }
    }
    if (reader.hasError()) return {"not XML: " + reader.errorString()};
    return values;
}

}  // namespace

class TestDomainXml : public QObject {
    Q_OBJECT

private slots:
    void isPure();
    void namesWhatThePlanSays();
    void restrictsTheNetwork();
    void escapesPaths();
    void hasTheSameDevicesAlways();
    void followsTheSchema();
};

void TestDomainXml::isPure() {
    QCOMPARE(domainXml(plan()), domainXml(plan()));
}

void TestDomainXml::namesWhatThePlanSays() {
    DomainPlan p = plan();
    std::string xml = domainXml(p);
    QCOMPARE(attributes(xml, "domain", "type"), QStringList{"qemu"});
    QCOMPARE(attributes(xml, "type", "machine"), QStringList{"pc-q35-7.2"});
    QCOMPARE(attributes(xml, "mac", "address"), QStringList{"52:54:00:12:34:56"});
    QCOMPARE(attributes(xml, "source", "file"), QStringList{"/a/disk.raw"});
    QVERIFY(attributes(xml, "qemu:arg", "value")
                .contains("memory-backend-file,id=ram0,size=131072K,mem-path=/a/memory.raw,"
                          "share=on"));
    const auto diskCache = [&] { return attributes(xml, "driver", "cache"); };
    QCOMPARE(diskCache(), QStringList{"writeback"});
    p.machine.accelerator = Accelerator::kvm;
    p.memoryShared = false;
    p.diskCached = false;
    p.cdrom = "/a/installer.iso";
    p.emulator = "/a/wrapper";
    xml = domainXml(p);
    QCOMPARE(attributes(xml, "domain", "type"), QStringList{"kvm"});
    QCOMPARE(diskCache(), QStringList{"none"});
    QVERIFY(xml.find("share=off") != std::string::npos);
    QVERIFY(xml.find("<emulator>/a/wrapper</emulator>") != std::string::npos);
    QCOMPARE(attributes(xml, "source", "file"), (QStringList{"/a/disk.raw", "/a/installer.iso"}));
}

// The card stays where it was: the guest's saved state knows it there.
void TestDomainXml::restrictsTheNetwork() {
    DomainPlan p = plan();
    p.reach = GuestNetwork::Reach::forwardsOnly;
    const std::string xml = domainXml(p);
    QVERIFY(xml.find("<interface") == std::string::npos);
    const QStringList arguments = attributes(xml, "qemu:arg", "value");
    QVERIFY(arguments.contains("user,id=hostnet0,restrict=on"));
    QVERIFY(
        arguments.contains("virtio-net-pci,netdev=hostnet0,id=net0,mac=52:54:00:12:34:56,"
                           "bus=pcie.0,addr=0x3,romfile="));
}

void TestDomainXml::escapesPaths() {
    DomainPlan p = plan();
    p.disk = "/a/<&>\"'.raw";
    p.memory = "/a/x,share=off,y'.raw";
    const std::string xml = domainXml(p);
    QCOMPARE(attributes(xml, "source", "file"), QStringList{"/a/<&>\"'.raw"});
    QVERIFY(attributes(xml, "qemu:arg", "value")
                .contains("memory-backend-file,id=ram0,size=131072K,"
                          "mem-path=/a/x,,share=off,,y'.raw,share=on"));
}

void TestDomainXml::hasTheSameDevicesAlways() {
    DomainPlan p = plan();
    const std::string before = domainXml(p);
    QCOMPARE(attributes(before, "address", "slot").count("0x02"), 1);
    p.cdrom = "/a/installer.iso";
    p.memoryShared = false;
    p.emulator = "/a/wrapper";
    const std::string after = domainXml(p);
    QCOMPARE(attributes(after, "address", "slot"), attributes(before, "address", "slot"));
    QCOMPARE(attributes(after, "target", "dev"), attributes(before, "target", "dev"));
}

void TestDomainXml::followsTheSchema() {
    const Result<std::string> validator = findProgram("virt-xml-validate");
    if (!validator || !findProgram("xmllint")) QSKIP("virt-xml-validate is not installed");
    const auto folder = TemporaryDirectory::create("/tmp", "cl-xml").value();
    DomainPlan p = plan();
    p.disk = "/a/<&>\"'.raw";
    for (const char* cdrom : {"", "/a/installer.iso"}) {
        p.cdrom = cdrom;
        const fs::path file = folder.path() / "domain.xml";
        QVERIFY(bool(writeWholeFile(file, asBytes(domainXml(p)))));
        ProcessSpec spec;
        spec.arguments = {*validator, file.string(), "domain"};
        const ProcessResult result = runProcess(spec, {}).value();
        QVERIFY2(result.exitCode == 0, (result.output + result.errorOutput).c_str());
    }
}

QTEST_GUILESS_MAIN(TestDomainXml)
#include "tst_domain_xml.moc"
