// The screen, keyboard and pointer of a machine behind a VNC server. While it has the keyboard,
// every key goes to the guest, shortcuts of this program too; Ctrl+Alt+G gives it back. Put it
// into a QScrollArea with a resizable widget: at actual size it may be larger than its room.
// GUI thread.
#pragma once

#include <QTimer>
#include <QWidget>
#include <deque>
#include <memory>

#include "widgets/console_geometry.h"
#include "widgets/held_keys.h"
#include "widgets/key_layout.h"
#include "widgets/vnc_client.h"

namespace cloudlet {

class ConsoleView : public QWidget {
    Q_OBJECT
public:
    enum class Clipboard { off, toGuest, fromGuest, both };
    Q_ENUM(Clipboard)

    explicit ConsoleView(QWidget* parent = nullptr);
    ~ConsoleView() override;

    // Connects, and again whenever the connection is lost. Replaces an earlier connection.
    void open(StreamConnector connector, VncLink link = VncLink::local);
    void reconnect();  // at once, also where a connection only seems alive; REQUIRES: isOpen()
    void close();      // shows nothing from then on

    bool isOpen() const { return m_client != nullptr; }
    bool isConnected() const { return m_state == VncClient::State::connected && isOpen(); }
    QSize guestSize() const { return m_guest; }
    QImage picture() const;  // a copy; null while there is none
    QString statusText() const;

    ConsoleScaling scaling() const { return m_scaling; }
    void setScaling(ConsoleScaling scaling);
    Clipboard clipboard() const { return m_clipboard; }
    void setClipboard(Clipboard sharing);

    void send(const QList<KeyStroke>& strokes);
    // Types at a speed that a guest's keyboard buffer bears. Returns the characters that `layout`
    // cannot type; the others are typed.
    QString typeText(const QString& text, const KeyLayout& layout);
    bool isTyping() const { return !m_typing.empty(); }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

    static QString releaseKeyText() { return QStringLiteral("Ctrl+Alt+G"); }

Q_SIGNALS:
    void stateChanged();  // connected, lost, opened, closed: see statusText()
    void guestSizeChanged(QSize size);
    void typingFinished();
    void keyboardTaken(bool taken);           // by the guest
    void cutTextRefused(const QString& why);  // the guest's clipboard did not get it

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    bool focusNextPrevChild(bool next) override;

private:
    void setState(VncClient::State state, const QString& problem);
    void setGuestSize(QSize size);
    void repaintDirty();
    ConsoleGeometry geometryNow() const;
    void paintPicture(QPainter& painter);
    void releaseKeys();
    void handleKey(QKeyEvent* event);
    void handlePointer(const QMouseEvent* event);
    void typeNext();
    void connectClipboard();
    void offerClipboard();
    void takeCutText(const QString& text);

    StreamConnector m_connector;
    VncLink m_link = VncLink::local;
    std::unique_ptr<VncClient> m_client;
    VncClient::State m_state = VncClient::State::connecting;
    QString m_problem;
    QSize m_guest;
    ConsoleScaling m_scaling = ConsoleScaling::fit;
    Clipboard m_clipboard = Clipboard::off;
    QString m_shared;  // went to or came from the guest last; does not go round
    HeldKeys m_held;
    QPoint m_wheel;  // eighths of a degree that make no whole step yet
    QTimer m_typist;
    std::deque<KeyStroke> m_typing;
};

}  // namespace cloudlet
