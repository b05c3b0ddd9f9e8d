#include "engine/mount/message.h"

#include <array>

#include "engine/image/base_vm.h"

namespace cloudlet::mountChannel {

namespace {

constexpr std::uint64_t kMostChunks = kMostImageBytes / kChunkSize;
constexpr std::size_t kMostText = 4096;  // PATH_MAX
constexpr std::uint64_t kMemoryBit = std::uint64_t{1} << 63;

// The number of each message; order and values are those of Body and CHANNEL.md.
constexpr std::array<std::uint16_t, std::variant_size_v<Body>> kTypes = {
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 64, 65, 66, 67, 68, 69, 70};

// Both ways of one message: a Writer puts the fields, a Reader takes and checks them.
class Writer {
public:
    static constexpr bool kReads = false;

    explicit Writer(ByteWriter& out) : m_out(out) {}
    void number(const std::uint64_t& value) { m_out.u64(value); }
    void number(const std::uint32_t& value) { m_out.u32(value); }
    template <typename Small>
    void small(const Small& value, unsigned) {
        m_out.u8(static_cast<std::uint8_t>(value));
    }
    void text(const std::string& value) {
        CHECK(value.size() <= kMostText);
        m_out.u16(static_cast<std::uint16_t>(value.size()));
        m_out.append(asBytes(value));
    }
    void rest(const ByteView& bytes) { m_out.append(bytes); }

private:
    ByteWriter& m_out;
};

class Reader {
public:
    static constexpr bool kReads = true;

    explicit Reader(ByteReader& in) : m_in(in) {}
    void number(std::uint64_t& value) { value = m_in.u64(); }
    void number(std::uint32_t& value) { value = m_in.u32(); }
    // Values up to `most`.
    template <typename Small>
    void small(Small& value, unsigned most) {
        const std::uint8_t byte = m_in.u8();
        require(byte <= most);
        if (byte <= most) value = static_cast<Small>(byte);
    }
    void text(std::string& value) {
        const std::size_t size = m_in.u16();
        require(size <= kMostText);
        value = asText(m_in.take(size));
        require(value.find('\0') == value.npos);
    }
    void rest(ByteView& bytes) { bytes = m_in.take(m_in.remaining()); }

