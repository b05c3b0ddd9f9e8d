// The console on a screen whose scale changes while it is shown: Qt's offscreen platform gets three
// screens of scale 1, 1.25 and 2, and the window goes from one to the other, which is what a person
// does with two monitors. Picture, pointer and, at actual size, the scrolled area are right on
// each.
#include <QApplication>
#include <QFile>
#include <QMouseEvent>
#include <QScreen>
#include <QScrollArea>
#include <QTemporaryDir>
#include <QTest>
#include <QWindow>
#include <memory>

#include "tests/widgets/fake_vnc_server.h"
#include "widgets/console_picture.h"
#include "widgets/console_view.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

constexpr QSize kGuest(320, 200);
constexpr quint32 kRed = 0xff2010;
constexpr qreal kScales[] = {1, 1.25, 2};

// What the offscreen platform is told of its screens: side by side, of 96, 120 and 192 dpi.
QByteArray screens() {
    QByteArrayList list;
    for (std::size_t i = 0; i < std::size(kScales); ++i) {
        list << QStringLiteral(R"({"name": "s%1", "x": %2, "y": 0, "width": 1600, "height": 1200,)"
                               R"( "logicalDpi": %3, "logicalBaseDpi": 96, "dpr": 1})")
                    .arg(i)
                    .arg(i * 1600)
                    .arg(96 * kScales[i])
                    .toUtf8();
    }
    return "{\"screens\": [" + list.join(", ") + "]}";
}

}  // namespace

class TestScreenScale : public QObject {
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void pointsAtThePixelThatIsPainted_data();
    void pointsAtThePixelThatIsPainted();
    void staysSharpAtActualSize();
    void redrawsThePictureOfAConsole();

private:
    void goTo(int screen);
    void paintAndPoint(QPoint mark);
    ConsoleGeometry geometry() const {
        return {kGuest, m_view->size(), m_view->devicePixelRatioF(), m_view->scaling()};
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeVncServer> m_server;
    std::unique_ptr<QScrollArea> m_window;
    ConsoleView* m_view = nullptr;
};

void TestScreenScale::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    const QString path = m_folder->filePath("vnc");
    m_server = std::make_unique<FakeVncServer>(path, kGuest);
    m_window = std::make_unique<QScrollArea>();
    m_view = new ConsoleView;
    m_window->setWidget(m_view);
    m_window->setWidgetResizable(true);
    m_window->resize(400, 260);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    m_view->open(unixConnector(path));
    QTRY_COMPARE(m_view->guestSize(), kGuest);
    QTRY_VERIFY(m_server->said().updateRequests > 0);
}

void TestScreenScale::cleanup() {
    m_window.reset();
    m_server.reset();
    m_folder.reset();
}

void TestScreenScale::goTo(int screen) {
    QScreen* const next = QGuiApplication::screens().at(screen);
    m_window->windowHandle()->setScreen(next);
    QTRY_COMPARE(m_window->screen(), next);
    QCOMPARE(m_window->devicePixelRatioF(), kScales[screen]);
}

// A mark of some pixels of the guest is where the geometry says, and a press on it is one on them.
void TestScreenScale::paintAndPoint(QPoint mark) {
    m_server->send(FakeVncServer::filled({QPoint(0, 0), kGuest}, 0));
    m_server->send(FakeVncServer::filled({mark - QPoint(2, 2), QSize(5, 5)}, kRed));
    const QRectF target = geometry().target();
    const QPointF place(target.left() + (mark.x() + 0.5) * target.width() / kGuest.width(),
                        target.top() + (mark.y() + 0.5) * target.height() / kGuest.height());
    const auto shown = [&] {
        const QImage shot = m_view->grab().toImage();
        return shot.pixelColor((place * shot.devicePixelRatio()).toPoint());
    };
    QTRY_COMPARE(shown(), QColor(kRed));
    const auto presses = m_server->said().pointers.size();
    QMouseEvent press(QEvent::MouseButtonPress, place, m_view->mapToGlobal(place), Qt::LeftButton,
                      Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_view, &press);
    QTRY_COMPARE(m_server->said().pointers.size(), presses + 1);
    QCOMPARE(m_server->said().pointers.last(), (FakeVncServer::Pointer{mark, 1}));
}

void TestScreenScale::pointsAtThePixelThatIsPainted_data() {
    QTest::addColumn<ConsoleScaling>("scaling");
    QTest::newRow("fit") << ConsoleScaling::fit;
    QTest::newRow("actual") << ConsoleScaling::actual;
}

void TestScreenScale::pointsAtThePixelThatIsPainted() {
    QFETCH(ConsoleScaling, scaling);
    m_view->setScaling(scaling);
    for (const int screen : {1, 2, 0, 2}) {
        goTo(screen);
        for (const QPoint mark : {QPoint(8, 8), QPoint(200, 30), QPoint(311, 191)}) {
            paintAndPoint(mark);
        }
    }
}

// At actual size a pixel of the guest is one of the screen, so the view asks for another size.
void TestScreenScale::staysSharpAtActualSize() {
    m_view->setScaling(ConsoleScaling::actual);
    m_window->resize(100, 60);
    for (const int screen : {2, 0, 1}) {
        goTo(screen);
        QTRY_COMPARE(m_view->size(), geometry().actualSize());
        QCOMPARE(geometry().target().size() * kScales[screen], QSizeF(kGuest));
    }
}

void TestScreenScale::redrawsThePictureOfAConsole() {
    auto* picture = new ConsolePicture({160, 100});
    m_window->setWidget(picture);  // instead of the view
    QPixmap console(kGuest);
    console.fill(QColor(kRed));
    picture->setPicture(console);
    for (const int screen : {2, 1, 0}) {
        goTo(screen);
        QTRY_COMPARE(picture->pixmap(Qt::ReturnByValue).devicePixelRatio(), kScales[screen]);
        QCOMPARE(picture->pixmap(Qt::ReturnByValue).deviceIndependentSize().toSize(),
                 picture->contentsRect().size());
    }
}

int main(int argc, char** argv) {
    const QTemporaryDir folder;
    QFile file(folder.filePath("screens.json"));
    if (!file.open(QIODevice::WriteOnly) || file.write(screens()) < 0) return 1;
    file.close();
    qputenv("QT_QPA_PLATFORM", "offscreen:configfile=" + QFile::encodeName(file.fileName()));
    qunsetenv("QT_SCALE_FACTOR");
    QApplication app(argc, argv);
    TestScreenScale test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_screen_scale.moc"
