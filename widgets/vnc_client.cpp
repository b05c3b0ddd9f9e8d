#include "widgets/vnc_client.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace cloudlet {

namespace {

constexpr int kIdleMs = 1000;  // no wait lasts longer without a look at the stop token
// A stuck server must not make the queue grow for ever; nobody types that far ahead.
constexpr std::size_t kMostQueued = 4096;

template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

// The byte that RGB32 does not use may be anything in what servers send; painting wants it full.
void copyRect(const QImage& from, QImage& to, const QRect& rect) {
    for (int y = rect.top(); y <= rect.bottom(); ++y) {
        const auto* source = reinterpret_cast<const QRgb*>(from.constScanLine(y)) + rect.left();
        auto* target = reinterpret_cast<QRgb*>(to.scanLine(y)) + rect.left();
        std::transform(source, source + rect.width(), target,
                       [](QRgb pixel) { return pixel | 0xff000000U; });
    }
}

}  // namespace

VncClient::VncClient(StreamConnector connector, VncLink link, QObject* parent)
    : QObject(parent),
      m_connector(std::move(connector)),
      m_link(link),
      m_wakeUp(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

VncClient::~VncClient() {
    m_thread.request_stop();
    {
        const std::scoped_lock lock(m_mutex);
        if (m_stream >= 0) ::shutdown(m_stream, SHUT_RDWR);
    }
    wake();
    if (m_thread.joinable()) m_thread.join();
    ::close(m_wakeUp);
}

void VncClient::start() {
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void VncClient::wake() const {
    ::eventfd_write(m_wakeUp, 1);
}

void VncClient::post(Request request) {
    {
        const std::scoped_lock lock(m_mutex);
        const auto* move = std::get_if<PointerMove>(&request);
        auto* last = m_queue.empty() ? nullptr : std::get_if<PointerMove>(&m_queue.back());
        if (move != nullptr && last != nullptr && last->buttons == move->buttons) {
            *last = *move;  // only where the pointer is now counts
        } else if (m_queue.size() < kMostQueued) {
            m_queue.push_back(std::move(request));
        }
    }
    wake();
}

void VncClient::sendKey(const KeyStroke& stroke) {
    post(stroke);
}

void VncClient::sendPointer(QPoint position, int buttons) {
    post(PointerMove{position, buttons});
}

void VncClient::sendCutText(const QString& text) {
    post(CutText{text});
}

QRegion VncClient::takeDirty() {
    const std::scoped_lock lock(m_mutex);
    m_signalled = false;
    return std::exchange(m_dirty, QRegion());
}

void VncClient::run(const std::stop_token& stop) {
    // libvncclient writes to streams that may be closed; the error is enough.
    sigset_t pipe;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (!stop.stop_requested()) {
        Q_EMIT stateChanged(State::connecting, {});
        ConnectedStream stream = m_connector();
        if (stream.fd >= 0) stream.problem = serve(stop, stream.fd);
        if (stop.stop_requested()) return;
        Q_EMIT stateChanged(State::lost, stream.problem);
        pause(stop);
    }
}

void VncClient::pause(const std::stop_token& stop) const {
    if (stop.stop_requested()) return;
    pollfd waiting{m_wakeUp, POLLIN, 0};
    ::poll(&waiting, 1, m_retryMs);
    // Keys for a server that is gone come to nothing and must not make this a busy loop.
    eventfd_t ignored = 0;
    ::eventfd_read(m_wakeUp, &ignored);
}

VncEvents VncClient::events() {
    VncEvents events;
    events.resized = [this](QSize size) {
        {
            const std::scoped_lock lock(m_mutex);
            m_picture = QImage(size, QImage::Format_RGB32);
            m_picture.fill(Qt::black);
            m_dirty = QRegion();
        }
        Q_EMIT resized(size);
    };
    events.updated = [this](const QImage& picture, const QRegion& dirty) { keep(picture, dirty); };
    events.cutText = [this](const QString& text) { Q_EMIT cutTextReceived(text); };
    events.bell = [this] { Q_EMIT rang(); };
    return events;
}

void VncClient::keep(const QImage& picture, const QRegion& dirty) {
    bool signal = false;
    {
        const std::scoped_lock lock(m_mutex);
        if (picture.size() != m_picture.size()) return;  // no memory for a picture of this size
        for (const QRect& rect : dirty) copyRect(picture, m_picture, rect);
        m_dirty += dirty;
        signal = !std::exchange(m_signalled, true);
    }
    if (signal) Q_EMIT updated();
}

QString VncClient::serve(const std::stop_token& stop, int fd) {
    const auto setStream = [this](int stream) {
        const std::scoped_lock lock(m_mutex);
        m_stream = stream;
    };
    // A number of its own for the destructor to shut down: the session closes `fd` when it likes,
    // and the number may then be somebody else's.
    const int watched = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    setStream(watched);
    // The destructor either saw the stream or is seen here.
    if (stop.stop_requested()) ::shutdown(fd, SHUT_RDWR);
    QString problem;
    std::unique_ptr<VncSession> session = VncSession::open(fd, m_link, events(), problem);
    if (session) {
        Q_EMIT stateChanged(State::connected, {});
        bool alive = true;
        while (alive && !stop.stop_requested()) {
            alive = sendQueued(*session);
            if (!alive) break;
            pollfd waiting[] = {{session->fd(), POLLIN, 0}, {m_wakeUp, POLLIN, 0}};
            const bool ready = session->hasBuffered() ||
                               (::poll(waiting, 2, kIdleMs) > 0 && waiting[0].revents != 0);
            if (ready) alive = session->handleMessage();
        }
        problem = session->problem();
    }
    setStream(-1);
    session.reset();
    ::close(watched);
    return problem;
}

bool VncClient::sendQueued(VncSession& session) {
    eventfd_t ignored = 0;
    ::eventfd_read(m_wakeUp, &ignored);
    std::deque<Request> queue;
    {
        const std::scoped_lock lock(m_mutex);
        queue.swap(m_queue);
    }
    const Overloaded send{
        [&](const KeyStroke& stroke) { return session.sendKey(stroke); },
        [&](const PointerMove& move) { return session.sendPointer(move.position, move.buttons); },
        [&](const CutText& cut) { return session.sendCutText(cut.text); }};
    for (const Request& request : queue) {
        if (!std::visit(send, request)) return false;
    }
    return true;
}

}  // namespace cloudlet
