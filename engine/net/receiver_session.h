// The server's side of one connection of a push: which message may come when (PROTOCOL.md, "A
// push"). It only judges; its owner acts on what receive() returns. No sockets, threads or clock.
// Not synchronised.
#pragma once

#include "engine/net/message.h"
#include "engine/net/transfer.h"

namespace cloudlet::push {

class ReceiverSession {
public:
    enum class Stage { greeting, greeted, offered, deciding, receiving, finishing, closed };
    static constexpr std::chrono::seconds kGreetingLimit{10};
    static constexpr std::chrono::seconds kStallLimit{30};

    explicit ReceiverSession(Time now) : m_began(now) {}

    Stage stage() const { return m_stage; }
    // REQUIRES: an offer has come.
    const Offer& offer() const { return m_offer; }

    // A message, if it may come now. After an error the owner sends it in a Reject and closes.
    // Errors: corrupt (no message, or not now), unsupported (another version).
    Result<Message> receive(ByteView bytes);
    // The decision. REQUIRES: deciding. After a rejection the connection closes.
    void accept();
    void close() { m_stage = Stage::closed; }

    // What is over its time, if anything: the greeting, or pieces that do not come.
    std::optional<Error> overdue(Time now, std::optional<Time> waitingSince) const;

private:
    Stage m_stage = Stage::greeting;
    Time m_began;
    Offer m_offer;
    bool m_residueWanted = false;
};

const char* toString(ReceiverSession::Stage stage);

}  // namespace cloudlet::push
