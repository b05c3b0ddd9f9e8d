// A VNC connection that lives: reads on a thread of its own, keeps the guest's picture, sends
// what is queued, and connects again when the server goes away. Made and called on the GUI
// thread, which never waits for the server; all signals arrive there.
#pragma once

#include <QImage>
#include <QObject>
#include <QPoint>
#include <QRegion>
#include <deque>
#include <mutex>
#include <thread>
#include <variant>

#include "widgets/stream_connector.h"
#include "widgets/vnc_session.h"

namespace cloudlet {

class VncClient : public QObject {
    Q_OBJECT
public:
    enum class State { connecting, connected, lost };
    Q_ENUM(State)

    VncClient(StreamConnector connector, VncLink link, QObject* parent = nullptr);
    // Ends the connection; waits for the thread, which is woken wherever it reads.
    ~VncClient() override;

    // Between attempts to connect; before start().
    void setRetryDelay(int milliseconds) { m_retryMs = milliseconds; }
    // To be called once, when the signals are connected.
    void start();

    void sendKey(const KeyStroke& stroke);
    void sendPointer(QPoint position, int buttons);
    void sendCutText(const QString& text);

    // What has changed since the last call. The next change is signalled again.
    QRegion takeDirty();
    // The picture, locked as long as this object lives: paint from it and let it go.
    class Picture {
    public:
        const QImage& image() const { return m_image; }

    private:
        friend class VncClient;
        Picture(std::mutex& mutex, const QImage& image) : m_lock(mutex), m_image(image) {}
        std::unique_lock<std::mutex> m_lock;
        const QImage& m_image;
    };
    Picture picture() const { return {m_mutex, m_picture}; }

Q_SIGNALS:
    void stateChanged(cloudlet::VncClient::State state, const QString& problem);
    void resized(QSize size);
    void updated();  // once until takeDirty()
    void cutTextReceived(const QString& text);
    void rang();

private:
    struct PointerMove {
        QPoint position;
        int buttons = 0;
    };
    struct CutText {
        QString text;
    };
    using Request = std::variant<KeyStroke, PointerMove, CutText>;

    void post(Request request);
    void wake() const;
    void run(const std::stop_token& stop);
    // Until the connection is lost; returns why.
    QString serve(const std::stop_token& stop, int fd);
    bool sendQueued(VncSession& session);
    void pause(const std::stop_token& stop) const;
    VncEvents events();
    void keep(const QImage& picture, const QRegion& dirty);

    const StreamConnector m_connector;
    const VncLink m_link;
    int m_retryMs = 1000;
    int m_wakeUp = -1;           // an eventfd: something is queued, or the end has come
    mutable std::mutex m_mutex;  // guards the members below
    std::deque<Request> m_queue;
    QImage m_picture;
    QRegion m_dirty;
    bool m_signalled = false;
    int m_stream = -1;  // open now; shut down to end a read
    std::jthread m_thread;
};

}  // namespace cloudlet
