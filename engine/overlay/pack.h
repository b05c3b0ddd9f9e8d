// The encoder's second pass: turns planned segments into stored bytes and records. Any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/overlay/base_images.h"
#include "engine/overlay/plan.h"
#include "engine/overlay/profile.h"

namespace cloudlet {

// One segment to be made. Small: the bytes are read by whoever packs it.
struct PackItem {
    enum class Kind : std::uint8_t { state, copies, data };
    Kind kind = Kind::data;
    ImageKind image = ImageKind::disk;  // copies
    std::uint32_t number = 0;           // of state pieces, of data segments, first of copies
};

struct PackedSegment {
    Segment segment;  // stored.offset is not set
    Bytes stored;
};

struct PackSources {
    const BaseImages& base;
    const File& disk;
    const File& memory;
    ByteView state;
    const OverlayPlan& plan;
    Compression compression;
};

// Every segment of the overlay in the order of the file: state, copies, memory, disk.
std::vector<PackItem> packItems(const PackSources& sources);

// Memory: the segment, its prefix and its frame, some 4 MiB, beside the compressor's own.
Result<PackedSegment> pack(const PackItem& item, const PackSources& sources);

}  // namespace cloudlet
