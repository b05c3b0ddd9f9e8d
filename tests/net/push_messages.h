// One message of each type, in their order. Views point into static bytes.
#pragma once

#include <vector>

#include "engine/net/message.h"

namespace cloudlet::test {

inline std::vector<push::Message> oneOfEach() {
    using namespace push;
    static const Bytes head(100, std::byte{0x11});
    static const Bytes pieces(kPieceSize + 5, std::byte{0x22});
    static const Bytes residue(10, std::byte{0x33});
    Offer offer;
    offer.id.bytes[3] = std::byte{9};
    offer.size = std::uint64_t{5} << 30;
    offer.start = push::Start::complete;
    offer.forwards = {{PortForward::Protocol::tcp, 0, 80}, {PortForward::Protocol::udp, 53, 53}};
    offer.session = "0123abcd";
    State state;
    state.phase = Phase::failed;
    state.forwards = {{PortForward::Protocol::tcp, 40001, 80}};
    state.error = Error{ErrorCode::timedOut, "it \x1b[2J broke"};
    return {Hello{kVersion, "tst"},
            offer,
            Head{head},
            Accept{"0123abcd", 99},
            Reject{{ErrorCode::incompatible, "another CPU"}},
            Want{Urgency::guestWaits, {7, 3}},
            Pieces{7, pieces},
            state,
            Statistics{1, 2, 3, 4, 5},
            Finish{Then::residue, 0},
            Residue{7, 17, residue},
            Bye{},
            Taken{},
            Again{{7, 3}}};
}

// The same as bytes, by name.
namespace messages {

enum Type : std::size_t {
    hello,
    offer,
    head,
    accept,
    reject,
    want,
    pieces,
    state,
    statistics,
    finish,
    residue,
    bye,
    taken,
    again
};

inline Bytes message(std::size_t type) {
    return toBytes(oneOfEach()[type]);
}

}  // namespace messages

}  // namespace cloudlet::test
