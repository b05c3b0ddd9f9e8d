// A base VM as plain values: the immutable thing that overlays are made against.
//
// On disk a base VM is one folder of read-only files:
//
//   base.json    what is below, as text; its SHA-256 is the base id
//   disk.raw     raw disk image, sparse
//   memory.raw   guest RAM, sparse
//   state.bin    device state: a plain QEMU migration stream without RAM pages
//   chunks.idx   index of the chunks of disk and memory (see chunk_index.h); can be rebuilt
//   preview.png  picture of the console (optional; not covered by the id)
//
// base.json ties disk, memory and state together by hash: one that does not match the others is
// never resumed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/image/chunk.h"
#include "engine/image/machine_spec.h"

namespace cloudlet {

struct BaseId {
    Hash hash;
    auto operator<=>(const BaseId&) const = default;
    std::string hex() const { return hash.hex(); }
    std::string shortHex() const { return hash.hex().substr(0, 12); }
};

struct BaseVm {
    std::string name;  // for people: 1 to 100 bytes of one line
    MachineSpec machine;
    std::uint64_t diskSize = 0;    // bytes, multiple of kChunkSize
    std::uint64_t memorySize = 0;  // bytes, equals machine.memoryBytes
    std::uint64_t stateSize = 0;   // bytes
    Hash diskHash;                 // hashImage
    Hash memoryHash;               // hashImage
    Hash stateHash;                // plain SHA-256
    std::int64_t created = 0;      // seconds since 1970, UTC
    bool guestAgent = false;       // a guest agent answered before the base was saved

    bool operator==(const BaseVm&) const = default;

    // The text of base.json.
    std::string serialize() const;
    // Errors: corrupt (also for any spelling but serialize()'s), unsupported (a newer format).
    static Result<BaseVm> parse(std::string_view text);
    BaseId id() const;  // SHA-256 of serialize()
    std::uint64_t sizeOf(ImageKind kind) const {
        return kind == ImageKind::disk ? diskSize : memorySize;
    }
};

// The files of a base VM that lies in `folder`.
struct BaseFiles {
    std::filesystem::path folder;

    std::filesystem::path description() const { return folder / "base.json"; }
    std::filesystem::path disk() const { return folder / "disk.raw"; }
    std::filesystem::path memory() const { return folder / "memory.raw"; }
    std::filesystem::path state() const { return folder / "state.bin"; }
    std::filesystem::path index() const { return folder / "chunks.idx"; }
    std::filesystem::path preview() const { return folder / "preview.png"; }
    std::filesystem::path image(ImageKind kind) const {
        return kind == ImageKind::disk ? disk() : memory();
    }
};

inline constexpr std::uint64_t kMostStateBytes = 64 << 20;                // 0.55 MB is usual
inline constexpr std::uint64_t kMostImageBytes = std::uint64_t{1} << 44;  // 16 TiB

}  // namespace cloudlet
