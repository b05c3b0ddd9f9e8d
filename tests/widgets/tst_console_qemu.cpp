// The console against a real QEMU, whose guest is one boot sector: it changes the video mode at
// each key. Debian 12's libvncclient, left to its own choice of encodings, loses the connection
// at the first change.
#include <linux/input-event-codes.h>

#include <QApplication>
#include <QFile>
#include <QKeyEvent>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "widgets/console_view.h"

using namespace cloudlet;

namespace {

constexpr QRgb kRed = 0xffa80000;  // of the VGA palette

// 16-bit code at 0x7c00; INT 10h sets a mode, INT 16h waits for a key.
QByteArray bootSector() {
    QByteArray code;
    const auto mode = [&code](char number) {
        code += QByteArray("\xb8", 1) + QByteArray(1, number) + QByteArray("\0\xcd\x10", 3);
    };
    const auto waitForKey = [&code] { code += QByteArray("\x31\xc0\xcd\x16", 4); };
    mode(0x13);  // 320 x 200, 256 colours
    // mov ax, 0xa000; mov es, ax; xor di, di; mov cx, 64000; mov al, 4 (red); rep stosb
    code += QByteArray("\xb8\x00\xa0\x8e\xc0\x31\xff\xb9\x00\xfa\xb0\x04\xf3\xaa", 14);
    waitForKey();
    mode(0x12);  // 640 x 480, 16 colours
    waitForKey();
    code += QByteArray("\xb8\x02\x4f\xbb\x05\x01\xcd\x10", 8);  // VESA 0x105: 1024 x 768
    waitForKey();
    mode(0x03);                             // text
    code += QByteArray("\xf4\xeb\xfd", 3);  // halt for ever
    code += QByteArray(510 - code.size(), '\0');
    return code + QByteArray("\x55\xaa", 2);
}

}  // namespace

class TestConsoleQemu : public QObject {
    Q_OBJECT
private slots:
    void followsEveryChangeOfMode();
};

void TestConsoleQemu::followsEveryChangeOfMode() {
    const QTemporaryDir folder;
    QFile disk(folder.filePath("boot.img"));
    QVERIFY(disk.open(QIODevice::WriteOnly));
    disk.write(bootSector());
    QVERIFY(disk.resize(1440 << 10));
    disk.close();
    const QString socket = folder.filePath("vnc");
    QProcess qemu;
    qemu.setProcessChannelMode(QProcess::MergedChannels);
    qemu.start("qemu-system-x86_64",
               {"-machine", "pc", "-accel", "tcg", "-m", "16", "-nodefaults", "-display", "none",
                "-vga", "std", "-vnc", "unix:" + socket, "-drive",
                "if=floppy,format=raw,file=" + disk.fileName(), "-boot", "a"});
    QVERIFY(qemu.waitForStarted());

    ConsoleView view;
    view.resize(900, 700);
    QSignalSpy states(&view, &ConsoleView::stateChanged);
    view.open(unixConnector(socket));
    view.show();
    // QEMU's own screen, the firmware's text mode and then ours, which QEMU doubles.
    QTRY_COMPARE_WITH_TIMEOUT(view.guestSize(), QSize(640, 400), 60000);
    QTRY_COMPARE_WITH_TIMEOUT(view.picture().pixelColor(100, 100), QColor(kRed), 20000);
    const qsizetype before = states.size();
    for (const QSize expected : {QSize(640, 480), QSize(1024, 768), QSize(720, 400)}) {
        // One real key event each, with the number of the key as X11 reports it.
        for (const QEvent::Type type : {QEvent::KeyPress, QEvent::KeyRelease}) {
            QKeyEvent key(type, Qt::Key_A, Qt::NoModifier, KEY_A + 8, 'a', 0, "a");
            QApplication::sendEvent(&view, &key);
        }
        QTRY_COMPARE_WITH_TIMEOUT(view.guestSize(), expected, 30000);
    }
    QVERIFY(view.isConnected());
    QCOMPARE(states.size(), before);  // never lost in between

    qemu.kill();
    QVERIFY(qemu.waitForFinished());
    QTRY_VERIFY(!view.isConnected());
}

QTEST_MAIN(TestConsoleQemu)
#include "tst_console_qemu.moc"
