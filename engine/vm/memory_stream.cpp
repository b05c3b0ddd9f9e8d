#include "engine/vm/memory_stream.h"

#include <algorithm>
#include <array>

#include "engine/image/base_vm.h"
#include "engine/image/chunk.h"

namespace cloudlet {

namespace {

constexpr std::uint8_t kSectionPart = 0x02;
constexpr std::uint8_t kSectionEnd = 0x03;
constexpr std::uint8_t kSectionFooter = 0x7e;
constexpr std::uint64_t kZero = 0x02;
constexpr std::uint64_t kPage = 0x08;
constexpr std::uint64_t kEnd = 0x10;
constexpr std::uint64_t kContinue = 0x20;
constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kSectionBytes = 5;  // type or footer, and id
// A header has some hundred bytes; a stream has more than this by far.
constexpr std::size_t kMostHeaderBytes = 64 << 10;
constexpr std::array<std::byte, kChunkSize> kZeroPage{};

std::uint64_t bigEndian(ByteView bytes) {
    std::uint64_t value = 0;
    for (const std::byte byte : bytes) value = value << 8 | std::to_integer<std::uint64_t>(byte);
    return value;
}

Error malformed(const std::string& what) {
    return {ErrorCode::corrupt, "the stream of the VM is malformed: " + what};
}

}  // namespace

// Moves the next bytes to the device state.
Result<void> MemoryStream::keep(std::size_t count) {
    if (m_state.size() + count > kMostStateBytes) return malformed("its device state is too large");
    const ByteView bytes = rest().first(count);
    m_state.insert(m_state.end(), bytes.begin(), bytes.end());
    m_position += count;
    return {};
}

Result<void> MemoryStream::feed(ByteView bytes) {
    m_waiting.erase(m_waiting.begin(), m_waiting.begin() + static_cast<std::ptrdiff_t>(m_position));
    m_position = 0;
    m_waiting.insert(m_waiting.end(), bytes.begin(), bytes.end());
    return advance(Input::goesOn);
}

Result<Bytes> MemoryStream::finish() {
    TRY(advance(Input::ended));
    if (m_part != Part::devices) return malformed("it ends too early");
    return std::move(m_state);
}

Result<void> MemoryStream::advance(Input input) {
    More more = More::notNeeded;
    while (more == More::notNeeded && m_part != Part::devices) {
        switch (m_part) {
            case Part::header:
                more = TRY(readHeader(input));
                break;
            case Part::section:
                more = TRY(readSection());
                break;
            default:
                more = TRY(readPage());
        }
    }
    return m_part == Part::devices ? keep(rest().size()) : Result<void>();
}

Result<MemoryStream::More> MemoryStream::readHeader(Input input) {
    if (input == Input::goesOn && m_waiting.size() < kMostHeaderBytes) return More::needed;
    const StateHeader header = TRY(readStateHeader(rest()));
    const auto memory = std::ranges::find(header.blocks, kGuestMemoryBlock, &RamBlock::name);
    if (header.ignoresShared || memory == header.blocks.end()) {
        return malformed("it does not hold the guest's memory");
    }
    m_ramSection = header.ramSection;
    m_pages = memory->size / kChunkSize;
    TRY(keep(header.length));
    m_part = Part::section;
    return More::notNeeded;
}

// The footer of the section before, or the beginning of the next.
Result<MemoryStream::More> MemoryStream::readSection() {
    if (rest().size() < kSectionBytes) return More::needed;
    const auto type = std::to_integer<std::uint8_t>(rest()[0]);
    if (type != kSectionFooter && type != kSectionPart && type != kSectionEnd) {
        return malformed("a section of type " + std::to_string(type));
    }
    if (bigEndian(rest().subspan(1, kSectionBytes - 1)) != m_ramSection) {
        return Error{ErrorCode::unsupported, "the stream of the VM holds more than its memory"};
    }
    TRY(keep(kSectionBytes));
    if (type != kSectionFooter) {
        m_lastSection = type == kSectionEnd;
        m_part = Part::pages;
    } else if (m_lastSection) {
        m_part = Part::devices;
    }
    return More::notNeeded;
}

Result<MemoryStream::More> MemoryStream::readPage() {
    const ByteView in = rest();
    if (in.size() < kNumberBytes + 1) return More::needed;
    const std::uint64_t number = bigEndian(in.first(kNumberBytes));
    const std::uint64_t flags = number % kChunkSize;
    if (flags == kEnd) {
        m_part = Part::section;
        TRY(keep(kNumberBytes));
        return More::notNeeded;
    }
    const bool isZero = (flags & ~kContinue) == kZero;
    if (!isZero && (flags & ~kContinue) != kPage) {
        return Error{ErrorCode::unsupported,
                     "the stream of the VM holds pages in a form that is "
                     "not known here"};
    }
    std::size_t begin = kNumberBytes;
    bool inGuestMemory = m_inGuestMemory;
    if ((flags & kContinue) == 0) {
        const auto length = std::to_integer<std::size_t>(in[kNumberBytes]);
        begin += 1 + length;
        if (in.size() < begin) return More::needed;
        inGuestMemory = asText(in.subspan(kNumberBytes + 1, length)) == kGuestMemoryBlock;
    }
    const std::size_t size = begin + (isZero ? 1 : kChunkSize);
    if (in.size() < size) return More::needed;
    m_inGuestMemory = inGuestMemory;
    if (!inGuestMemory) {
        TRY(keep(size));
        return More::notNeeded;
    }
    const std::uint64_t page = number / kChunkSize;
    if (page >= m_pages) return malformed("a page outside of the memory");
    if (isZero && in[begin] != std::byte{0}) return malformed("a page of something else");
    TRY(m_sink(page, isZero ? ByteView(kZeroPage) : in.subspan(begin, kChunkSize)));
    m_position += size;
    return More::notNeeded;
}

}  // namespace cloudlet
