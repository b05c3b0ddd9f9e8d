#include "engine/net/sender_session.h"

#include <fmt/format.h>

#include <algorithm>

namespace cloudlet::push {

namespace {

// What is urgent waits behind one message, and behind as much again in the kernel.
constexpr std::size_t kPiecesAtOnce = 4;

}  // namespace

SenderSession::SenderSession(const Offer& offer, ByteView head, const std::string& program,
                             ResidueProgress residue)
    : m_sent(pieceCount(offer.size)), m_residue(residue) {
    m_messages.push_back(toBytes(Hello{kVersion, program}));
    m_messages.push_back(toBytes(offer));
    if (offer.what == What::overlay) m_messages.push_back(toBytes(Head{head}));
}

bool SenderSession::mayCome(const Message& message) const {
    const auto isAny = [&message]<typename... Types>(std::variant<Types...>*) {
        return (std::holds_alternative<Types>(message) || ...);
    };
    switch (m_stage) {
        case Stage::offered:
            // A server of another version may not even greet.
            return isAny(static_cast<std::variant<Hello, Reject>*>(nullptr));
        case Stage::greeted:
            return isAny(static_cast<std::variant<Accept, Reject>*>(nullptr));
        case Stage::accepted:
            return isAny(
                static_cast<std::variant<Want, Again, State, Statistics, Reject, Bye>*>(nullptr));
        case Stage::finishing:
            return isAny(
                static_cast<std::variant<Want, Again, State, Statistics, Reject, Residue, Bye>*>(
                    nullptr));
        case Stage::closed:
            return false;
    }
    return false;
}

Result<Message> SenderSession::receive(ByteView bytes) {
    Message message = TRY(parse(bytes));
    if (!mayCome(message)) {
        return Error{ErrorCode::corrupt,
                     fmt::format("the server sends a message of type {} where none may come",
                                 message.index() + 1)};
    }
    if (const Hello* hello = std::get_if<Hello>(&message)) {
        if (hello->version != kVersion) {
            return Error{ErrorCode::unsupported,
                         fmt::format("the server speaks version {} of the push protocol, this "
                                     "program version {}: update the older one",
                                     hello->version, kVersion)};
        }
        m_stage = Stage::greeted;
    } else if (std::holds_alternative<Accept>(message)) {
        m_stage = Stage::accepted;
    } else if (const Want* want = std::get_if<Want>(&message)) {
        TRY(add(*want));
    } else if (const Again* again = std::get_if<Again>(&message)) {
        TRY(add(*again));
    } else if (const Residue* part = std::get_if<Residue>(&message)) {
        TRY(add(*part));
    } else if (std::holds_alternative<Reject>(message) || std::holds_alternative<Bye>(message)) {
        m_stage = Stage::closed;
    }
    return message;
}

Result<void> SenderSession::add(const Want& want) {
    auto& wants = m_wants[static_cast<std::size_t>(want.urgency)];
    if (want.range.end() > m_sent.chunks() || wants.size() >= kMostWants) {
        return Error{ErrorCode::corrupt, "the server wants more than the file has"};
    }
    wants.push_back(want.range);
    return {};
}

Result<void> SenderSession::add(const Again& again) {
    if (again.range.end() > m_sent.chunks()) {
        return Error{ErrorCode::corrupt, "the server doubts more than the file has"};
    }
    for (std::uint64_t piece = again.range.first; piece < again.range.end(); ++piece) {
        m_sent.erase(piece);
    }
    return {};
}

// In order and without gaps: what is written of it is a whole file, or none.
Result<void> SenderSession::add(const Residue& part) {
    const bool fits = m_residue.wanted && part.offset == m_residue.bytes && !part.bytes.empty() &&
                      part.size == m_residue.size.value_or(part.size);
    if (!fits) {
        return Error{ErrorCode::corrupt,
                     "the server sends a residue that is not what was asked for"};
    }
    m_residue.size = part.size;
    m_residue.bytes += part.bytes.size();
    if (!m_residue.isOwed()) m_messages.push_back(toBytes(Taken{}));
    return {};
}

void SenderSession::finish(Then then) {
    CHECK(m_stage == Stage::accepted);
    m_residue.wanted = then == Then::residue;
    m_stage = Stage::finishing;
    m_messages.push_back(toBytes(Finish{then, m_residue.bytes}));
}

std::optional<Bytes> SenderSession::nextMessage() {
    if (m_messages.empty()) return std::nullopt;
    Bytes message = std::move(m_messages.front());
    m_messages.pop_front();
    return message;
}

std::optional<PieceRange> SenderSession::nextPieces() {
    for (auto& wants : m_wants) {
        while (!wants.empty()) {
            PieceRange& range = wants.front();
            std::uint32_t first = range.first;
            while (first < range.end() && m_sent.contains(first)) ++first;
            std::uint32_t end = first;
            while (end < range.end() && end - first < kPiecesAtOnce && m_sent.insert(end)) ++end;
            range = {end, static_cast<std::uint32_t>(range.end() - end)};
            if (range.count == 0) wants.pop_front();
            if (end > first) return PieceRange{first, end - first};
        }
    }
    return std::nullopt;
}

}  // namespace cloudlet::push
