// Whether a machine fits a host, from libvirt's descriptions of hosts.
#include "engine/vm/machine_check.h"

#include <QTest>

#include "engine/vm/capabilities_xml.h"

using namespace cloudlet;

namespace {

constexpr const char* kCapabilities = R"(<capabilities><host><cpu><arch>x86_64</arch></cpu></host>
  <guest>
    <os_type>hvm</os_type><arch name='i686'><machine maxCpus='255'>isapc</machine></arch>
  </guest>
  <guest><os_type>hvm</os_type>
    <arch name='x86_64'><wordsize>64</wordsize><emulator>/usr/bin/qemu-system-x86_64</emulator>
      <machine maxCpus='288'>pc-q35-7.2</machine>
      <machine canonical='pc-q35-7.2' maxCpus='288'>q35</machine>
      <machine maxCpus='288' deprecated='yes'>pc-q35-2.4</machine>
      <domain type='qemu'/><domain type='kvm'><machine maxCpus='288'>pc-q35-7.2</machine></domain>
    </arch></guest></capabilities>)";

constexpr const char* kDomainCapabilities = R"(<domainCapabilities><cpu>
  <mode name='host-model' supported='yes'><model fallback='forbid'>Skylake-Client</model></mode>
  <mode name='custom' supported='yes'>
    <model usable='yes' vendor='unknown'>qemu64</model>
    <model usable='no' vendor='Intel'>Nehalem-IBRS</model>
    <model usable='yes' vendor='Intel'>Nehalem</model>
    <model usable='no' vendor='Intel'>Haswell</model>
    <model usable='unknown' vendor='Intel'>Penryn</model>
  </mode></cpu></domainCapabilities>)";

MachineSpec machine() {
    MachineSpec spec;
    spec.memoryBytes = 512 << 20;
    spec.qemuVersion = "7.2.22";
    return spec;
}

HostOffer offer() {
    return {"7.2.22", parseMachineTypes(kCapabilities), std::uint64_t{4} << 30,
            kDomainCapabilities};
}

}  // namespace

class TestMachineCheck : public QObject {
    Q_OBJECT

private slots:
    void readsMachineTypes();
    void readsCpuModels();
    void readsDamagedTexts();
    void comparesVersions();
    void judgesMachines();
    void judgesCpus();
};

void TestMachineCheck::readsMachineTypes() {
    QCOMPARE(parseMachineTypes(kCapabilities),
             (std::vector<std::string>{"pc-q35-2.4", "pc-q35-7.2", "q35"}));
}

void TestMachineCheck::readsCpuModels() {
    QCOMPARE(parseCpuUse(kDomainCapabilities, "Nehalem"), CpuUse::usable);
    QCOMPARE(parseCpuUse(kDomainCapabilities, "Penryn"), CpuUse::usable);
    QCOMPARE(parseCpuUse(kDomainCapabilities, "Haswell"), CpuUse::unusable);
    QCOMPARE(parseCpuUse(kDomainCapabilities, "Skylake-Client"), CpuUse::unknownModel);
    QCOMPARE(parseCpuUse(kDomainCapabilities, "Hal"), CpuUse::unknownModel);
}

void TestMachineCheck::readsDamagedTexts() {
    for (const std::string_view whole : {kCapabilities, kDomainCapabilities}) {
        for (std::size_t length = 0; length < whole.size(); ++length) {
            static_cast<void>(parseMachineTypes(whole.substr(0, length)));
            static_cast<void>(parseCpuUse(whole.substr(0, length), "Nehalem"));
        }
    }
}

void TestMachineCheck::comparesVersions() {
    QCOMPARE(compareVersions("7.2.22", "7.2.22"), 0);
    QVERIFY(compareVersions("7.2.9", "7.2.22") < 0);
    QVERIFY(compareVersions("10.0", "9.9.9") > 0);
    QCOMPARE(compareVersions("7.2", "7.2.0"), 0);
    QVERIFY(compareVersions("7.2", "7.2.1") < 0);
}

void TestMachineCheck::judgesMachines() {
    QVERIFY(bool(checkMachineBasics(machine(), offer())));
    MachineSpec spec = machine();
    spec.qemuVersion = "8.0.0";
    QCOMPARE(checkMachineBasics(spec, offer()).error().code, ErrorCode::incompatible);
    spec.qemuVersion = "7.2.1";
    QVERIFY(bool(checkMachineBasics(spec, offer())));
    spec.machineType = "pc-q35-9.0";
    QCOMPARE(checkMachineBasics(spec, offer()).error().code, ErrorCode::incompatible);
    spec = machine();
    spec.memoryBytes = std::uint64_t{8} << 30;
    QCOMPARE(checkMachineBasics(spec, offer()).error().code, ErrorCode::incompatible);
    QVERIFY(hostMemory().value() > (64 << 20));
}

void TestMachineCheck::judgesCpus() {
    MachineSpec spec = machine();
    QVERIFY(bool(checkMachineCpu(spec, offer())));
    for (const char* model : {"Haswell", "EPYC"}) {
        spec.cpuModel = model;
        const Error error = checkMachineCpu(spec, offer()).error();
        QCOMPARE(error.code, ErrorCode::incompatible);
        QVERIFY(error.message.find(model) != std::string::npos);
    }
}

QTEST_GUILESS_MAIN(TestMachineCheck)
#include "tst_machine_check.moc"
