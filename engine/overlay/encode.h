// Makes an overlay of a customised VM, or of any two image files, against a base: compare, plan,
// compress in parallel, write. Memory: below 192 MiB, whatever the size of the images and the
// number of cores: first up to 60 MiB to find what is equal or alike, then what packing takes
// (profile.h); 12 to 45 bytes for each changed chunk beside. While it compares, some 20 MiB of
// base and image each are mapped beside.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/image/chunk_set.h"
#include "engine/overlay/base_images.h"
#include "engine/overlay/manifest.h"
#include "engine/overlay/plan.h"
#include "engine/overlay/profile.h"

namespace cloudlet {

struct EncodeInput {
    const BaseImages& base;
    const File& disk;  // any size; must not change meanwhile
    const File& memory;
    std::optional<ByteView> state = {};  // device state

    // What the manifest says for people and for the hypervisor.
    std::string title = {};
    std::string notes = {};
    std::vector<PortForward> ports = {};
    std::optional<Hash> parent = {};
    std::optional<MachineSpec> machine = {};
    Bytes preview = {};        // PNG, or empty
    std::int64_t created = 0;  // seconds since 1970, UTC

    // Chunks that may differ from the base; the others are not even read. nullptr: unknown.
    const ChunkSet* diskMayDiffer = nullptr;
    const ChunkSet* memoryMayDiffer = nullptr;
};

// Program and version, as manifests name them.
inline constexpr const char* kOverlayCreator = "Cloudlet Studio " CLOUDLET_VERSION;

struct EncodeOptions {
    std::optional<Profile> profile = {};  // none: balanced
    std::optional<Codec> codec = {};      // one that compresses, instead of the profile's
    // Chunks of the customised VM in the order in which it touches them first. Those that the
    // overlay holds lead it; the others are passed over.
    std::vector<ChunkRef> startSet = {};
};

struct OverlaySummary {
    Hash id;
    std::uint64_t fileBytes = 0;
    std::size_t segments = 0;
    Manifest manifest;
};

// Puts the overlay at `out`, whole or not at all; needs up to twice its size beside it meanwhile.
// The same input gives the same bytes. REQUIRES: base opened for encoding.
// Errors: invalid (what the manifest may not say), unsupported (more changes than a file holds),
// noSpace, cancelled, I/O.
Result<OverlaySummary> encodeOverlay(const EncodeInput& input, const EncodeOptions& options,
                                     const fs::path& out, Progress& progress, std::stop_token stop);

// The first half of it: compares every chunk that may differ, compresses nothing.
Result<OverlayPlan> planOverlay(const EncodeInput& input, std::span<const ChunkRef> startSet,
                                Progress& progress, std::stop_token stop);

}  // namespace cloudlet
