// A D-Bus daemon of a test's own, which starts no services, and other programs that a test needs
// beside it.
#pragma once

#include <QProcess>
#include <QtTest>

#include "tests/support/scratch.h"

namespace cloudlet::test {

inline constexpr int kServiceLimitMs = 60'000;  // against hanging only

// Until it has said `ready`.
inline bool start(QProcess& process, const QString& program, const QStringList& arguments,
                  const char* ready) {
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    QByteArray said;
    while (process.waitForReadyRead(kServiceLimitMs)) {
        said += process.readAll();
        if (said.contains(ready)) return true;
    }
    qWarning() << program << said;
    return false;
}

// `variable` (DBUS_SESSION_BUS_ADDRESS, DBUS_SYSTEM_BUS_ADDRESS) leads there from then on.
inline bool startBus(QProcess& process, const Scratch& scratch, const char* variable) {
    const QString socket = QString::fromStdString((scratch / "bus").string());
    const QString config = QString::fromStdString((scratch / "bus.conf").string());
    const QString text =
        QStringLiteral(
            "<busconfig><type>session</type><listen>unix:path=%1</listen><auth>EXTERNAL</auth>"
            "<policy context=\"default\"><allow user=\"*\"/><allow own=\"*\"/>"
            "<allow send_destination=\"*\"/><allow receive_sender=\"*\"/></policy></busconfig>")
            .arg(socket);
    if (!writeWholeFile(scratch / "bus.conf", asBytes(text.toStdString()))) return false;
    qputenv(variable, "unix:path=" + socket.toUtf8());
    return start(process, QStringLiteral("dbus-daemon"),
                 {"--config-file=" + config, "--nofork", "--nopidfile", "--print-address"},
                 "unix:path=");
}

}  // namespace cloudlet::test
