// One connection of a push at the client, from opening it to its end. Used by pushToServer() only;
// one thread.
#pragma once

#include "engine/net/client_link.h"
#include "engine/net/push_client.h"
#include "engine/net/sender_session.h"

namespace cloudlet {

class PushLine {
public:
    PushLine(const PushPlan& plan, const push::Offer& offer, ByteView head, PushObserver& observer,
             push::ResidueProgress residue);

    // Errors: as pushToServer(); unavailable, for a cut.
    Result<void> run(std::stop_token stop);
    // Whether the error of run() would be the same the next time.
    bool isFinal() const { return m_final; }
    bool wasAccepted() const { return !m_session.empty(); }
    const std::string& session() const { return m_session; }
    const push::ResidueProgress& residue() const { return m_protocol.residue(); }

private:
    Result<void> upgrade(const std::stop_token& stop);
    Result<void> attend(const std::stop_token& stop);
    void read();
    Result<void> heard(ByteView bytes);
    void pump();
    Result<void> layOut(push::PieceRange range);
    void cut(const std::string& what, const beast::error_code& error);
    void end(Result<void> result);

    const PushPlan& m_plan;
    const bool m_wantsResidue;  // and nothing else
    PushObserver& m_observer;
    push::SenderSession m_protocol;
    std::string m_session;
    bool m_final = false;

    std::unique_ptr<ClientLink> m_link;
    std::optional<WebSocket> m_socket;
    beast::flat_buffer m_buffer;
    Bytes m_message;  // that is being written; keeps its memory for the next
    bool m_isWriting = false;
    Result<void> m_result;
    bool m_over = false;
};

}  // namespace cloudlet
