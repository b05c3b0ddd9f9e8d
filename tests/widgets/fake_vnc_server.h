// A VNC server in a thread of the test, as small as RFC 6143 lets it be: it greets, records what
// the client says, and sends what the test tells it, also what no server should.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QByteArray>
#include <QList>
#include <QPoint>
#include <QSize>
#include <QString>
#include <QtEndian>
#include <atomic>
#include <cstring>
#include <mutex>
#include <thread>

#include "widgets/key_stroke.h"

namespace cloudlet::test {

class FakeVncServer {
public:
    struct Pointer {
        QPoint position;
        int buttons = 0;
        bool operator==(const Pointer&) const = default;
    };
    struct Said {
        int connections = 0;
        int updateRequests = 0;
        QList<int> encodings;
        QList<KeyStroke> keys;  // scanCode 0: a plain key event
        QList<Pointer> pointers;
        QList<QByteArray> cutTexts;
    };

    // Listens at `path`. With `greets` false it says nothing at all after accepting.
    FakeVncServer(const QString& path, QSize size, bool greets = true)
        : m_path(path.toUtf8()), m_size(size), m_greets(greets) {
        listen();
        m_thread = std::jthread([this] { serve(); });
    }
    ~FakeVncServer() {
        m_ends = true;
        ::shutdown(m_listening, SHUT_RDWR);
        drop();
        m_thread.join();
        ::close(m_listening);
        ::unlink(m_path.constData());
    }
    FakeVncServer(const FakeVncServer&) = delete;
    FakeVncServer& operator=(const FakeVncServer&) = delete;

    Said said() const {
        const std::scoped_lock lock(m_mutex);
        return m_said;
    }
    void drop() {
        const std::scoped_lock lock(m_mutex);
        if (m_stream >= 0) ::shutdown(m_stream, SHUT_RDWR);
    }
    void send(const QByteArray& bytes) {
        const std::scoped_lock lock(m_mutex);
        if (m_stream >= 0) {
            (void)::send(m_stream, bytes.constData(), static_cast<std::size_t>(bytes.size()),
                         MSG_NOSIGNAL);
        }
    }

