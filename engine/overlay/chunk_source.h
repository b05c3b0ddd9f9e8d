// Where the bytes of an overlay come from: a file here; http and a push session elsewhere.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/base/file.h"
#include "engine/base/result.h"

namespace cloudlet {

// Calls may come from several threads at once.
class ChunkSource {
public:
    virtual ~ChunkSource() = default;

    // Fills `into` from `offset`. Blocks. Errors: corrupt, if the source ends before; transport.
    virtual Result<void> read(std::span<std::byte> into, std::uint64_t offset) = 0;
    virtual Result<std::uint64_t> size() = 0;
    // Somebody waits for this range, which is about to be read: it comes before all else. A source
    // that has no order of its own needs not care.
    virtual void hurry(std::uint64_t /*offset*/, std::uint64_t /*length*/) {}
    // What was read of this range is not what was written. True: another read fetches it anew; a
    // source that knows no better has nothing else to give.
    virtual bool doubt(std::uint64_t /*offset*/, std::uint64_t /*length*/) { return false; }
    // Reads that wait, and later ones, end with cancelled as soon as the source can. Any thread.
    virtual void interrupt() {}
    // For error sentences: a path, an address.
    virtual std::string name() const = 0;

protected:
    ChunkSource() = default;
    ChunkSource(const ChunkSource&) = default;
    ChunkSource(ChunkSource&&) = default;
    ChunkSource& operator=(const ChunkSource&) = default;
    ChunkSource& operator=(ChunkSource&&) = default;
};

class FileSource : public ChunkSource {
public:
    static Result<FileSource> open(const fs::path& path);

    Result<void> read(std::span<std::byte> into, std::uint64_t offset) override;
    Result<std::uint64_t> size() override;
    std::string name() const override;

private:
    explicit FileSource(File file) : m_file(std::move(file)) {}

    File m_file;
};

}  // namespace cloudlet
