// The device state of a VM: a QEMU migration stream whose RAM pages are elsewhere. Parsed here
// strictly and only as far as needed: what follows the list of RAM blocks is passed on unread.
// Used by the capture and before a restore. Bytes come from outside. Any thread.
//
// Numbers are big-endian (QEMU migration/savevm.c, migration/ram.c):
//
//   "QEVM" u32 3                                       magic, version
//   07 u32 length, machine type                        configuration section
//     [05 u8 length "configuration/capabilities"       only if a capability of note was set
//         u32 version, u32 count, count x {u8 length, name}]
//   01 u32 id, u8 3 "ram", u32 instance, u32 version   start of the RAM section
//     u64 total | 04                                   bytes of all blocks, flag MEM_SIZE
//     blocks until their sizes add up to total:
//       u8 length, name, u64 size [, u64 address]      address only with x-ignore-shared
//     u64 10                                           flag EOS
//   ...                                                RAM pages, devices, description
//
// x-ignore-shared makes QEMU leave out the pages of shared memory. Its two marks (the capability
// and the addresses) are taken out of a captured stream; what is left is an ordinary stream that
// holds no page of the guest's memory and loads without that capability.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/image/machine_spec.h"

namespace cloudlet {

struct RamBlock {
    std::string name;
    std::uint64_t size = 0;

    bool operator==(const RamBlock&) const = default;
};

struct StateHeader {
    std::string machineType;
    std::vector<std::string> capabilities;  // in a stream as captured; none in a plain one
    std::vector<RamBlock> blocks;
    bool ignoresShared = false;  // x-ignore-shared is set: the blocks carry addresses
    std::uint32_t ramSection = 0;
    std::size_t length = 0;  // where what is not read here begins
};

// Name of the block of the guest's memory in the domains that this program makes.
inline constexpr const char* kGuestMemoryBlock = "ram0";

// Errors: corrupt; unsupported (another version, a subsection not known here).
Result<StateHeader> readStateHeader(ByteView stream);

// The plain form of a captured stream; a plain stream comes back as it is.
// Errors: as readStateHeader.
Result<Bytes> stripIgnoreShared(ByteView stream);

// Errors: as readStateHeader; incompatible, if the state is of another machine type or memory
// size; corrupt, if it is not a plain stream.
Result<void> checkState(ByteView stream, const MachineSpec& machine);

}  // namespace cloudlet
