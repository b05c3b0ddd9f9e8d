#include <QTest>
#include <cmath>

#include "widgets/console_geometry.h"

using namespace cloudlet;

class TestConsoleGeometry : public QObject {
    Q_OBJECT
private slots:
    void findsEveryPixelUnderThePointer_data();
    void findsEveryPixelUnderThePointer();
    void keepsTheShapeAndTheMiddle();
    void isSharpAtActualSize();
    void staysInsideTheGuest();
    void repaintsWhatHasChanged();
    void bearsToHaveNoGuest();
};

void TestConsoleGeometry::findsEveryPixelUnderThePointer_data() {
    QTest::addColumn<qreal>("ratio");
    QTest::addColumn<ConsoleScaling>("scaling");
    QTest::addColumn<QSizeF>("widget");
    for (const qreal ratio : {1.0, 1.25, 1.5, 2.0}) {
        for (const ConsoleScaling scaling : {ConsoleScaling::fit, ConsoleScaling::actual}) {
            for (const QSizeF widget : {QSizeF(720, 400), QSizeF(1000, 700), QSizeF(333, 401)}) {
                QTest::addRow("%g %s %g", ratio, scaling == ConsoleScaling::fit ? "fit" : "actual",
                              widget.width())
                    << ratio << scaling << widget;
            }
        }
    }
}

void TestConsoleGeometry::findsEveryPixelUnderThePointer() {
    QFETCH(qreal, ratio);
    QFETCH(ConsoleScaling, scaling);
    QFETCH(QSizeF, widget);
    const ConsoleGeometry geometry{{720, 400}, widget, ratio, scaling};
    const QRectF target = geometry.target();
    for (const QPoint pixel : {QPoint(0, 0), QPoint(719, 0), QPoint(0, 399), QPoint(719, 399),
                               QPoint(360, 200), QPoint(123, 77)}) {
        // The middle of the place where this pixel is painted.
        const QPointF middle(target.left() + (pixel.x() + 0.5) * target.width() / 720,
                             target.top() + (pixel.y() + 0.5) * target.height() / 400);
        QCOMPARE(geometry.toGuest(middle), pixel);
    }
}

void TestConsoleGeometry::keepsTheShapeAndTheMiddle() {
    const ConsoleGeometry wide{{640, 480}, {1280, 480}, 1, ConsoleScaling::fit};
    QCOMPARE(wide.target(), QRectF(320, 0, 640, 480));
    const ConsoleGeometry twice{{640, 480}, {1280, 960}, 1, ConsoleScaling::fit};
    QCOMPARE(twice.target(), QRectF(0, 0, 1280, 960));
    const ConsoleGeometry half{{640, 480}, {320, 480}, 2, ConsoleScaling::fit};
    QCOMPARE(half.target(), QRectF(0, 120, 320, 240));
}

void TestConsoleGeometry::isSharpAtActualSize() {
    const ConsoleGeometry geometry{{720, 400}, {801, 601}, 1.25, ConsoleScaling::actual};
    const QRectF pixels(geometry.target().topLeft() * 1.25, geometry.target().size() * 1.25);
    QCOMPARE(pixels.size(), QSizeF(720, 400));
    QCOMPARE(std::fmod(pixels.left(), 1.0), 0.0);
    QCOMPARE(std::fmod(pixels.top(), 1.0), 0.0);
    QCOMPARE(geometry.actualSize(), QSize(576, 320));
    // Larger than its room, it begins at the corner.
    const ConsoleGeometry large{{1920, 1080}, {800, 600}, 1, ConsoleScaling::actual};
    QCOMPARE(large.target(), QRectF(0, 0, 1920, 1080));
}

void TestConsoleGeometry::staysInsideTheGuest() {
    const ConsoleGeometry geometry{{640, 480}, {1280, 480}, 1, ConsoleScaling::fit};
    QCOMPARE(geometry.toGuest({0, 0}), QPoint(0, 0));
    QCOMPARE(geometry.toGuest({-50, 1000}), QPoint(0, 479));
    QCOMPARE(geometry.toGuest({5000, 239.5}), QPoint(639, 239));
}

void TestConsoleGeometry::repaintsWhatHasChanged() {
    const ConsoleGeometry geometry{{640, 480}, {320, 240}, 1, ConsoleScaling::fit};
    // Two units are the pixels 100 to 103; the margin makes it three or four.
    const QRect area = geometry.toWidget({100, 200, 4, 2});
    QVERIFY(area.contains(QRect(50, 100, 2, 1)));
    QVERIFY(area.width() <= 4 && area.height() <= 3);
}

void TestConsoleGeometry::bearsToHaveNoGuest() {
    const ConsoleGeometry none{{}, {320, 240}, 1, ConsoleScaling::fit};
    QVERIFY(none.target().isEmpty());
    QCOMPARE(none.toGuest({10, 10}), QPoint());
    QVERIFY(none.toWidget({0, 0, 10, 10}).isEmpty());
    const ConsoleGeometry flat{{640, 480}, {320, 0}, 1, ConsoleScaling::fit};
    QVERIFY(flat.target().isEmpty());
}

QTEST_APPLESS_MAIN(TestConsoleGeometry)
#include "tst_console_geometry.moc"
