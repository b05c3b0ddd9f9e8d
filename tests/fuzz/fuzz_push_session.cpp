// A whole conversation of a push, either side: the first byte says which, then follow messages,
// each behind two bytes that say how long it is.
#include <cstddef>
#include <cstdint>

#include "engine/base/check.h"
#include "engine/net/receiver_session.h"
#include "engine/net/sender_session.h"
#include "engine/net/transfer.h"

namespace {

using namespace cloudlet;
using namespace cloudlet::push;

constexpr std::uint64_t kMostSize = 64 << 20;  // a server's quota comes before its bookkeeping

template <typename Hear>
void converse(ByteReader& in, const Hear& hear) {
    while (in.remaining() > 0) {
        const std::uint16_t size = in.u16();
        if (!hear(in.take(std::min<std::size_t>(size, in.remaining())))) return;
    }
}

void serve(ByteReader& in) {
    Time now{std::chrono::hours(1)};
    ReceiverSession session(now);
    std::optional<Transfer> transfer;
    converse(in, [&](ByteView bytes) {
        now += std::chrono::milliseconds(bytes.size());
        const Result<Message> message = session.receive(bytes);
        if (!message) return false;
        if (session.stage() == ReceiverSession::Stage::deciding) {
            if (session.offer().what == What::residue) return false;  // no pieces then
            if (session.offer().size > kMostSize) return false;
            transfer.emplace(session.offer().size);
            session.accept();
        }
        if (const Pieces* pieces = std::get_if<Pieces>(&*message)) {
            const auto fresh = transfer->fresh(*pieces);
            if (!fresh) return false;
            for (const PieceRange& range : *fresh) {
                CHECK(!transfer->has(range));
                transfer->arrived(range, now);
                CHECK(transfer->has(range));
            }
        }
        if (!transfer) return true;
        while (const auto want = transfer->nextWant(now)) {
            CHECK(want->range.end() <= pieceCount(transfer->size()));
        }
        CHECK(transfer->arrivedBytes() <= transfer->size());
        return true;
    });
}

void send(ByteReader& in) {
    Offer offer;
    offer.size = 100 * kPieceSize + 1;
    SenderSession session(offer, Bytes(100), "fuzz");
    std::uint64_t sent = 0;
    converse(in, [&](ByteView bytes) {
        if (!session.receive(bytes)) return false;
        if (session.stage() == SenderSession::Stage::accepted && bytes.size() % 5 == 0) {
            session.finish(bytes.size() % 2 == 0 ? Then::end : Then::residue);
        }
        while (session.nextMessage()) continue;
        while (const auto pieces = session.nextPieces()) sent += pieces->count;
        CHECK(sent <= 101);
        const ResidueProgress& residue = session.residue();
        CHECK(residue.bytes <= residue.size.value_or(0));
        return true;
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteReader in(std::as_bytes(std::span(data, size)));
    if (in.u8() % 2 == 0) {
        serve(in);
    } else {
        send(in);
    }
    return 0;
}
