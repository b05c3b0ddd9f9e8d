#include "widgets/vnc_session.h"

#include <rfb/rfbclient.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QtEndian>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <vector>

namespace cloudlet {

namespace {

// A guest's screen is smaller; what a hostile server says would be allocated.
constexpr int kMostPixels = 8192 * 8192;
constexpr int kMostSide = 16384;
// A server that stops in the middle of a message is given up after this.
constexpr unsigned kReadLimitSeconds = 10;
// A thousand rectangles cost more to add up than to repaint what is between them.
constexpr int kMostRects = 100;
constexpr quint8 kQemuMessage = 255;
constexpr quint8 kQemuExtendedKey = 0;
constexpr int kQemuExtendedKeyEncoding = -258;

// What libvncclient says goes to two functions of the whole process; its last line on this thread
// is the only reason it gives for a failure.
thread_local QString lastLine;

void keepLine(const char* format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length > 0) lastLine = QString::fromUtf8(line).trimmed();
}

void quieten() {
    static std::once_flag once;
    std::call_once(once, [] {
        rfbClientLog = &keepLine;
        rfbClientErr = &keepLine;
    });
}

void* const kTag = &lastLine;  // any address of ours

VncSession* sessionOf(rfbClient* client) {
    return static_cast<VncSession*>(rfbClientGetClientData(client, kTag));
}

template <typename T>
void append(QByteArray& message, T value) {
    std::array<char, sizeof(T)> bytes{};
    qToBigEndian(value, bytes.data());
    message.append(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

bool write(rfbClient* client, const QByteArray& message) {
    return WriteToRFBServer(client, message.constData(), static_cast<unsigned>(message.size())) !=
           FALSE;
}

}  // namespace

struct VncSession::Hooks {
    // Called with client->width and height set by the server.
    static rfbBool allocate(rfbClient* client) {
        VncSession& self = *sessionOf(client);
        const int width = client->width;
        const int height = client->height;
        client->frameBuffer = nullptr;
        const bool fits = width > 0 && height > 0 && width <= kMostSide && height <= kMostSide &&
                          width <= kMostPixels / height;
        if (fits) self.m_picture = QImage(width, height, QImage::Format_RGB32);
        if (!fits || self.m_picture.isNull()) {
            keepLine("the server's screen of %d x %d pixels is too large", width, height);
            // Not every caller looks at the result: no rectangle fits into this.
            client->width = client->height = 0;
            return FALSE;
        }
        self.m_picture.fill(Qt::black);
        self.m_dirty = QRegion();
        client->frameBuffer = self.m_picture.bits();
        client->updateRect = {0, 0, width, height};
        if (self.m_events.resized) self.m_events.resized({width, height});
        return TRUE;
    }

    static void gotRectangle(rfbClient* client, int x, int y, int width, int height) {
        VncSession& self = *sessionOf(client);
        self.m_dirty += QRect(x, y, width, height) & self.m_picture.rect();
        if (self.m_dirty.rectCount() > kMostRects) self.m_dirty = self.m_dirty.boundingRect();
    }

    static void finishedUpdate(rfbClient* client) {
        VncSession& self = *sessionOf(client);
        if (self.m_dirty.isEmpty()) return;
        if (self.m_events.updated) self.m_events.updated(self.m_picture, self.m_dirty);
        self.m_dirty = QRegion();
    }

    static void gotCutText(rfbClient* client, const char* text, int length) {
        VncSession& self = *sessionOf(client);
        if (self.m_events.cutText) self.m_events.cutText(QString::fromLatin1(text, length));
    }

    static void rang(rfbClient* client) {
        VncSession& self = *sessionOf(client);
        if (self.m_events.bell) self.m_events.bell();
    }

    // The server wants a password, and nobody has one: the consoles are local sockets.
    static char* noPassword(rfbClient*) { return nullptr; }
};

VncSession::VncSession(rfbClient* client, VncEvents events)
    : m_client(client), m_events(std::move(events)) {
    rfbClientSetClientData(client, kTag, this);
    client->MallocFrameBuffer = &Hooks::allocate;
    client->GotFrameBufferUpdate = &Hooks::gotRectangle;
    client->FinishedFrameBufferUpdate = &Hooks::finishedUpdate;
    client->GotXCutText = &Hooks::gotCutText;
    client->Bell = &Hooks::rang;
    client->GetPassword = &Hooks::noPassword;
    client->canHandleNewFBSize = TRUE;
    client->readTimeout = kReadLimitSeconds;
}

VncSession::~VncSession() {
    m_client->frameBuffer = nullptr;  // m_picture's
    rfbClientCleanup(m_client);       // closes the stream
}

std::unique_ptr<VncSession> VncSession::open(int fd, VncLink link, VncEvents events,
                                             QString& problem) {
    quieten();
    lastLine.clear();
    rfbClient* client = rfbGetClient(8, 3, 4);
    if (client == nullptr) {
        ::close(fd);
        problem = QCoreApplication::translate("cloudlet::VncSession", "There is no memory left.");
        return nullptr;
    }
    client->listenSpecified = TRUE;  // the stream is there, do not connect
    client->sock = fd;
    std::unique_ptr<VncSession> session(new VncSession(client, std::move(events)));
    if (session->greet(link)) return session;
    session->lost();
    problem = session->problem();
    return nullptr;
}

bool VncSession::greet(VncLink link) {
    uint32_t schemes[] = {rfbNoAuth};
    SetClientAuthSchemes(m_client, schemes, 1);
    if (SetNonBlocking(m_client->sock) == FALSE) return false;
    if (InitialiseRFBConnection(m_client) == FALSE) return false;
    m_client->width = m_client->si.framebufferWidth;
    m_client->height = m_client->si.framebufferHeight;
    if (m_client->MallocFrameBuffer(m_client) == FALSE) return false;
    return sendFormat() && sendEncodings(link) &&
           SendFramebufferUpdateRequest(m_client, 0, 0, m_client->width, m_client->height, FALSE) !=
               FALSE;
}

// SetPixelFormat, RFC 6143 7.5.1: what QImage::Format_RGB32 is on this host.
bool VncSession::sendFormat() {
    rfbPixelFormat& format = m_client->format;
    format.bitsPerPixel = 32;
    format.depth = 24;
    format.bigEndian = Q_BYTE_ORDER == Q_BIG_ENDIAN ? 1 : 0;
    format.trueColour = 1;
    format.redMax = format.greenMax = format.blueMax = 255;
    format.redShift = 16;
    format.greenShift = 8;
    format.blueShift = 0;
    QByteArray message("\0\0\0\0", 4);
    append(message, format.bitsPerPixel);
    append(message, format.depth);
    append(message, format.bigEndian);
    append(message, format.trueColour);
    append<quint16>(message, format.redMax);
    append<quint16>(message, format.greenMax);
    append<quint16>(message, format.blueMax);
    append(message, format.redShift);
    append(message, format.greenShift);
    append(message, format.blueShift);
    message.append("\0\0\0", 3);
    return write(m_client, message);
}

// SetEncodings, RFC 6143 7.5.2. Not among them, on purpose: ExtendedDesktopSize (-308), whose
// screen 0, as QEMU sends it, this libvncclient takes for an error.
bool VncSession::sendEncodings(VncLink link) {
    std::vector<int> encodings;
    if (link == VncLink::local) {
        encodings = {rfbEncodingRaw, rfbEncodingCopyRect, rfbEncodingHextile};
    } else {
        encodings = {rfbEncodingTight, rfbEncodingZRLE, rfbEncodingCopyRect, rfbEncodingHextile,
                     rfbEncodingRaw};
    }
    encodings.push_back(static_cast<int>(rfbEncodingNewFBSize));
    encodings.push_back(static_cast<int>(rfbEncodingLastRect));
    encodings.push_back(kQemuExtendedKeyEncoding);
    QByteArray message;
    append<quint8>(message, rfbSetEncodings);
    append<quint8>(message, 0);
    append<quint16>(message, static_cast<quint16>(encodings.size()));
    for (const int encoding : encodings) append<qint32>(message, encoding);
    return write(m_client, message);
}

int VncSession::fd() const {
    return m_client->sock;
}

bool VncSession::hasBuffered() const {
    return m_client->buffered > 0;
}

bool VncSession::handleMessage() {
    return HandleRFBServerMessage(m_client) != FALSE || lost();
}

bool VncSession::lost() {
    m_problem = lastLine.isEmpty()
                    ? QCoreApplication::translate("cloudlet::VncSession",
                                                  "The console's server closed the connection.")
                    : QCoreApplication::translate("cloudlet::VncSession",
                                                  "The console's server is lost: %1.")
                          .arg(lastLine);
    return false;
}

bool VncSession::sendKey(const KeyStroke& stroke) {
    if (stroke.scanCode == 0 || SupportsClient2Server(m_client, rfbQemuEvent) == FALSE) {
        if (stroke.keysym == 0) return true;  // nothing that this server understands
        return SendKeyEvent(m_client, stroke.keysym, stroke.down ? TRUE : FALSE) != FALSE || lost();
    }
    // RFB's registry, "QEMU Extended Key Event Message".
    QByteArray message;
    append<quint8>(message, kQemuMessage);
    append<quint8>(message, kQemuExtendedKey);
    append<quint16>(message, stroke.down ? 1 : 0);
    append<quint32>(message, stroke.keysym);
    append<quint32>(message, stroke.scanCode);
    return write(m_client, message) || lost();
}

bool VncSession::sendPointer(QPoint position, int buttons) {
    return SendPointerEvent(m_client, position.x(), position.y(), buttons) != FALSE || lost();
}

bool VncSession::sendCutText(const QString& text) {
    QByteArray latin = text.toLatin1();
    return SendClientCutText(m_client, latin.data(), static_cast<int>(latin.size())) != FALSE ||
           lost();
}

bool VncSession::isCutText(const QString& text) {
    return QString::fromLatin1(text.toLatin1()) == text;
}

}  // namespace cloudlet
