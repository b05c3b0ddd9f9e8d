#include "engine/net/message.h"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/base/format.h"
#include "engine/base/json.h"
#include "engine/image/forward_list.h"

namespace cloudlet::push {

namespace {

constexpr std::size_t kMostText = 4096;
constexpr std::size_t kMostName = 100;
constexpr std::uint64_t kAnyNumber = std::numeric_limits<std::uint64_t>::max();

constexpr std::array kWhats{"overlay", "base", "residue"};
constexpr std::array kStarts{"early", "complete"};
constexpr std::array kPhases{"receiving", "starting", "running", "complete", "ended", "failed"};
constexpr std::array kThens{"end", "keep", "residue"};

Error broken(const std::string& what) {
    return {ErrorCode::corrupt, "the peer's message is broken: " + what};
}

// The place of a field's text in `names`, as the enum of that order.
template <typename Enum, std::size_t count>
Result<Enum> choice(const json::Object& object, std::string_view key,
                    const std::array<const char*, count>& names) {
    const std::string text = TRY(json::string(object, key));
    for (std::size_t i = 0; i < count; ++i) {
        if (text == names[i]) return static_cast<Enum>(i);
    }
    return broken("\"" + std::string(key) + "\" has no such value");
}

template <typename Enum, std::size_t count>
const char* nameOf(Enum value, const std::array<const char*, count>& names) {
    return names[static_cast<std::size_t>(value)];
}

Result<std::string> text(const json::Object& object, std::string_view key, std::size_t most) {
    std::string value = TRY(json::string(object, key));
    if (value.size() > most) return broken("\"" + std::string(key) + "\" is too long");
    return value;
}

void putError(json::Object& object, const Error& error) {
    object["code"] = cloudlet::toString(error.code);
    object["message"] = escapeForTerminal(error.message, kMostText / 2);
}

Result<Reject> rejectOf(const json::Object& object) {
    const std::string code = TRY(text(object, "code", kMostName));
    const std::string message = TRY(text(object, "message", kMostText));
    return Reject{{errorCodeOf(code), escapeForTerminal(message, kMostText)}};
}

// The body of a message whose body is an object.
json::Object toJson(const Hello& hello) {
    return {{"version", hello.version}, {"program", hello.program}};
}
json::Object toJson(const Offer& offer) {
    return {{"what", nameOf(offer.what, kWhats)},
            {"id", offer.id.hex()},
            {"size", offer.size},
            {"start", nameOf(offer.start, kStarts)},
            {"forwards", toJson(offer.forwards)},
            {"session", offer.session}};
}
json::Object toJson(const Accept& accept) {
    return {{"session", accept.session}, {"received", accept.receivedBytes}};
}
json::Object toJson(const Reject& reject) {
    json::Object object;
    putError(object, reject.error);
    return object;
}
json::Object toJson(const State& state) {
    json::Object object{{"phase", toString(state.phase)}, {"forwards", toJson(state.forwards)}};
    if (state.error) putError(object, *state.error);
    return object;
}
json::Object toJson(const Statistics& statistics) {
    return {{"receivedBytes", statistics.receivedBytes},
            {"totalBytes", statistics.totalBytes},
            {"windowBytes", statistics.windowBytes},
            {"demandedSegments", statistics.demandedSegments},
            {"waits", statistics.waits}};
}
json::Object toJson(const Finish& finish) {
    return {{"then", nameOf(finish.then, kThens)}, {"from", finish.from}};
}

template <typename T>
void write(ByteWriter& out, const T& message) {
    out.append(asBytes(json::serialize(toJson(message))));
}
void write(ByteWriter& out, const Head& head) {
    out.append(head.bytes);
}
void write(ByteWriter& out, const Want& want) {
    out.u8(static_cast<std::uint8_t>(want.urgency));
    out.u32(want.range.first);
    out.u32(want.range.count);
}
void write(ByteWriter& out, const Pieces& pieces) {
    out.u32(pieces.first);
    out.append(pieces.bytes);
}
void write(ByteWriter& out, const Residue& residue) {
    out.u64(residue.offset);
    out.u64(residue.size);
    out.append(residue.bytes);
}
void write(ByteWriter&, const Bye&) {}
void write(ByteWriter&, const Taken&) {}
void write(ByteWriter& out, const Again& again) {
    out.u32(again.range.first);
    out.u32(again.range.count);
}

Result<Message> parseHello(const json::Object& object) {
    return Message(Hello{static_cast<std::uint32_t>(TRY(json::number(
                             object, "version", std::numeric_limits<std::uint32_t>::max()))),
                         TRY(text(object, "program", kMostName))});
}

Result<Message> parseOffer(const json::Object& object) {
    Offer offer;
    offer.what = TRY(choice<What>(object, "what", kWhats));
    offer.id = TRY(json::hash(object, "id"));
    offer.size = TRY(json::number(object, "size", kMostFileBytes));
    offer.start = TRY(choice<Start>(object, "start", kStarts));
    offer.forwards = TRY(forwardsIn(object, "forwards"));
    offer.session = TRY(text(object, "session", kMostName));
    const bool ofSession = offer.what == What::residue;
    if (offer.size == 0 && !ofSession) return broken("an empty file is offered");
    if (offer.session.empty() && ofSession) return broken("the residue of no session");
    return Message(offer);
}

Result<Message> parseState(const json::Object& object) {
    State state;
    state.phase = TRY(choice<Phase>(object, "phase", kPhases));
    state.forwards = TRY(forwardsIn(object, "forwards"));
    if (object.contains("code")) state.error = TRY(rejectOf(object)).error;
    return Message(state);
}

Result<Message> parseStatistics(const json::Object& object) {
    return Message(Statistics{TRY(json::number(object, "receivedBytes", kAnyNumber)),
                              TRY(json::number(object, "totalBytes", kAnyNumber)),
                              TRY(json::number(object, "windowBytes", kAnyNumber)),
                              TRY(json::number(object, "demandedSegments", kAnyNumber)),
                              TRY(json::number(object, "waits", kAnyNumber))});
}

Result<Message> parseFinish(const json::Object& object) {
    Finish finish{TRY(choice<Then>(object, "then", kThens)), 0};
    if (object.contains("from")) finish.from = TRY(json::number(object, "from", kMostFileBytes));
    return Message(finish);
}

Result<Message> parseWant(ByteReader& in) {
    Want want;
    const std::uint8_t urgency = in.u8();
    want.range.first = in.u32();
    want.range.count = in.u32();
    if (!in.atEnd() || urgency > static_cast<std::uint8_t>(Urgency::ahead) ||
        want.range.count == 0) {
        return broken("a want that is none");
    }
    want.urgency = static_cast<Urgency>(urgency);
    return Message(want);
}

Result<Message> parseAgain(ByteReader& in) {
    Again again;
    again.range.first = in.u32();
    again.range.count = in.u32();
    if (!in.atEnd() || again.range.count == 0) return broken("an again of nothing");
    return Message(again);
}

Result<Message> parsePieces(ByteReader& in) {
    Pieces pieces;
    pieces.first = in.u32();
    if (!in.ok() || in.remaining() == 0 || in.remaining() > kMostPieceBytes) {
        return broken("none or too many pieces");
    }
    pieces.bytes = in.take(in.remaining());
    return Message(pieces);
}

Result<Message> parseResidue(ByteReader& in) {
    Residue residue;
    residue.offset = in.u64();
    residue.size = in.u64();
    residue.bytes = in.take(in.remaining());
    if (!in.ok() || residue.size > kMostFileBytes || residue.bytes.size() > kMostPieceBytes ||
        residue.offset > residue.size || residue.bytes.size() > residue.size - residue.offset) {
        return broken("a part of a residue that does not fit");
    }
    return Message(residue);
}

Result<Message> parseAccept(const json::Object& object) {
    Accept accept;
    accept.session = TRY(text(object, "session", kMostName));
    accept.receivedBytes = TRY(json::number(object, "received", kMostFileBytes));
    return Message(accept);
}

Result<Message> parseObject(std::uint8_t type, ByteView body) {
    if (body.size() > kMostJsonBytes) return broken("it is too long");
    const json::Object object = TRY(json::parseObject(asText(body), "the peer's message"));
    switch (type) {
        case 1:
            return parseHello(object);
        case 2:
            return parseOffer(object);
        case 4:
            return parseAccept(object);
        case 5:
            return Message(TRY(rejectOf(object)));
        case 8:
            return parseState(object);
        case 9:
            return parseStatistics(object);
        default:
            return parseFinish(object);
    }
}

}  // namespace

const char* toString(Phase phase) {
    return nameOf(phase, kPhases);
}

ErrorCode errorCodeOf(std::string_view name) {
    for (int code = 0; code <= static_cast<int>(ErrorCode::cancelled); ++code) {
        if (name == cloudlet::toString(static_cast<ErrorCode>(code))) {
            return static_cast<ErrorCode>(code);
        }
    }
    return ErrorCode::failed;
}

Bytes toBytes(const Message& message) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(message.index() + 1));
    std::visit([&out](const auto& body) { write(out, body); }, message);
    return out.take();
}

std::span<std::byte> layOutPieces(Bytes& message, std::uint32_t first, std::size_t size) {
    const Bytes beginning = toBytes(Pieces{first, {}});
    message.resize(beginning.size() + size);
    std::copy(beginning.begin(), beginning.end(), message.begin());
    return std::span(message).subspan(beginning.size());
}

Result<Message> parse(ByteView bytes) {
    if (bytes.size() > kMostMessage) return broken("it is too long");
    ByteReader in(bytes);
    const std::uint8_t type = in.u8();
    if (!in.ok()) return broken("it is empty");
    const ByteView body = bytes.subspan(1);
    switch (type) {
        case 3:
            if (body.empty()) return broken("an empty head");
            return Message(Head{body});
        case 6:
            return parseWant(in);
        case 7:
            return parsePieces(in);
        case 11:
            return parseResidue(in);
        case 12:
            if (!body.empty()) return broken("a bye says nothing else");
            return Message(Bye{});
        case 13:
            if (!body.empty()) return broken("a taken says nothing else");
            return Message(Taken{});
        case 14:
            return parseAgain(in);
        default:
            if (type == 0 || type > std::variant_size_v<Message>) return broken("no such type");
            return parseObject(type, body);
    }
}

}  // namespace cloudlet::push
