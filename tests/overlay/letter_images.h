// Images drawn as letters: "AAB0c" is five chunks. A capital stands for a chunk of that letter's
// own noise; its small letter for the same chunk with a few bytes changed; 0 for zeros, which
// files have as holes. With bases and overlays made of them in a folder that goes away.
#pragma once

#include <QByteArray>
#include <QTest>
#include <random>
#include <string>

#include "engine/overlay/chunk_source.h"
#include "engine/overlay/encode.h"
#include "engine/overlay/reader.h"
#include "engine/overlay/replay.h"
#include "tests/support/memory_source.h"
#include "tests/support/scratch.h"

namespace cloudlet::test {

// Fails the test with the error's sentence.
template <typename T>
T must(Result<T> result) {
    if (!result) qFatal("unexpected error: %s", result.error().message.c_str());
    return std::move(result).value();
}
inline void must(const Result<void>& result) {
    if (!result) qFatal("unexpected error: %s", result.error().message.c_str());
}

inline Bytes noise(std::uint64_t seed, std::size_t size) {
    std::mt19937_64 random(seed);
    Bytes bytes(size);
    for (std::byte& b : bytes) b = static_cast<std::byte>(random());
    return bytes;
}

inline Bytes noisyChunk(char letter) {
    if (letter == '0') return Bytes(kChunkSize);
    const bool small = letter >= 'a' && letter <= 'z';
    const char capital = small ? static_cast<char>(letter - 'a' + 'A') : letter;
    Bytes chunk = noise(static_cast<std::uint64_t>(capital), kChunkSize);
    for (std::size_t i = 1000; small && i < 1016; ++i) chunk[i] ^= std::byte{0x55};
    return chunk;
}

inline Bytes letters(std::string_view drawing) {
    Bytes image;
    for (const char letter : drawing) {
        const Bytes chunk = noisyChunk(letter);
        image.insert(image.end(), chunk.begin(), chunk.end());
    }
    return image;
}

struct Images {
    Bytes disk;
    Bytes memory;
};

inline Images draw(std::string_view disk, std::string_view memory) {
    return {letters(disk), letters(memory)};
}

// A folder, a base in it, and what can be done with them.
class Workshop {
public:
    fs::path path(const std::string& name) const { return m_folder / name; }
    std::size_t filesInFolder() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(m_folder.path()), fs::directory_iterator()));
    }

    // Writes an image, zero chunks as holes.
    File write(const std::string& name, const Bytes& bytes) const {
        fs::remove(path(name));
        File file = must(File::open(path(name), File::Mode::createNew));
        must(file.resize(bytes.size()));
        for (std::size_t at = 0; at < bytes.size(); at += kChunkSize) {
            const ByteView chunk =
                ByteView(bytes).subspan(at, std::min<std::size_t>(kChunkSize, bytes.size() - at));
            if (!isAllZero(chunk)) must(file.writeAt(chunk, at));
        }
        return file;
    }

    BaseImages base(const Images& images) const {
        write("base.disk", images.disk);
        write("base.memory", images.memory);
        Progress progress;
        return must(BaseImages::openPlain(path("base.disk"), path("base.memory"),
                                          BaseImages::Purpose::encode, progress, {}));
    }

    Result<OverlaySummary> tryEncode(const BaseImages& base, const Images& images,
                                     const std::function<void(EncodeInput&)>& adjust = {},
                                     EncodeOptions options = {}) const {
        const File disk = write("disk", images.disk);
        const File memory = write("memory", images.memory);
        EncodeInput input(base, disk, memory);
        input.created = 1'700'000'000;
        if (adjust) adjust(input);
        Progress progress;
        return encodeOverlay(input, options, path("overlay"), progress, {});
    }

    Bytes encode(const BaseImages& base, const Images& images,
                 const std::function<void(EncodeInput&)>& adjust = {},
                 const EncodeOptions& options = {}) const {
        must(tryEncode(base, images, adjust, options));
        return must(readWholeFile(path("overlay"), 1 << 30));
    }

    // What base and overlay give.
    Result<Images> replay(const OverlayReader& overlay, const BaseImages& base) const {
        const auto copyOf = [&](ImageKind image) {
            const ByteView bytes = base.image(image);
            return write(toString(image), Bytes(bytes.begin(), bytes.end()));
        };
        File disk = copyOf(ImageKind::disk);
        File memory = copyOf(ImageKind::memory);
        Progress progress;
        TRY(replayOverlay(overlay, base, {disk, memory}, progress, {}));
        Images images{Bytes(must(disk.size())), Bytes(must(memory.size()))};
        must(disk.readAt(images.disk, 0));
        must(memory.readAt(images.memory, 0));
        return images;
    }

private:
    Scratch m_folder;
};

}  // namespace cloudlet::test
