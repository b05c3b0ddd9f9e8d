// A folder for one test and images that one can read: "AAB0C" is five chunks filled with those
// letters, '0' a chunk of zeros, '.' a hole.
#pragma once

#include <string_view>

#include "engine/base/file.h"
#include "engine/image/chunk.h"

namespace cloudlet::test {

// Removed at its end. Ends the program if it cannot be made.
class Scratch {
public:
    Scratch() : m_directory(make()) {}
    fs::path operator/(std::string_view name) const { return m_directory.path() / name; }
    const fs::path& path() const { return m_directory.path(); }
    bool isEmpty() const { return fs::is_empty(m_directory.path()); }

private:
    static TemporaryDirectory make() {
        return TemporaryDirectory::create(fs::temp_directory_path(), "tst").value();
    }
    TemporaryDirectory m_directory;
};

inline Bytes letterChunk(char letter) {
    return Bytes(kChunkSize, letter == '0' || letter == '.' ? std::byte{0} : std::byte(letter));
}

inline Bytes letterImage(std::string_view letters) {
    Bytes image;
    for (const char letter : letters) {
        const Bytes chunk = letterChunk(letter);
        image.insert(image.end(), chunk.begin(), chunk.end());
    }
    return image;
}

// A new file with these chunks. Ends the program if it cannot be written.
inline File imageFile(const fs::path& path, std::string_view letters) {
    File file = File::open(path, File::Mode::createNew).value();
    file.resize(letters.size() * kChunkSize).value();
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (letters[i] != '.') file.writeAt(letterChunk(letters[i]), i * kChunkSize).value();
    }
    return file;
}

}  // namespace cloudlet::test
