#include "engine/net/push_line.h"

#include "engine/net/http_client.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;

constexpr auto kMoment = 50ms;
constexpr auto kLookAfter = 1s;
constexpr int kMostAtOnce = 16;
constexpr auto kFarewell = 2s;
constexpr auto kUpgradeLimit = 10s;

}  // namespace

PushLine::PushLine(const PushPlan& plan, const push::Offer& offer, ByteView head,
                   PushObserver& observer, push::ResidueProgress residue)
    : m_plan(plan),
      m_wantsResidue(offer.what == push::What::residue),
      m_observer(observer),
      m_protocol(offer, head, "cloudlet " CLOUDLET_VERSION, residue) {}

Result<void> PushLine::run(std::stop_token stop) {
    Result<std::unique_ptr<ClientLink>> link = ClientLink::open(m_plan.server, stop);
    if (!link) {
        m_final = link.error().code != ErrorCode::unavailable;
        return link.error();
    }
    m_link = std::move(link).value();
    TRY(upgrade(stop));
    read();
    pump();
    return attend(stop);
}

Result<void> PushLine::upgrade(const std::stop_token& stop) {
    const Result<std::string> token = tokenOf(m_plan.server, stop);
    if (!token) {
        m_final = true;
        return token.error();
    }
    m_socket.emplace(std::move(m_link->stream()));
    m_socket->set_option(websocket::stream_base::timeout{10s, 15s, true});
    m_socket->read_message_max(push::kMostMessage);
    m_socket->write_buffer_bytes(push::kMostPieceBytes);  // what is masked and sent at once
    m_socket->auto_fragment(false);
    m_socket->binary(true);
    m_socket->set_option(
        websocket::stream_base::decorator([bearer = "Bearer " + *token](auto& request) {
            request.set(http::field::authorization, bearer);
        }));
    bool done = false;
    beast::error_code error;
    websocket::response_type answer;
    m_socket->async_handshake(answer, m_plan.server.address.text(), "/v1/synthesis",
                              [&](beast::error_code failed) {
                                  error = failed;
                                  done = true;
                              });
    TRY(m_link->runUntil(done, kUpgradeLimit, stop, "the answer of"));
    if (!error) return {};
    if (error != websocket::error::upgrade_declined) return m_link->lost("no answer from", error);
    m_final = true;
    return toldError(answer.result_int(), answer.body());
}

Result<void> PushLine::attend(const std::stop_token& stop) {
    using Stage = push::SenderSession::Stage;
    bool cancelled = false;
    auto limit = std::chrono::steady_clock::time_point::max();
    auto looked = std::chrono::steady_clock::now();
    while (!m_over && std::chrono::steady_clock::now() < limit) {
        m_link->context().restart();
        // A few together, but none after a cancel: it must not take what is to be kept there.
        bool more = m_link->context().run_one_for(kMoment) > 0;
        for (int i = 1; more && i < kMostAtOnce && !m_over && !stop.stop_requested(); ++i) {
            more = m_link->context().poll_one() > 0;
        }
        if (const auto now = std::chrono::steady_clock::now(); now > looked + kLookAfter) {
            looked = now;
            if (m_link->hasLostItsAddress()) {
                cut("the line broke to", asio::error::network_reset);
                continue;
            }
        }
        if (stop.stop_requested() && !cancelled) {
            cancelled = true;
            // A residue that is not wanted now must not come to its end: it would be forgotten
            // there.
            const bool owed = m_protocol.residue().isOwed();
            limit = std::chrono::steady_clock::now() + (owed ? 0s : kFarewell);
        }
        if (m_protocol.stage() != Stage::accepted) continue;
        if (const auto then = cancelled ? push::Then::end : m_observer.wanted()) {
            m_protocol.finish(*then);
            pump();
        }
    }
    if (!cancelled) return m_result;
    m_final = true;
    return Error{ErrorCode::cancelled, "cancelled"};
}

void PushLine::end(Result<void> result) {
    if (m_over) return;
    m_over = true;
    m_result = std::move(result);
    if (!m_result || !m_protocol.residue().isOwed()) return;
    m_final = true;  // its VM has ended
    m_result = Error{ErrorCode::unavailable,
                     "the cloudlet has ended the VM without sending all of its residue"};
}

// After finish the server may be gone before it has said so (N18), but the residue is waited for.
void PushLine::cut(const std::string& what, const beast::error_code& error) {
    const bool finishing = m_protocol.stage() == push::SenderSession::Stage::finishing;
    if (finishing && !m_protocol.residue().isOwed()) return end({});
    end(m_link->lost(what, error));
}

void PushLine::read() {
    m_socket->async_read(m_buffer, [this](beast::error_code error, std::size_t) {
        if (error) return cut("the line broke to", error);
        if (const Result<void> done = heard(viewOf(m_buffer)); !done) {
            m_final = true;
            return end(done);
        }
        m_buffer.consume(m_buffer.size());
        pump();
        if (!m_over) read();
    });
}

Result<void> PushLine::heard(ByteView bytes) {
    const push::Message message = TRY(m_protocol.receive(bytes));
    if (const auto* accept = std::get_if<push::Accept>(&message)) {
        m_session = accept->session;
        m_observer.accepted(*accept);
        if (m_wantsResidue) m_protocol.finish(push::Then::residue);
    } else if (const auto* reject = std::get_if<push::Reject>(&message)) {
        return reject->error;
    } else if (const auto* state = std::get_if<push::State>(&message)) {
        m_observer.state(*state);
        if (state->phase == push::Phase::failed) {
            return state->error.value_or(Error{ErrorCode::failed, "the session failed"});
        }
        if (state->phase == push::Phase::ended) end({});
    } else if (const auto* statistics = std::get_if<push::Statistics>(&message)) {
        m_observer.statistics(*statistics);
    } else if (const auto* residue = std::get_if<push::Residue>(&message)) {
        return m_observer.residue(*residue);
    } else if (std::holds_alternative<push::Bye>(message)) {
        end({});
    }
    return {};
}

void PushLine::pump() {
    if (m_over || m_isWriting) return;
    if (auto message = m_protocol.nextMessage()) {
        m_message = *std::move(message);
    } else if (const auto range = m_protocol.nextPieces()) {
        if (const Result<void> done = layOut(*range); !done) {
            m_final = true;
            return end(done);
        }
    } else {
        return;
    }
    m_isWriting = true;
    m_socket->async_write(asio::buffer(m_message), [this](beast::error_code error, std::size_t) {
        m_isWriting = false;
        if (error) return cut("the line broke to", error);
        pump();
    });
}

// Read to where they are sent from.
Result<void> PushLine::layOut(push::PieceRange range) {
    const std::uint64_t size = TRY(m_plan.source->size());
    const std::uint64_t offset = std::uint64_t{range.first} * push::kPieceSize;
    const std::uint64_t end = std::min(size, range.end() * push::kPieceSize);
    return m_plan.source->read(push::layOutPieces(m_message, range.first, end - offset), offset);
}

}  // namespace cloudlet
