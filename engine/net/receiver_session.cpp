#include "engine/net/receiver_session.h"

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/format.h"

namespace cloudlet::push {

namespace {

using Stage = ReceiverSession::Stage;

// Whether a message of this kind may come in this stage.
bool mayCome(const Message& message, Stage stage, bool residueWanted) {
    switch (stage) {
        case Stage::greeting:
            return std::holds_alternative<Hello>(message);
        case Stage::greeted:
            return std::holds_alternative<Offer>(message);
        case Stage::offered:
            return std::holds_alternative<Head>(message);
        case Stage::receiving:
            return std::holds_alternative<Pieces>(message) ||
                   std::holds_alternative<Finish>(message);
        case Stage::finishing:
            return std::holds_alternative<Pieces>(message) ||
                   (residueWanted && std::holds_alternative<Taken>(message));
        case Stage::deciding:
        case Stage::closed:
            return false;
    }
    return false;
}

}  // namespace

const char* toString(Stage stage) {
    switch (stage) {
        case Stage::greeting:
            return "greeting";
        case Stage::greeted:
            return "greeted";
        case Stage::offered:
            return "offered";
        case Stage::deciding:
            return "deciding";
        case Stage::receiving:
            return "receiving";
        case Stage::finishing:
            return "finishing";
        case Stage::closed:
            return "closed";
    }
    return "unknown";
}

Result<Message> ReceiverSession::receive(ByteView bytes) {
    Message message = TRY(parse(bytes));
    if (!mayCome(message, m_stage, m_residueWanted)) {
        return Error{ErrorCode::corrupt,
                     fmt::format("the peer sends a message of type {} while the push is {}",
                                 message.index() + 1, toString(m_stage))};
    }
    if (const Hello* hello = std::get_if<Hello>(&message)) {
        if (hello->version != kVersion) {
            return Error{ErrorCode::unsupported,
                         fmt::format("the client ({}) speaks version {} of the push protocol, this "
                                     "server version {}: update the older one",
                                     escapeForTerminal(hello->program), hello->version, kVersion)};
        }
        m_stage = Stage::greeted;
    } else if (const Offer* offer = std::get_if<Offer>(&message)) {
        m_offer = *offer;
        m_stage = offer->what == What::overlay ? Stage::offered : Stage::deciding;
    } else if (std::holds_alternative<Head>(message)) {
        m_stage = Stage::deciding;
    } else if (const Finish* finish = std::get_if<Finish>(&message)) {
        m_residueWanted = finish->then == Then::residue;
        m_stage = Stage::finishing;
    }
    return message;
}

void ReceiverSession::accept() {
    CHECK(m_stage == Stage::deciding);
    m_stage = Stage::receiving;
}

std::optional<Error> ReceiverSession::overdue(Time now, std::optional<Time> waitingSince) const {
    if (m_stage < Stage::deciding && now - m_began > kGreetingLimit) {
        return Error{ErrorCode::timedOut,
                     fmt::format("the client has not said within {} s what it wants",
                                 kGreetingLimit.count())};
    }
    if (waitingSince && now - *waitingSince > kStallLimit) {
        return Error{ErrorCode::timedOut,
                     fmt::format("the client has sent nothing for {} s", kStallLimit.count())};
    }
    return std::nullopt;
}

}  // namespace cloudlet::push
