#include "engine/vm/state_stream.h"

#include <algorithm>
#include <string_view>

#include "engine/base/format.h"

namespace cloudlet {

namespace {

constexpr std::string_view kMagic = "QEVM";
constexpr std::uint32_t kVersion = 3;
constexpr std::uint8_t kSectionStart = 0x01;
constexpr std::uint8_t kSubsection = 0x05;
constexpr std::uint8_t kConfiguration = 0x07;
constexpr std::uint64_t kFlagMask = 0xfff;  // flags live in the page offset of an address
constexpr std::uint64_t kFlagMemorySize = 0x04;
constexpr std::uint64_t kFlagEnd = 0x10;
constexpr std::string_view kCapabilities = "configuration/capabilities";
constexpr std::string_view kIgnoreShared = "x-ignore-shared";
// Far above what QEMU writes; they bound what a crafted stream makes us keep.
constexpr std::uint32_t kLongestMachineType = 256;
constexpr std::uint32_t kMostCapabilities = 64;
constexpr std::size_t kMostBlocks = 4096;

// ByteReader for network order: the bytes of a number are turned round.
class BigEndianReader {
public:
    explicit BigEndianReader(ByteView bytes) : m_reader(bytes) {}

    std::uint8_t u8() { return m_reader.u8(); }
    std::uint32_t u32() { return __builtin_bswap32(m_reader.u32()); }
    std::uint64_t u64() { return __builtin_bswap64(m_reader.u64()); }
    std::string text(std::size_t count) { return std::string(asText(m_reader.take(count))); }
    std::size_t position() const { return m_reader.position(); }
    bool ok() const { return m_reader.ok(); }

private:
    ByteReader m_reader;
};

Bytes bigEndian32(std::uint32_t value) {
    ByteWriter writer;
    writer.u32(__builtin_bswap32(value));
    return writer.take();
}

Error malformed(const BigEndianReader& reader, const std::string& what) {
    if (!reader.ok()) return {ErrorCode::corrupt, "the device state is truncated"};
    return {ErrorCode::corrupt, "the device state is malformed: " + what + " before byte " +
                                    std::to_string(reader.position())};
}

// Where the parts lie that a plain stream does not have.
struct Layout {
    StateHeader header;
    std::size_t capabilitiesBegin = 0;  // the whole subsection; begin == end if there is none
    std::size_t capabilitiesEnd = 0;
    std::uint32_t capabilitiesVersion = 0;
    std::vector<std::size_t> addresses;  // offset of the u64 of each block
};

Result<void> readCapabilities(BigEndianReader& in, Layout& layout) {
    layout.capabilitiesVersion = in.u32();
    const std::uint32_t count = in.u32();
    if (count > kMostCapabilities) return malformed(in, "too many capabilities");
    for (std::uint32_t i = 0; i < count; ++i) {
        std::string name = in.text(in.u8());
        if (!in.ok()) return malformed(in, "");
        layout.header.ignoresShared |= name == kIgnoreShared;
        layout.header.capabilities.push_back(std::move(name));
    }
    return {};
}

// Reads subsections up to and with the type byte of the next section, which it returns.
Result<std::uint8_t> readConfiguration(BigEndianReader& in, Layout& layout) {
    if (in.text(4) != kMagic) return malformed(in, "no migration stream");
    const std::uint32_t version = in.u32();
    if (in.ok() && version != kVersion) {
        return Error{ErrorCode::unsupported, "the device state is of stream version " +
                                                 std::to_string(version) + "; 3 is known here"};
    }
    if (in.u8() != kConfiguration) return malformed(in, "no configuration section");
    const std::uint32_t length = in.u32();
    if (length > kLongestMachineType) return malformed(in, "machine type too long");
    layout.header.machineType = in.text(length);
    while (true) {
        const std::size_t begin = in.position();
        const std::uint8_t type = in.u8();
        if (!in.ok()) return malformed(in, "");
        if (type != kSubsection) return type;
        const std::string name = in.text(in.u8());
        if (!in.ok()) return malformed(in, "");
        if (name != kCapabilities) {
            return Error{ErrorCode::unsupported, "the device state has a subsection \"" +
                                                     escapeForTerminal(name) +
                                                     "\" that is not known here"};
        }
        if (layout.capabilitiesEnd != 0) return malformed(in, "a second list of capabilities");
        TRY(readCapabilities(in, layout));
        layout.capabilitiesBegin = begin;
        layout.capabilitiesEnd = in.position();
    }
}

Result<void> readBlocks(BigEndianReader& in, Layout& layout) {
    const std::uint64_t sizeAndFlag = in.u64();
    if ((sizeAndFlag & kFlagMask) != kFlagMemorySize) return malformed(in, "no list of RAM blocks");
    std::uint64_t left = sizeAndFlag & ~kFlagMask;
    while (left > 0) {
        RamBlock block;
        block.name = in.text(in.u8());
        block.size = in.u64();
        if (layout.header.ignoresShared) {
            layout.addresses.push_back(in.position());
            in.u64();
        }
        if (!in.ok() || block.size == 0 || block.size > left ||
            layout.header.blocks.size() == kMostBlocks) {
            return malformed(in, "a RAM block of impossible size");
        }
        left -= block.size;
        layout.header.blocks.push_back(std::move(block));
    }
    if (in.u64() != kFlagEnd) return malformed(in, "the list of RAM blocks does not end");
    return {};
}

Result<Layout> parse(ByteView stream) {
    BigEndianReader in(stream);
    Layout layout;
    const std::uint8_t section = TRY(readConfiguration(in, layout));
    if (section != kSectionStart) return malformed(in, "no RAM section");
    layout.header.ramSection = in.u32();
    if (in.text(in.u8()) != "ram") return malformed(in, "the first section is not RAM");
    in.u32();
    in.u32();
    TRY(readBlocks(in, layout));
    if (!in.ok()) return malformed(in, "");
    layout.header.length = in.position();
    return layout;
}

}  // namespace

Result<StateHeader> readStateHeader(ByteView stream) {
    return TRY(parse(stream)).header;
}

Result<Bytes> stripIgnoreShared(ByteView stream) {
    const Layout layout = TRY(parse(stream));
    if (!layout.header.ignoresShared) return Bytes(stream.begin(), stream.end());
    ByteWriter out;
    out.append(stream.first(layout.capabilitiesBegin));
    const auto kept = static_cast<std::uint32_t>(std::ranges::count_if(
        layout.header.capabilities, [](const std::string& name) { return name != kIgnoreShared; }));
    if (kept > 0) {  // QEMU itself writes the subsection only when it has something to list
        out.u8(kSubsection);
        out.u8(static_cast<std::uint8_t>(kCapabilities.size()));
        out.append(asBytes(kCapabilities));
        out.append(bigEndian32(layout.capabilitiesVersion));
        out.append(bigEndian32(kept));
        for (const std::string& name : layout.header.capabilities) {
            if (name == kIgnoreShared) continue;
            out.u8(static_cast<std::uint8_t>(name.size()));
            out.append(asBytes(name));
        }
    }
    std::size_t from = layout.capabilitiesEnd;
    for (const std::size_t address : layout.addresses) {
        out.append(stream.subspan(from, address - from));
        from = address + sizeof(std::uint64_t);
    }
    out.append(stream.subspan(from));
    return out.take();
}

Result<void> checkState(ByteView stream, const MachineSpec& machine) {
    const StateHeader header = TRY(readStateHeader(stream));
    if (header.ignoresShared) {
        return Error{ErrorCode::corrupt, "the device state is not in its plain form"};
    }
    if (header.machineType != machine.machineType) {
        return Error{ErrorCode::incompatible, "the device state is of machine type " +
                                                  escapeForTerminal(header.machineType) +
                                                  ", its description says " + machine.machineType};
    }
    const auto memory = std::ranges::find(header.blocks, kGuestMemoryBlock, &RamBlock::name);
    if (memory == header.blocks.end()) {
        return Error{ErrorCode::incompatible,
                     "the device state names no memory block \"ram0\": it was not saved by "
                     "Cloudlet Studio"};
    }
    if (memory->size != machine.memoryBytes) {
        return Error{ErrorCode::incompatible,
                     "the device state is of a VM with " + formatBytes(memory->size) +
                         " of memory, its description says " + formatBytes(machine.memoryBytes)};
    }
    return {};
}

}  // namespace cloudlet
