// Pictures of the studio for people to look at (tests/studio/screenshots.sh).
#pragma once

#include <QApplication>
#include <QPalette>
#include <QStyle>
#include <QTest>
#include <QWidget>
#include <cmath>

namespace cloudlet::test {

inline QPalette darkPalette() {
    QPalette palette;
    const QColor window(0x2b, 0x2d, 0x31);
    const QColor text(0xec, 0xec, 0xec);
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::Base, QColor(0x1f, 0x21, 0x24));
    palette.setColor(QPalette::AlternateBase, QColor(0x25, 0x27, 0x2b));
    palette.setColor(QPalette::Button, QColor(0x38, 0x3b, 0x40));
    palette.setColor(QPalette::ToolTipBase, window);
    for (const QPalette::ColorRole role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText}) {
        palette.setColor(role, text);
        palette.setColor(QPalette::Disabled, role, QColor(0x80, 0x82, 0x86));
    }
    palette.setColor(QPalette::PlaceholderText, QColor(0x9a, 0x9c, 0xa0));
    palette.setColor(QPalette::Light, QColor(0x45, 0x48, 0x4e));
    palette.setColor(QPalette::Mid, QColor(0x22, 0x24, 0x27));
    palette.setColor(QPalette::Dark, QColor(0x18, 0x19, 0x1b));
    palette.setColor(QPalette::Shadow, Qt::black);
    palette.setColor(QPalette::Highlight, QColor(0x3d, 0x7e, 0xc9));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, QColor(0x6c, 0xb0, 0xff));
    return palette;
}

// Writes NAME-THEME-SCALE.png for both themes to $CLOUDLET_SCREENSHOTS; does nothing unless that is
// set.
inline void picture(QWidget& widget, const QString& name) {
    const QString folder = qEnvironmentVariable("CLOUDLET_SCREENSHOTS");
    if (folder.isEmpty()) return;
    const QPalette light = QApplication::style()->standardPalette();
    for (const bool dark : {false, true}) {
        QApplication::setPalette(dark ? darkPalette() : light);
        QCoreApplication::processEvents();
        const QString file = QStringLiteral("%1/%2-%3-%4.png")
                                 .arg(folder, name, dark ? "dark" : "light")
                                 .arg(std::lround(widget.devicePixelRatioF()));
        QVERIFY2(widget.grab().save(file), qPrintable(file));
    }
    QApplication::setPalette(light);
}

}  // namespace cloudlet::test
