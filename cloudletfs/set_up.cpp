#include "cloudletfs/set_up.h"

#include <poll.h>

#include <algorithm>

#include "engine/mount/chunk_bits.h"

namespace cloudlet {

namespace {

using namespace mountChannel;

// Takes one message in; true with the last one.
Result<bool> take(const Message& message, std::optional<MountSetUp>& setUp) {
    const Error unexpected{ErrorCode::corrupt, "the engine says the wrong thing first"};
    if (const auto* values = std::get_if<SetUp>(&message.body)) {
        if (setUp) return unexpected;
        if (values->version != kVersion) {
            return Error{ErrorCode::incompatible,
                         "cloudletfs is of another version than this program: install both anew"};
        }
        setUp = {*values, ChunkSet(values->diskChunks), ChunkSet(values->memoryChunks), 0};
        return false;
    }
    if (!setUp) return unexpected;
    if (const auto* bits = std::get_if<Bits>(&message.body)) {
        if (bits->set != BitSet::pending) return unexpected;
        const bool isDisk = bits->image == ImageKind::disk;
        TRY(addChunks(isDisk ? setUp->pendingDisk : setUp->pendingMemory, *bits));
        return false;
    }
    if (!std::holds_alternative<Start>(message.body)) return unexpected;
    setUp->tag = message.tag;
    return true;
}

}  // namespace

Result<MountSetUp> receiveSetUp(const PacketSocket& socket, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    Bytes buffer(kMostPacket);
    std::optional<MountSetUp> setUp;
    while (true) {
        const std::optional<ByteView> packet = TRY(socket.tryReceive(buffer));
        if (packet) {
            const Message message = TRY(parsePacket(*packet));
            if (TRY(take(message, setUp))) return std::move(*setUp);
            continue;
        }
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return Error{ErrorCode::timedOut, "the engine does not say what to mount"};
        }
        pollfd wait{socket.fd(), POLLIN, 0};
        ::poll(&wait, 1, static_cast<int>(left.count()));
    }
}

}  // namespace cloudlet
