// One connection to a VNC server, over a stream that is connected already. It knows nothing of
// threads and of windows; VncClient calls it, always on the same thread.
//
// Behind it is libvncclient. Its own list of encodings is never sent: Debian 12's version then
// loses every QEMU that changes its video mode, and offers decoders that are best left alone.
#pragma once

#include <QByteArray>
#include <QImage>
#include <QRegion>
#include <QString>
#include <functional>
#include <memory>

#include "widgets/key_stroke.h"

struct _rfbClient;

namespace cloudlet {

// Which encodings are asked for first: a local server need not spend time to save bytes.
enum class VncLink { local, network };

struct VncEvents {
    std::function<void(QSize)> resized;
    std::function<void(const QImage&, const QRegion&)> updated;  // whole picture, what is new
    std::function<void(const QString&)> cutText;
    std::function<void()> bell;
};

class VncSession {
public:
    // The greeting, which blocks: up to its time limit, or until somebody shuts the stream down.
    // Takes `fd` in any case. Null on failure; `problem` then says why.
    static std::unique_ptr<VncSession> open(int fd, VncLink link, VncEvents events,
                                            QString& problem);
    ~VncSession();
    VncSession(const VncSession&) = delete;
    VncSession& operator=(const VncSession&) = delete;

    int fd() const;
    // Bytes that were read already wait for handleMessage(): do not poll for more.
    bool hasBuffered() const;
    // One message of the server. False when the connection is lost; problem() says why.
    bool handleMessage();
    QString problem() const { return m_problem; }

    bool sendKey(const KeyStroke& stroke);
    // `buttons` as RFB counts them: 1 left, 2 middle, 4 right, 8 to 64 wheel.
    bool sendPointer(QPoint position, int buttons);
    bool sendCutText(const QString& text);  // Latin-1; what does not fit becomes '?'

    static bool isCutText(const QString& text);  // nothing of it would become '?'

private:
    struct Hooks;  // called by libvncclient
    VncSession(_rfbClient* client, VncEvents events);
    bool greet(VncLink link);
    bool sendFormat();
    bool sendEncodings(VncLink link);
    bool lost();

    _rfbClient* m_client;
    VncEvents m_events;
    QImage m_picture;  // libvncclient decodes into it
    QRegion m_dirty;
    QString m_problem;
};

}  // namespace cloudlet