    void require(bool condition) { m_ok = m_ok && condition; }
    bool ok() const { return m_ok && m_in.ok(); }
    std::size_t remaining() const { return m_in.remaining(); }
    bool atEnd() const { return ok() && m_in.atEnd(); }

private:
    ByteReader& m_in;
    bool m_ok = true;
};

constexpr unsigned kMostImage = 1;
constexpr unsigned kMostCode = static_cast<unsigned>(ErrorCode::cancelled);

bool isRange(std::uint64_t first, std::uint64_t count) {
    return count > 0 && count <= kMostChunks && first <= kMostChunks - count;
}

template <typename Io, typename Range>
void rangeFields(Io& io, Range& range) {
    io.small(range.image, kMostImage);
    io.number(range.first);
}

// fields(io, body): the body of each message. `body` is const for a Writer.
template <typename Io>
void fields(Io& io, auto& body) requires(std::is_empty_v<std::remove_cvref_t<decltype(body)>>) {
    (void)io;
}

template <typename Io, typename T>
requires(std::is_same_v<std::remove_const_t<T>, SetUp>) void fields(Io& io, T& body) {
    io.number(body.version);
    io.number(body.diskChunks);
    io.number(body.memoryChunks);
    io.number(body.maxReadahead);
    io.number(body.readDeadlineMs);
    io.small(body.recordTouches, 1);
    io.text(body.folder);
    io.text(body.diskBase);
    io.text(body.memoryBase);
    if constexpr (Io::kReads) {
        io.require(isRange(0, body.diskChunks) && isRange(0, body.memoryChunks) &&
                   body.readDeadlineMs > 0);
    }
}

template <typename Io, typename T>
requires(std::is_same_v<std::remove_const_t<T>, Bits>) void fields(Io& io, T& body) {
    io.small(body.set, 3);
    io.small(body.image, kMostImage);
    io.number(body.first);
    io.rest(body.bytes);
    if constexpr (Io::kReads) {
        io.require(body.first % 8 == 0 && !body.bytes.empty() &&
                   body.bytes.size() <= kMostBitBytes && isRange(body.first, 1));
    }
}

template <typename Io, typename T>
requires(std::is_same_v<std::remove_const_t<T>, Place>) void fields(Io& io, T& body) {
    rangeFields(io, body);
    io.rest(body.bytes);
    if constexpr (Io::kReads) {
        io.require(body.bytes.size() % kChunkSize == 0 &&
                   body.bytes.size() <= kMostPlaced * kChunkSize &&
                   isRange(body.first, body.bytes.size() / kChunkSize));
    }
}

template <typename Io, typename T>
requires(std::is_same_v<std::remove_const_t<T>, PlaceZero>) void fields(Io& io, T& body) {
    rangeFields(io, body.range);
    io.number(body.range.count);
    if constexpr (Io::kReads) io.require(isRange(body.range.first, body.range.count));
}

template <typename Io, typename T>
requires(std::is_same_v<std::remove_const_t<T>, GetChanges>) void fields(Io& io, T& body) {
    io.small(body.image, kMostImage);
}

template <typename Io, typename T>
requires(std::is_same_v<std::remove_const_t<T>, Ready>) void fields(Io& io, T& body) {
    io.number(body.diskChunks);
    io.number(body.memoryChunks);
    if constexpr (Io::kReads) {
        io.require(isRange(0, body.diskChunks) && isRange(0, body.memoryChunks));
    }
}

template <typename Io, typename T>
requires(std::is_same_v<std::remove_const_t<T>, Alive>) void fields(Io& io, T& body) {
    io.number(body.pid);
    if constexpr (Io::kReads) io.require(body.pid > 0 && body.pid <= INT32_MAX);
}

template <typename Io, typename T>
requires(std::is_same_v<std::remove_const_t<T>, Failed>) void fields(Io& io, T& body) {
    io.small(body.error.code, kMostCode);
    if constexpr (Io::kReads) {
        io.text(body.error.message);
    } else {
        io.text(body.error.message.substr(0, kMostText));
    }
}

template <typename Io, typename T>
requires(std::is_same_v<std::remove_const_t<T>, Demand>) void fields(Io& io, T& body) {
    if constexpr (Io::kReads) {
        while (io.ok() && io.remaining() > 0 && body.ranges.size() < kMostEntries) {
            ChunkRange range;
            rangeFields(io, range);
            std::uint32_t count = 0;
            io.number(count);
            range.count = count;
            io.require(isRange(range.first, count));
            body.ranges.push_back(range);
        }
    } else {
        CHECK(body.ranges.size() <= kMostEntries);
        for (const ChunkRange& range : body.ranges) {
            rangeFields(io, range);
            io.number(static_cast<std::uint32_t>(range.count));
        }
    }
}

template <typename Io, typename T>
requires(std::is_same_v<std::remove_const_t<T>, Touches>) void fields(Io& io, T& body) {
    if constexpr (Io::kReads) {
        while (io.ok() && io.remaining() > 0 && body.chunks.size() < kMostEntries) {
            std::uint64_t chunk = 0;
            io.number(chunk);
            const std::uint64_t index = chunk & ~kMemoryBit;
            io.require(isRange(index, 1));
            body.chunks.push_back(
                {(chunk & kMemoryBit) != 0 ? ImageKind::memory : ImageKind::disk, index});
        }
    } else {
        CHECK(body.chunks.size() <= kMostEntries);
        for (const ChunkRef& chunk : body.chunks) {
            io.number(chunk.index | (chunk.image == ImageKind::memory ? kMemoryBit : 0));
        }
    }
}

template <typename Io, typename Image>
void imageStatistics(Io& io, Image& image) {
    for (auto* value :
         {&image.base, &image.pending, &image.placed, &image.modified, &image.zeroed,
          &image.demanded, &image.placedInTime, &image.bytesFromBase, &image.bytesFromUpper}) {
        io.number(*value);
    }
}

template <typename Io, typename Time>
void microseconds(Io& io, Time& time) {
    auto value = static_cast<std::uint64_t>(time.count());
    io.number(value);
    if constexpr (Io::kReads) {
        io.require(value <= INT64_MAX);
        time = std::chrono::microseconds(value & INT64_MAX);
    }
}

template <typename Io, typename T>
requires(std::is_same_v<std::remove_const_t<T>, Statistics>) void fields(Io& io, T& body) {
    auto& values = body.values;
    imageStatistics(io, values.disk);
    imageStatistics(io, values.memory);
    io.number(values.waits);
    microseconds(io, values.waitP50);
    microseconds(io, values.waitP99);
    microseconds(io, values.waitMost);
    io.number(values.failedWaits);
    io.number(values.waitingNow);
    microseconds(io, values.oldestWaiting);
    io.number(values.openFiles);
}

// Reads the body of type `type` into message.body; false if there is no such type.
template <std::size_t kIndex = 0>
bool readBody(std::uint16_t type, Reader& reader, Message& message) {
    if constexpr (kIndex < kTypes.size()) {
        if (kTypes[kIndex] != type) return readBody<kIndex + 1>(type, reader, message);
        std::variant_alternative_t<kIndex, Body> body;
        fields(reader, body);
        message.body = std::move(body);
        return true;
    } else {
        return false;
    }
}

}  // namespace

Bytes toPacket(const Message& message) {
    ByteWriter out;
    out.u16(kTypes[message.body.index()]);
    out.u16(0);
    out.u32(message.tag);
    Writer writer(out);
    std::visit([&](const auto& body) { fields(writer, body); }, message.body);
    CHECK(out.bytes().size() <= kMostPacket);
    return out.take();
}

Result<Message> parsePacket(ByteView packet) {
    const Error corrupt{ErrorCode::corrupt, "a message of the VM's file system is damaged"};
    if (packet.size() > kMostPacket) return corrupt;
    ByteReader in(packet);
    const std::uint16_t type = in.u16();
    const std::uint16_t zero = in.u16();
    Message message;
    message.tag = in.u32();
    if (!in.ok() || zero != 0) return corrupt;
    Reader reader(in);
    if (!readBody(type, reader, message) || !reader.atEnd()) return corrupt;
    return message;
}

}  // namespace cloudlet::mountChannel
