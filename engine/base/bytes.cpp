#include "engine/base/bytes.h"

namespace cloudlet {

bool isAllZero(ByteView bytes) {
    // Comparing the range with itself shifted by one runs at the speed of memcmp.
    return bytes.empty() || (bytes[0] == std::byte{0} &&
                             std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

bool sameBytes(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

std::uint64_t ByteReader::little(std::size_t count) {
    const ByteView bytes = take(count);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
    }
    return value;
}

std::uint64_t ByteReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint64_t part = u8();
        if (m_failed) return 0;
        const std::uint64_t bits = part & 0x7f;
        if (shift == 63 && bits > 1) break;
        value |= bits << shift;
        if ((part & 0x80) == 0) {
            if (part == 0 && shift > 0) break;
            return value;
        }
    }
    m_failed = true;
    return 0;
}

ByteView ByteReader::take(std::size_t count) {
    if (m_failed || count > m_bytes.size() - m_position) {
        m_failed = true;
        return {};
    }
    const ByteView result = m_bytes.subspan(m_position, count);
    m_position += count;
    return result;
}

void ByteWriter::varint(std::uint64_t value) {
    while (value >= 0x80) {
        u8(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    u8(static_cast<std::uint8_t>(value));
}

void ByteWriter::little(std::uint64_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        m_bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
    }
}

}  // namespace cloudlet
