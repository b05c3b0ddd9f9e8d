// What the engine says before a mount exists. Blocks, with a limit; used by one thread.
#pragma once

#include "engine/image/chunk_set.h"
#include "engine/mount/packet_socket.h"

namespace cloudlet {

struct MountSetUp {
    mountChannel::SetUp values;
    ChunkSet pendingDisk;
    ChunkSet pendingMemory;
    std::uint32_t tag = 0;  // of the start message, which is to be answered
};

// Errors: corrupt, incompatible (another version), unavailable (the engine has gone), timedOut.
Result<MountSetUp> receiveSetUp(const PacketSocket& socket, std::chrono::milliseconds limit);

}  // namespace cloudlet
