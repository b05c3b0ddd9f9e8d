#include "engine/image/machine_spec.h"

#include <QTest>

#include "tests/support/result_checks.h"

using namespace cloudlet;

namespace {

MachineSpec good() {
    MachineSpec spec;
    spec.memoryBytes = 256 << 20;
    spec.qemuVersion = "7.2.22";
    return spec;
}

}  // namespace

class TstMachineSpec : public QObject {
    Q_OBJECT

private slots:
    void roundTrip() {
        MachineSpec spec = good();
        spec.vcpus = 4;
        spec.accelerator = Accelerator::kvm;
        spec.cpuModel = "Skylake-Client-noTSX-IBRS";
        spec.machineType = "pc-i440fx-6.0";
        VERIFY_OK(spec.validate());
        VALUE(again, MachineSpec::fromJson(spec.toJson()));
        QVERIFY(again == spec);
    }

    void rangesOfNumbers() {
        const auto accepted = [](auto set) {
            MachineSpec spec = good();
            set(spec);
            return bool(spec.validate()) && bool(MachineSpec::fromJson(spec.toJson()));
        };
        const auto vcpus = [&](std::uint32_t n) { return accepted([&](auto& s) { s.vcpus = n; }); };
        QVERIFY(!vcpus(0));
        QVERIFY(vcpus(1));
        QVERIFY(vcpus(64));
        QVERIFY(!vcpus(65));
        QVERIFY(!vcpus(1'000'000));
        QVERIFY(!vcpus(UINT32_MAX));
        const auto memory = [&](std::uint64_t n) {
            return accepted([&](auto& s) { s.memoryBytes = n; });
        };
        QVERIFY(!memory(0));
        QVERIFY(!memory(15 << 20));
        QVERIFY(memory(16 << 20));
        QVERIFY(!memory((16 << 20) + 4096));
        QVERIFY(memory(std::uint64_t{1} << 40));
        QVERIFY(!memory((std::uint64_t{1} << 40) + (1 << 20)));
        QVERIFY(!memory(std::uint64_t{1} << 63));
        QVERIFY(!memory(UINT64_MAX));
    }

    void numbersThatWouldWrapAreRefused() {
        json::Object object = good().toJson();
        object["vcpus"] = std::uint64_t{1} << 32 | 1;
        VERIFY_ERROR(MachineSpec::fromJson(object), ErrorCode::corrupt);
        object["vcpus"] = -1;
        VERIFY_ERROR(MachineSpec::fromJson(object), ErrorCode::corrupt);
        object["vcpus"] = 1.5;
        VERIFY_ERROR(MachineSpec::fromJson(object), ErrorCode::corrupt);
    }

    void texts_data() {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("accepted");
        const auto row = [](const char* field, const QByteArray& text, bool accepted) {
            const QByteArray shown = text.left(20).toPercentEncoding();
            QTest::addRow("%s '%s' of %d", field, shown.constData(), int(text.size()))
                << QByteArray(field) << text << accepted;
        };
        const QByteArray injection("</domain><!--");
        row("machineType", "pc-q35-7.2", true);
        for (const char* text : {"", "q35", "pc", "pc-q35-", "pc-q35-7", "virt-7.2", "pc-q35-7.2 ",
                                 "pc-q35-7.2\n", "PC-Q35-7.2", "pc-q35-7.2,accel=kvm", "microvm"}) {
            row("machineType", text, false);
        }
        row("machineType", injection, false);
        row("cpuModel", "qemu64", true);
        for (const char* text : {"", "host", "max", "-cpu", "Nehalem,+vmx", "Nehalem vendor", "a/b",
                                 "\xc3\xa9", "a\nb"}) {
            row("cpuModel", text, false);
        }
        row("cpuModel", injection, false);
        row("cpuModel", QByteArray(64, 'a'), true);
        row("cpuModel", QByteArray(65, 'a'), false);
        row("cpuModel", QByteArray(100'000, 'a'), false);
        row("accelerator", "kvm", true);
        for (const char* text : {"", "KVM", "xen", "tcg,thread=multi"}) {
            row("accelerator", text, false);
        }
        row("qemuVersion", "10.0", true);
        for (const char* text :
             {"", "7", "7.2.", "7.2.22-debian", "v7.2", "7.2.22.1.1", "../7.2"}) {
            row("qemuVersion", text, false);
        }
        row("network", "user", true);
        for (const char* text : {"", "bridge", "user,hostfwd=tcp::22-:22"}) {
            row("network", text, false);
        }
        row("mac", "52:54:00:ab:cd:ef", true);
        for (const char* text :
             {"", "52:54:00:ab:cd", "52:54:00:ab:cd:ef:00", "52-54-00-ab-cd-ef",
              "53:54:00:ab:cd:ef", "52:54:00:AB:CD:EF", "52:54:00:ab:cd:eg", "ff:ff:ff:ff:ff:ff"}) {
            row("mac", text, false);
        }
    }
    void texts() {
        QFETCH(QByteArray, field);
        QFETCH(QByteArray, text);
        QFETCH(bool, accepted);
        json::Object object = good().toJson();
        object[field.toStdString()] = text.toStdString();
        const Result<MachineSpec> spec = MachineSpec::fromJson(object);
        QCOMPARE(bool(spec), accepted);
        if (accepted) return;
        QCOMPARE(spec.error().code, ErrorCode::corrupt);
        QVERIFY(spec.error().message.find(field.toStdString()) != std::string::npos);
    }

    void everyFieldIsRequired() {
        for (const auto& member : good().toJson()) {
            json::Object object = good().toJson();
            object.erase(member.key());
            VERIFY_ERROR(MachineSpec::fromJson(object), ErrorCode::corrupt);
            object[member.key()] = nullptr;
            VERIFY_ERROR(MachineSpec::fromJson(object), ErrorCode::corrupt);
        }
    }
};

QTEST_GUILESS_MAIN(TstMachineSpec)
#include "tst_machine_spec.moc"
