// One connection of a push at the server: carries messages between the client and its session, and
// ends when either does, when it is over its time, or when its device is no longer trusted. Lives
// as long as something of it is under way. On its own strand.
#pragma once

#include <deque>

#include "engine/net/http_connection.h"
#include "engine/net/receiver_session.h"

namespace cloudlet {

class PushConnection : public std::enable_shared_from_this<PushConnection> {
public:
    PushConnection(TlsStream stream, ServerRoom& room, Peer peer);
    ~PushConnection();
    void start(HttpRequest request);

private:
    void read();
    void spareMemory();
    void heard(ByteView bytes);
    Result<void> act(const push::Message& message);
    void decide(Bytes head);
    void decided(const Result<std::shared_ptr<PushSession>>& session);
    void reject(const Error& error);
    void pump();
    void write(Bytes message);
    void watch();
    Result<void> check();
    void end();

    ServerRoom& m_room;
    WebSocket m_socket;
    Peer m_peer;
    HttpRequest m_request;
    beast::flat_buffer m_buffer;
    asio::steady_timer m_timer;
    push::ReceiverSession m_protocol;
    std::shared_ptr<PushSession> m_push;  // once accepted
    PushSession::Turn m_turn = 0;
    std::deque<Bytes> m_outbox;
    Bytes m_writing;  // empty: nothing is being written
    bool m_closing = false;
    bool m_ended = false;
};

}  // namespace cloudlet
