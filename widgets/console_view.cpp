#include "widgets/console_view.h"

#include <QAccessible>
#include <QPaintEvent>
#include <QPainter>

#include "widgets/console_accessible.h"
#include "widgets/part_colour.h"

namespace cloudlet {

namespace {

// A PC keyboard sends some 30 keys a second; a guest's buffer of 16 codes is never full so.
constexpr int kTypingMs = 16;
constexpr int kFocusWidth = 2;
constexpr QSize kSmallest(240, 150);
constexpr QSize kUsual(800, 500);

}  // namespace

ConsoleView::ConsoleView(QWidget* parent) : QWidget(parent) {
    installConsoleAccessibility();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Console"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    m_typist.setInterval(kTypingMs);
    connect(&m_typist, &QTimer::timeout, this, &ConsoleView::typeNext);
    connectClipboard();
}

ConsoleView::~ConsoleView() = default;

void ConsoleView::open(StreamConnector connector, VncLink link) {
    m_connector = std::move(connector);
    m_link = link;
    reconnect();
}

void ConsoleView::reconnect() {
    m_client = std::make_unique<VncClient>(m_connector, m_link);
    m_guest = QSize();
    connect(m_client.get(), &VncClient::stateChanged, this, &ConsoleView::setState);
    connect(m_client.get(), &VncClient::resized, this, &ConsoleView::setGuestSize);
    connect(m_client.get(), &VncClient::updated, this, &ConsoleView::repaintDirty);
    connect(m_client.get(), &VncClient::cutTextReceived, this, &ConsoleView::takeCutText);
    setState(VncClient::State::connecting, {});
    m_client->start();
}

void ConsoleView::close() {
    m_typist.stop();
    m_typing.clear();
    m_held.releaseAll();
    m_client.reset();
    m_guest = QSize();
    setState(VncClient::State::connecting, {});
}

void ConsoleView::setState(VncClient::State state, const QString& problem) {
    m_state = state;
    m_problem = problem;
    // Whatever was down is not down on the other side of a new connection.
    if (state != VncClient::State::connected) m_held.releaseAll();
    setAccessibleDescription(statusText());
    update();
    Q_EMIT stateChanged();
}

QString ConsoleView::statusText() const {
    if (!isOpen()) return tr("No machine is running.");
    switch (m_state) {
        case VncClient::State::connecting:
            return tr("Connecting to the console…");
        case VncClient::State::connected:
            return tr("%1 × %2 pixels. %3 gives the keyboard back.")
                .arg(m_guest.width())
                .arg(m_guest.height())
                .arg(releaseKeyText());
        case VncClient::State::lost:
            return tr("%1 Trying again…").arg(m_problem);
    }
    return {};
}

void ConsoleView::setGuestSize(QSize size) {
    if (!isOpen()) return;  // said by a connection that is closed
    m_guest = size;
    setAccessibleDescription(statusText());
    updateGeometry();
    update();
    Q_EMIT guestSizeChanged(size);
}

void ConsoleView::setScaling(ConsoleScaling scaling) {
    m_scaling = scaling;
    updateGeometry();
    update();
}

ConsoleGeometry ConsoleView::geometryNow() const {
    return {m_guest, size(), devicePixelRatioF(), m_scaling};
}

QSize ConsoleView::sizeHint() const {
    return m_guest.isEmpty() ? kUsual : geometryNow().actualSize();
}

QSize ConsoleView::minimumSizeHint() const {
    const bool scrolls = m_scaling == ConsoleScaling::actual && !m_guest.isEmpty();
    return scrolls ? geometryNow().actualSize() : kSmallest;
}

QImage ConsoleView::picture() const {
    return isOpen() ? m_client->picture().image().copy() : QImage();
}

void ConsoleView::repaintDirty() {
    if (!isOpen()) return;
    const ConsoleGeometry geometry = geometryNow();
    QRegion area;
    for (const QRect& rect : m_client->takeDirty()) area += geometry.toWidget(rect);
    update(area);
}

void ConsoleView::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    painter.setClipRegion(event->region());
    painter.fillRect(rect(), QColor(kAroundConsole));
    paintPicture(painter);
    if (!isConnected()) {
        const QRect line = rect().adjusted(20, 20, -20, -20);
        const QRect box =
            painter.boundingRect(line, Qt::AlignCenter | Qt::TextWordWrap, statusText());
        painter.fillRect(box.adjusted(-12, -8, 12, 8), palette().color(QPalette::Window));
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(line, Qt::AlignCenter | Qt::TextWordWrap, statusText());
    }
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), kFocusWidth));
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
}

void ConsoleView::paintPicture(QPainter& painter) {
    if (!isOpen() || m_guest.isEmpty()) return;
    const ConsoleGeometry geometry = geometryNow();
    const QRectF target = geometry.target();
    const bool scaled = (target.size() * devicePixelRatioF()).toSize() != m_guest;
    painter.setRenderHint(QPainter::SmoothPixmapTransform, scaled);
    const VncClient::Picture picture = m_client->picture();
    painter.drawImage(target, picture.image(), QRectF(picture.image().rect()));
}

bool ConsoleView::event(QEvent* event) {
    // Says that this key is not for the program's shortcuts.
    if (event->type() == QEvent::ShortcutOverride && isConnected()) {
        event->accept();
        return true;
    }
    // Sent when the window comes to a screen of another scale: at actual size it is another size.
    if (event->type() == QEvent::ScreenChangeInternal) updateGeometry();
    return QWidget::event(event);
}

bool ConsoleView::focusNextPrevChild(bool next) {
    // Tab belongs to the guest, but without one the keyboard must find its way on.
    return isConnected() ? false : QWidget::focusNextPrevChild(next);
}

void ConsoleView::handleKey(QKeyEvent* event) {
    if (!isConnected()) {
        event->ignore();
        return;
    }
    event->accept();
    const Qt::KeyboardModifiers release = Qt::ControlModifier | Qt::AltModifier;
    if (event->type() == QEvent::KeyPress && event->key() == Qt::Key_G &&
        (event->modifiers() & ~Qt::KeypadModifier) == release) {
        releaseKeys();
        if (!QWidget::focusNextPrevChild(true)) clearFocus();
        return;
    }
    if (const auto stroke = m_held.handle(*event)) m_client->sendKey(*stroke);
}

void ConsoleView::keyPressEvent(QKeyEvent* event) {
    handleKey(event);
}

void ConsoleView::keyReleaseEvent(QKeyEvent* event) {
    handleKey(event);
}

void ConsoleView::releaseKeys() {
    send(m_held.releaseAll());
}

void ConsoleView::send(const QList<KeyStroke>& strokes) {
    if (!isConnected()) return;
    for (const KeyStroke& stroke : strokes) m_client->sendKey(stroke);
}

void ConsoleView::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    offerClipboard();
    update();
    Q_EMIT keyboardTaken(true);
}

void ConsoleView::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    releaseKeys();
    update();
    Q_EMIT keyboardTaken(false);
}

void ConsoleView::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    releaseKeys();
}

QString ConsoleView::typeText(const QString& text, const KeyLayout& layout) {
    if (!isConnected()) return {};
    const TypedText typed = layout.type(text);
    m_typing.insert(m_typing.end(), typed.strokes.begin(), typed.strokes.end());
    if (isTyping()) m_typist.start();
    return typed.missing;
}

void ConsoleView::typeNext() {
    if (!m_typing.empty()) {
        send({m_typing.front()});
        m_typing.pop_front();
    }
    if (isTyping()) return;
    m_typist.stop();
    Q_EMIT typingFinished();
}

}  // namespace cloudlet
