// ConsoleView's other half: pointer and clipboard.
#include <QClipboard>
#include <QGuiApplication>
#include <QMimeData>
#include <QMouseEvent>
#include <algorithm>
#include <cstdlib>

#include "widgets/console_view.h"

namespace cloudlet {

namespace {

// RFC 6143, 7.5.5.
constexpr int kLeft = 1;
constexpr int kMiddle = 2;
constexpr int kRight = 4;
constexpr int kWheelUp = 8;
constexpr int kWheelDown = 16;
constexpr int kWheelLeft = 32;
constexpr int kWheelRight = 64;
constexpr int kWheelStep = 120;  // eighths of a degree, as Qt counts
constexpr int kMostWheelSteps = 10;

int buttonsOf(Qt::MouseButtons buttons) {
    return ((buttons & Qt::LeftButton) != 0 ? kLeft : 0) |
           ((buttons & Qt::MiddleButton) != 0 ? kMiddle : 0) |
           ((buttons & Qt::RightButton) != 0 ? kRight : 0);
}

// Takes the whole steps out of `angle`.
int takeSteps(int& angle) {
    const int steps = angle / kWheelStep;
    angle -= steps * kWheelStep;
    return std::clamp(steps, -kMostWheelSteps, kMostWheelSteps);
}

// Password managers mark so what is to go nowhere else.
bool isSecret(const QMimeData& content) {
    return content.data(QStringLiteral("x-kde-passwordManagerHint")) == "secret";
}

}  // namespace

void ConsoleView::handlePointer(const QMouseEvent* event) {
    if (!isConnected() || m_guest.isEmpty()) return;
    m_client->sendPointer(geometryNow().toGuest(event->position()), buttonsOf(event->buttons()));
}

void ConsoleView::mousePressEvent(QMouseEvent* event) {
    handlePointer(event);
}

void ConsoleView::mouseReleaseEvent(QMouseEvent* event) {
    handlePointer(event);
}

void ConsoleView::mouseMoveEvent(QMouseEvent* event) {
    handlePointer(event);
}

void ConsoleView::mouseDoubleClickEvent(QMouseEvent* event) {
    handlePointer(event);
}

void ConsoleView::wheelEvent(QWheelEvent* event) {
    event->accept();
    if (!isConnected() || m_guest.isEmpty()) return;
    const QPoint position = geometryNow().toGuest(event->position());
    const int held = buttonsOf(event->buttons());
    const auto turn = [&](int steps, int forward, int backward) {
        for (int i = 0; i < std::abs(steps); ++i) {
            m_client->sendPointer(position, held | (steps > 0 ? forward : backward));
            m_client->sendPointer(position, held);
        }
    };
    m_wheel += event->angleDelta();
    turn(takeSteps(m_wheel.ry()), kWheelUp, kWheelDown);
    turn(takeSteps(m_wheel.rx()), kWheelLeft, kWheelRight);
}

void ConsoleView::connectClipboard() {
    connect(QGuiApplication::clipboard(), &QClipboard::dataChanged, this, [this] {
        if (hasFocus()) offerClipboard();
    });
}

void ConsoleView::setClipboard(Clipboard sharing) {
    m_clipboard = sharing;
    m_shared.clear();
    if (hasFocus()) offerClipboard();
}

void ConsoleView::offerClipboard() {
    if (m_clipboard != Clipboard::toGuest && m_clipboard != Clipboard::both) return;
    const QMimeData* content = QGuiApplication::clipboard()->mimeData();
    if (!isConnected() || content == nullptr || !content->hasText() || isSecret(*content)) return;
    const QString text = content->text();
    if (text == m_shared) return;
    m_shared = text;
    if (!VncSession::isCutText(text)) {
        Q_EMIT cutTextRefused(
            tr("The clipboard holds characters that this console cannot take; use Type text."));
        return;
    }
    m_client->sendCutText(text);
}

void ConsoleView::takeCutText(const QString& text) {
    if (m_clipboard != Clipboard::fromGuest && m_clipboard != Clipboard::both) return;
    m_shared = text;
    QGuiApplication::clipboard()->setText(text);
}

}  // namespace cloudlet