    template <typename T>
    static QByteArray number(T value) {
        T swapped = qToBigEndian(value);
        return {reinterpret_cast<const char*>(&swapped), sizeof swapped};
    }
    static QByteArray updateOf(int rectangles) {
        return number<quint16>(0) + number<quint16>(static_cast<quint16>(rectangles));
    }
    static QByteArray rectangle(QRect rect, qint32 encoding) {
        return number(static_cast<quint16>(rect.x())) + number(static_cast<quint16>(rect.y())) +
               number(static_cast<quint16>(rect.width())) +
               number(static_cast<quint16>(rect.height())) + number(encoding);
    }
    // An update of one rectangle of one colour, 0xRRGGBB, in raw encoding.
    static QByteArray filled(QRect rect, quint32 colour) {
        QByteArray bytes = updateOf(1) + rectangle(rect, 0);
        const quint32 pixel = qToLittleEndian(colour);
        for (int i = 0; i < rect.width() * rect.height(); ++i) {
            bytes.append(reinterpret_cast<const char*>(&pixel), sizeof pixel);
        }
        return bytes;
    }
    static QByteArray newSize(QSize size) {
        return updateOf(1) + rectangle({QPoint(0, 0), size}, -223);
    }
    // Says that it understands QEMU's extended key events, as QEMU does.
    static QByteArray extendedKeys() { return updateOf(1) + rectangle({0, 0, 0, 0}, -258); }
    static QByteArray cutText(const QByteArray& text) {
        return QByteArray("\3\0\0\0", 4) + number(static_cast<quint32>(text.size())) + text;
    }

private:
    void listen() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, m_path.constData(),
                    std::min(static_cast<std::size_t>(m_path.size()), sizeof address.sun_path - 1));
        m_listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto* plain = reinterpret_cast<const sockaddr*>(&address);
        if (::bind(m_listening, plain, sizeof address) != 0 || ::listen(m_listening, 4) != 0) {
            qFatal("the fake VNC server cannot listen at %s", m_path.constData());
        }
    }

    void serve() {
        while (!m_ends) {
            const int stream = ::accept(m_listening, nullptr, nullptr);
            if (stream < 0) return;
            {
                const std::scoped_lock lock(m_mutex);
                m_stream = stream;
                ++m_said.connections;
            }
            if (m_ends) drop();
            if (m_greets ? greet() : !read(1).isEmpty()) {
                while (handleMessage()) {
                }
            }
            const std::scoped_lock lock(m_mutex);
            m_stream = -1;
            ::close(stream);
        }
    }

    QByteArray read(qsizetype size) {
        QByteArray bytes(size, '\0');
        qsizetype got = 0;
        while (got < size) {
            const ssize_t n =
                ::recv(m_stream, bytes.data() + got, static_cast<std::size_t>(size - got), 0);
            if (n <= 0) return {};
            got += n;
        }
        return bytes;
    }

    bool greet() {
        send("RFB 003.008\n");
        if (read(12).isEmpty()) return false;
        send(QByteArray("\1\1", 2));  // one security type: none
        if (read(1).isEmpty()) return false;
        send(number<quint32>(0));
        if (read(1).isEmpty()) return false;
        QByteArray format("\x20\x18\0\1", 4);
        format += number<quint16>(255) + number<quint16>(255) + number<quint16>(255);
        format += QByteArray("\x10\x08\0\0\0\0", 6);
        send(number(static_cast<quint16>(m_size.width())) +
             number(static_cast<quint16>(m_size.height())) + format + number<quint32>(4) + "fake");
        return true;
    }

    bool handleMessage() {
        const QByteArray type = read(1);
        if (type.isEmpty()) return false;
        switch (static_cast<quint8>(type.at(0))) {
            case 0:
                return !read(19).isEmpty();
            case 2:
                return handleEncodings();
            case 3: {
                if (read(9).isEmpty()) return false;
                const std::scoped_lock lock(m_mutex);
                ++m_said.updateRequests;
                return true;
            }
            case 4:
                return handleKey(read(7), 0, 3);
            case 5:
                return handlePointer(read(5));
            case 6:
                return handleCutText(read(7));
            case 255:
                return handleKey(read(11), 2, 3);
            default:
                return false;
        }
    }

    static quint32 at32(const QByteArray& bytes, qsizetype offset) {
        return qFromBigEndian<quint32>(bytes.constData() + offset);
    }
    static quint16 at16(const QByteArray& bytes, qsizetype offset) {
        return qFromBigEndian<quint16>(bytes.constData() + offset);
    }

    bool handleEncodings() {
        const QByteArray head = read(3);
        if (head.isEmpty()) return false;
        const QByteArray list = read(qsizetype{4} * at16(head, 1));
        const std::scoped_lock lock(m_mutex);
        m_said.encodings.clear();
        for (qsizetype i = 0; i < list.size(); i += 4) {
            m_said.encodings.append(static_cast<int>(at32(list, i)));
        }
        return true;
    }
    bool handleKey(const QByteArray& bytes, qsizetype downAt, qsizetype keysymAt) {
        if (bytes.isEmpty()) return false;
        const bool extended = bytes.size() == 11;
        const std::scoped_lock lock(m_mutex);
        m_said.keys.append(
            {at32(bytes, keysymAt), extended ? at32(bytes, 7) : 0, bytes.at(downAt) != 0});
        return true;
    }
    bool handlePointer(const QByteArray& bytes) {
        if (bytes.isEmpty()) return false;
        const std::scoped_lock lock(m_mutex);
        m_said.pointers.append({{at16(bytes, 1), at16(bytes, 3)}, bytes.at(0)});
        return true;
    }
    bool handleCutText(const QByteArray& head) {
        if (head.isEmpty()) return false;
        const QByteArray text = read(at32(head, 3));
        const std::scoped_lock lock(m_mutex);
        m_said.cutTexts.append(text);
        return true;
    }

    const QByteArray m_path;
    const QSize m_size;
    const bool m_greets;
    int m_listening = -1;
    std::atomic<bool> m_ends = false;
    mutable std::mutex m_mutex;  // guards the two below
    int m_stream = -1;
    Said m_said;
    std::jthread m_thread;
};

}  // namespace cloudlet::test
