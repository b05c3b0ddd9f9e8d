#include "engine/net/push_connection.h"

#include "engine/net/offer_head.h"
#include "engine/net/role.h"

namespace cloudlet {

namespace {

using Stage = push::ReceiverSession::Stage;

constexpr std::chrono::seconds kWatchPeriod{1};
// What an idle connection may keep to read into.
constexpr std::size_t kSmallBuffer = 4096;

push::Time now() {
    return std::chrono::steady_clock::now();
}

Result<std::shared_ptr<PushSession>> openSession(ServerRoom& room, const Peer& peer,
                                                 const push::Offer& offer, const Bytes& head) {
    const bool isBase = offer.what == push::What::base;
    if (!mayDo(peer.role, isBase ? Act::sendBase : Act::startSession)) {
        return Error{ErrorCode::permission,
                     isBase ? "only an admin may send a base VM" : "this device may not push"};
    }
    if (offer.what != push::What::overlay)
        return room.parts.sessions.open(peer, offer, nullptr, {});
    const Manifest manifest = TRY(manifestOf(offer, head));
    return room.parts.sessions.open(peer, offer, &manifest, {});
}

}  // namespace

PushConnection::PushConnection(TlsStream stream, ServerRoom& room, Peer peer)
    : m_room(room),
      m_socket(std::move(stream)),
      m_peer(std::move(peer)),
      m_timer(m_socket.get_executor()),
      m_protocol(now()) {}

PushConnection::~PushConnection() {
    if (m_push) m_push->detach(m_turn);
}

void PushConnection::start(HttpRequest request) {
    m_request = std::move(request);
    m_socket.set_option(timeoutOf(m_room.parts.patience));
    m_socket.read_message_max(push::kMostMessage);
    m_socket.binary(true);
    m_socket.auto_fragment(false);
    m_socket.async_accept(m_request, [self = shared_from_this()](beast::error_code error) {
        if (error) return self->end();
        self->m_request = {};
        self->read();
        self->watch();
    });
}

void PushConnection::read() {
    m_socket.async_read(m_buffer,
                        [self = shared_from_this()](beast::error_code error, std::size_t) {
                            if (error) return self->end();
                            self->heard(viewOf(self->m_buffer));
                            self->m_buffer.consume(self->m_buffer.size());
                            self->spareMemory();
                            if (!self->m_ended) self->read();
                        });
}

// Between pieces the buffer stays; a session that only waits is to be small.
void PushConnection::spareMemory() {
    const bool piecesCome = m_push && m_push->waitingSince();
    if (!piecesCome && m_buffer.capacity() > kSmallBuffer) m_buffer.shrink_to_fit();
}

void PushConnection::heard(ByteView bytes) {
    if (m_closing) return;
    const Result<push::Message> message = m_protocol.receive(bytes);
    if (!message) return reject(message.error());
    if (const Result<void> done = act(*message); !done) return reject(done.error());
    pump();
}

Result<void> PushConnection::act(const push::Message& message) {
    if (std::holds_alternative<push::Hello>(message)) {
        m_outbox.push_back(
            toBytes(push::Hello{push::kVersion, "synthesis_server " CLOUDLET_VERSION}));
    } else if (const auto* pieces = std::get_if<push::Pieces>(&message)) {
        if (!m_push->isCurrent(m_turn)) return {};
        return m_push->store(*pieces, now());
    } else if (const auto* finish = std::get_if<push::Finish>(&message)) {
        m_push->finish(*finish);
    } else if (std::holds_alternative<push::Taken>(message)) {
        m_push->taken();
    } else if (m_protocol.stage() == Stage::deciding) {
        const auto* head = std::get_if<push::Head>(&message);
        decide(head != nullptr ? Bytes(head->bytes.begin(), head->bytes.end()) : Bytes());
    }
    return {};
}

void PushConnection::decide(Bytes head) {
    asio::post(m_room.blocking, [self = shared_from_this(), head = std::move(head)] {
        auto session = openSession(self->m_room, self->m_peer, self->m_protocol.offer(), head);
        asio::post(self->m_socket.get_executor(),
                   [self, session = std::move(session)] { self->decided(session); });
    });
}

void PushConnection::decided(const Result<std::shared_ptr<PushSession>>& session) {
    if (m_ended) return;  // the session waits for its client as after any cut
    if (!session) return reject(session.error());
    m_push = *session;
    m_protocol.accept();
    m_outbox.push_back(toBytes(push::Accept{m_push->id(), m_push->receivedBytes()}));
    m_turn = m_push->attach([weak = weak_from_this(), executor = m_socket.get_executor()] {
        asio::post(executor, [weak] {
            if (const auto self = weak.lock()) self->pump();
        });
    });
    pump();
}

void PushConnection::reject(const Error& error) {
    if (m_closing) return;
    m_outbox.push_back(toBytes(push::Reject{error}));
    m_closing = true;
    m_protocol.close();
    pump();
}

// Sends what there is to say, one message at a time.
void PushConnection::pump() {
    if (m_ended || !m_writing.empty()) return;
    if (!m_outbox.empty()) {
        Bytes message = std::move(m_outbox.front());
        m_outbox.pop_front();
        return write(std::move(message));
    }
    if (m_closing) {
        m_socket.async_close(websocket::close_code::normal,
                             [self = shared_from_this()](beast::error_code) { self->end(); });
        m_writing = Bytes(1);  // nothing may follow
        return;
    }
    if (!m_push) return;
    if (auto message = m_push->next(m_turn, now())) {
        const bool last = std::holds_alternative<push::Bye>(
            push::parse(*message).value());  // our own: it can be read
        if (last) {
            m_closing = true;
            m_protocol.close();
        }
        write(*std::move(message));
    }
}

void PushConnection::write(Bytes message) {
    m_writing = std::move(message);
    m_socket.async_write(asio::buffer(m_writing),
                         [self = shared_from_this()](beast::error_code error, std::size_t) {
                             if (error) return self->end();
                             self->m_writing.clear();
                             self->pump();
                         });
}

// Once a second: whether this connection may go on.
void PushConnection::watch() {
    m_timer.expires_after(kWatchPeriod);
    m_timer.async_wait([self = shared_from_this()](beast::error_code error) {
        if (error || self->m_ended) return;
        if (const Result<void> checked = self->check(); !checked) self->reject(checked.error());
        self->pump();
        self->watch();
    });
}

Result<void> PushConnection::check() {
    if (!m_room.parts.gatekeeper.isTrusted(m_peer)) {
        return Error{ErrorCode::permission, "this device is no longer trusted here"};
    }
    if (m_push && !m_push->isCurrent(m_turn)) {
        return Error{ErrorCode::inUse, "the session goes on over another connection"};
    }
    const auto overdue =
        m_protocol.overdue(now(), m_push ? m_push->waitingSince() : std::optional<push::Time>());
    if (overdue) return *overdue;
    return {};
}

void PushConnection::end() {
    if (std::exchange(m_ended, true)) return;
    m_timer.cancel();
    if (m_push) m_push->detach(m_turn);
    beast::error_code error;
    beast::get_lowest_layer(m_socket).socket().close(error);
}

}  // namespace cloudlet
