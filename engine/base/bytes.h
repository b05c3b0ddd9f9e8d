// Bounded reading and writing of little-endian binary records. A read past the end makes the
// reader fail for good, so that a parser may read a whole record and ask ok() once. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace cloudlet {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView asBytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}
inline std::string_view asText(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool isAllZero(ByteView bytes);
bool sameBytes(ByteView a, ByteView b);

class ByteReader {
public:
    explicit ByteReader(ByteView bytes) : m_bytes(bytes) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(little(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(little(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(little(4)); }
    std::uint64_t u64() { return little(8); }
    // LEB128, at most 10 bytes, the shortest form only (a second form of a number is an error).
    std::uint64_t varint();
    // The next `count` bytes; empty if there are fewer.
    ByteView take(std::size_t count);

    std::size_t remaining() const { return m_failed ? 0 : m_bytes.size() - m_position; }
    std::size_t position() const { return m_position; }
    bool ok() const { return !m_failed; }
    bool atEnd() const { return !m_failed && m_position == m_bytes.size(); }

private:
    std::uint64_t little(std::size_t count);

    ByteView m_bytes;
    std::size_t m_position = 0;
    bool m_failed = false;
};

class ByteWriter {
public:
    void u8(std::uint8_t value) { little(value, 1); }
    void u16(std::uint16_t value) { little(value, 2); }
    void u32(std::uint32_t value) { little(value, 4); }
    void u64(std::uint64_t value) { little(value, 8); }
    void varint(std::uint64_t value);
    void append(ByteView bytes) { m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end()); }

    const Bytes& bytes() const { return m_bytes; }
    Bytes take() { return std::move(m_bytes); }

private:
    void little(std::uint64_t value, std::size_t count);

    Bytes m_bytes;
};

}  // namespace cloudlet
