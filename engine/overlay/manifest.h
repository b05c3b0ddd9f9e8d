// What an overlay says about itself (FORMAT.md, "Manifest"). Plain values. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/image/base_vm.h"
#include "engine/image/chunk.h"
#include "engine/image/machine_spec.h"
#include "engine/image/port_forward.h"

namespace cloudlet {

// A base as an overlay knows it.
struct OverlayBase {
    BaseId id;
    std::string name;  // for people; may be empty
    Hash diskHash;     // hashImage
    Hash memoryHash;   // hashImage
    Hash stateHash;    // plain SHA-256; null: no device state
    std::uint64_t diskSize = 0;
    std::uint64_t memorySize = 0;
    std::uint64_t stateSize = 0;

    bool operator==(const OverlayBase&) const = default;
    std::uint64_t sizeOf(ImageKind image) const {
        return image == ImageKind::disk ? diskSize : memorySize;
    }
};

// Of what an overlay of one image is made, in chunks.
struct Composition {
    std::uint64_t zero = 0;
    std::uint64_t fromBaseDisk = 0;
    std::uint64_t fromBaseMemory = 0;
    std::uint64_t repeats = 0;  // equal to another chunk of the overlay
    std::uint64_t delta = 0;
    std::uint64_t raw = 0;
    std::uint64_t storedBytes = 0;

    bool operator==(const Composition&) const = default;
    std::uint64_t changed() const {
        return zero + fromBaseDisk + fromBaseMemory + repeats + delta + raw;
    }
};

struct OverlayState {
    std::uint64_t size = 0;
    Hash hash;  // SHA-256
    std::uint64_t storedBytes = 0;
    bool operator==(const OverlayState&) const = default;
};

// The segments with what a VM touches first after it resumes: one after the other in the file.
struct StartSet {
    std::uint64_t firstSegment = 0;
    std::uint64_t segments = 0;
    std::uint64_t chunks = 0;  // with content of their own in these segments
    std::uint64_t storedBytes = 0;

    bool operator==(const StartSet&) const = default;
    bool holds(std::uint64_t segment) const {
        return segment >= firstSegment && segment - firstSegment < segments;
    }
};

struct Manifest {
    OverlayBase base;
    std::optional<MachineSpec> machine;
    std::uint64_t diskSize = 0;
    std::uint64_t memorySize = 0;
    std::optional<OverlayState> state;
    std::optional<StartSet> startSet;
    std::optional<Hash> parent;  // id of the overlay whose VM this one was made of
    std::vector<PortForward> ports;
    std::string title;
    std::string notes;
    std::int64_t created = 0;                // seconds since 1970, UTC
    std::string profile;                     // the encoder's, for who encodes again
    std::string creator;                     // program and version
    std::array<Composition, 2> composition;  // by ImageKind
    Bytes preview;                           // PNG; empty: none
    Hash tableHash;

    bool operator==(const Manifest&) const = default;
    std::uint64_t sizeOf(ImageKind image) const {
        return image == ImageKind::disk ? diskSize : memorySize;
    }
    Composition& of(ImageKind image) { return composition[static_cast<std::size_t>(image)]; }
    const Composition& of(ImageKind image) const {
        return composition[static_cast<std::size_t>(image)];
    }

    // Ranges and character sets of every field. Errors: corrupt, naming the field.
    Result<void> validate() const;
    std::string serialize() const;
    // Validated. Errors: corrupt; unsupported (requires something unknown).
    static Result<Manifest> parse(std::string_view text);
};

}  // namespace cloudlet
