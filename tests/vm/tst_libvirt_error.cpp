#include "engine/vm/libvirt_error.h"

#include <libvirt/virterror.h>

#include <QTest>

using namespace cloudlet;

class TestLibvirtError : public QObject {
    Q_OBJECT

private slots:
    void mapsWhatCallersActOn_data();
    void mapsWhatCallersActOn();
    void cleansForeignText();
};

void TestLibvirtError::mapsWhatCallersActOn_data() {
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("domain");
    QTest::addColumn<QString>("message");
    QTest::addColumn<int>("expected");
    QTest::addColumn<QString>("remedy");
    const auto row = [](const char* name, int code, int domain, const char* message,
                        ErrorCode expected, const char* remedy) {
        QTest::newRow(name) << code << domain << message << static_cast<int>(expected) << remedy;
    };
    row("no daemon", VIR_ERR_SYSTEM_ERROR, VIR_FROM_RPC,
        "Failed to connect socket to '/run/user/1/libvirt/libvirt-sock': No such file or directory",
        ErrorCode::unavailable, "libvirtd");
    row("daemon gone", VIR_ERR_INTERNAL_ERROR, VIR_FROM_RPC,
        "internal error: client socket is closed", ErrorCode::unavailable, "try again");
    row("no driver", VIR_ERR_NO_CONNECT, VIR_FROM_NONE, "no connection driver available",
        ErrorCode::unavailable, "libvirt-daemon-driver-qemu");
    row("no emulator", VIR_ERR_SYSTEM_ERROR, VIR_FROM_QEMU,
        "Cannot check QEMU binary /x: No such file or directory", ErrorCode::unavailable,
        "qemu-system-x86");
    row("polkit", VIR_ERR_INTERNAL_ERROR, VIR_FROM_POLKIT, "polkit: no agent",
        ErrorCode::permission, "qemu:///session");
    row("no KVM permission", VIR_ERR_INTERNAL_ERROR, VIR_FROM_QEMU,
        "process exited: Could not access KVM kernel module: Permission denied",
        ErrorCode::permission, "kvm");
    row("no system user", VIR_ERR_INVALID_ARG, VIR_FROM_NONE, "Failed to parse user 'libvirt-qemu'",
        ErrorCode::unavailable, "libvirt-daemon-system");
    row("gone", VIR_ERR_NO_DOMAIN, VIR_FROM_QEMU, "Domain not found", ErrorCode::notFound, "");
    row("agent", VIR_ERR_AGENT_UNRESPONSIVE, VIR_FROM_QEMU, "QEMU guest agent is not connected",
        ErrorCode::unavailable, "qemu-guest-agent");
    row("name taken", VIR_ERR_OPERATION_FAILED, VIR_FROM_QEMU,
        "operation failed: domain 'a' already exists with uuid x", ErrorCode::exists, "");
    row("other state", VIR_ERR_OPERATION_FAILED, VIR_FROM_QEMU,
        "Machine type received is 'pc-q35-7.2' and local is 'pc-q35-7.1'", ErrorCode::incompatible,
        "");
    row("root in use", VIR_ERR_SYSTEM_ERROR, VIR_FROM_NONE, "Failed to acquire pid file '/x'",
        ErrorCode::inUse, "");
    row("disk full", VIR_ERR_SYSTEM_ERROR, VIR_FROM_NONE, "x: No space left on device",
        ErrorCode::noSpace, "");
    row("anything else", VIR_ERR_INTERNAL_ERROR, VIR_FROM_QEMU, "it broke", ErrorCode::failed, "");
}

void TestLibvirtError::mapsWhatCallersActOn() {
    QFETCH(int, code);
    QFETCH(int, domain);
    QFETCH(QString, message);
    QFETCH(int, expected);
    QFETCH(QString, remedy);
    const Error error = toError({code, domain, message.toStdString()}, "cannot do it");
    QCOMPARE(static_cast<int>(error.code), expected);
    QVERIFY(error.message.starts_with("cannot do it: "));
    QVERIFY(error.message.find(message.toStdString()) != std::string::npos);
    QVERIFY(error.message.find(remedy.toStdString()) != std::string::npos);
}

void TestLibvirtError::cleansForeignText() {
    const Error error = toError({1, 10, "a\x1b[31mb" + std::string(5000, 'c')}, "cannot do it");
    QVERIFY(error.message.find('\x1b') == std::string::npos);
    QVERIFY(error.message.size() < 1000);
    const Error lines = toError(
        {1, 10,
         "internal error: qemu unexpectedly closed the monitor: 2026-11-22T16:34:35.608304Z "
         "qemu-system-x86_64: error while loading state\n2026-11-22T16:34:35.608392Z "
         "qemu-system-x86_64: load of migration failed\n"},
        "cannot do it");
    QVERIFY(lines.message.find("monitor: error while loading state, load of migration failed;") !=
            std::string::npos);
}

QTEST_GUILESS_MAIN(TestLibvirtError)
#include "tst_libvirt_error.moc"
