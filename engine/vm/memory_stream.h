// Takes a whole migration stream apart while it arrives: the pages of the guest's memory go to a
// sink, what is left is the device state in its plain form (state_stream.h). For a VM whose memory
// is private to QEMU, which no file holds. Bytes come from outside. One thread at a time.
//
// After the header (QEMU migration/ram.c, numbers big-endian):
//
//   7e u32 id                                  ends each section
//   02 u32 id, or 03 u32 id for the last       some RAM pages, until flag EOS:
//     u64 offset | flags [u8 length, block]    the block's name unless CONTINUE (20) is set
//       PAGE (8): 4096 bytes | ZERO (2): u8 | EOS (10)
//   ...                                        after the last: devices, description
#pragma once

#include <functional>

#include "engine/vm/state_stream.h"

namespace cloudlet {

class MemoryStream {
public:
    // Takes one page of the guest's memory; of a page that comes again, the last one counts.
    using Sink = std::function<Result<void>(std::uint64_t page, ByteView bytes)>;

    explicit MemoryStream(Sink sink) : m_sink(std::move(sink)) {}

    // Errors: corrupt; unsupported (compressed pages, a live section other than RAM); the sink's.
    Result<void> feed(ByteView bytes);
    // After the last byte. Errors: as feed(); corrupt, if something is missing.
    Result<Bytes> finish();

private:
    enum class Part { header, section, pages, devices };
    enum class Input { goesOn, ended };
    enum class More { needed, notNeeded };

    Result<void> advance(Input input);
    Result<More> readHeader(Input input);
    Result<More> readSection();
    Result<More> readPage();
    Result<void> keep(std::size_t count);
    ByteView rest() const { return ByteView(m_waiting).subspan(m_position); }

    Sink m_sink;
    Part m_part = Part::header;
    bool m_lastSection = false;
    std::uint32_t m_ramSection = 0;
    std::uint64_t m_pages = 0;  // of the guest's memory
    bool m_inGuestMemory = false;
    Bytes m_waiting;             // what has arrived and is not used up
    std::size_t m_position = 0;  // in m_waiting
    Bytes m_state;
};

}  // namespace cloudlet
