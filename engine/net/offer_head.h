// The first bytes of an overlay that is offered, before any of the rest is there. Any thread.
#pragma once

#include <stop_token>

#include "engine/net/message.h"
#include "engine/overlay/chunk_source.h"
#include "engine/overlay/manifest.h"

namespace cloudlet {

// Errors: corrupt, if they are not header and manifest of the file that is offered; unsupported.
Result<Manifest> manifestOf(const push::Offer& offer, ByteView head);

// What a client sends of its overlay: the offer's id and size, and the head.
struct OfferedOverlay {
    Hash id;
    std::uint64_t size = 0;
    Bytes head;
};
// Errors: as OverlayReader::open, for header and manifest.
Result<OfferedOverlay> readOffered(ChunkSource& source);

// SHA-256 of all of it: the id of a base's package. Errors: the source's; cancelled.
Result<Hash> hashOfSource(ChunkSource& source, const std::stop_token& stop);

}  // namespace cloudlet
