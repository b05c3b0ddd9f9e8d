// A source of bytes without a file, for tests.
#pragma once

#include <cstring>

#include "engine/overlay/chunk_source.h"

namespace cloudlet::test {

// A file in memory.
class MemorySource : public ChunkSource {
public:
    explicit MemorySource(Bytes bytes) : m_bytes(std::move(bytes)) {}

    Result<void> read(std::span<std::byte> into, std::uint64_t offset) override {
        if (offset > m_bytes.size() || into.size() > m_bytes.size() - offset) {
            return Error{ErrorCode::corrupt, "it ends too early"};
        }
        if (!into.empty()) std::memcpy(into.data(), m_bytes.data() + offset, into.size());
        return {};
    }
    Result<std::uint64_t> size() override { return std::uint64_t{m_bytes.size()}; }
    std::string name() const override { return "in memory"; }

    Bytes& bytes() { return m_bytes; }

private:
    Bytes m_bytes;
};

}  // namespace cloudlet::test
