// Small base VMs for tests, drawn as letters: "AAB0C" is an image of five chunks, 0 a hole.
#pragma once

#include <QtTest>
#include <string>

#include "engine/base/file.h"
#include "engine/catalog/catalog.h"
#include "engine/image/image_hash.h"

namespace cloudlet::test {

inline constexpr std::uint64_t kMemory = 16 << 20;  // the least a machine may have

// Fails the test with the error's own words.
#define EXPECT_OK(...)                                                                    \
    do {                                                                                  \
        const auto& expectedOk = (__VA_ARGS__);                                           \
        QVERIFY2(bool(expectedOk), expectedOk ? "" : expectedOk.error().message.c_str()); \
    } while (false)
#define EXPECT_ERROR(expectedCode, ...)                          \
    do {                                                         \
        const auto& expectedError = (__VA_ARGS__);               \
        QVERIFY2(!bool(expectedError), "it should have failed"); \
        QVERIFY2(expectedError.error().code == (expectedCode),   \
                 expectedError.error().message.c_str());         \
    } while (false)

inline Bytes chunkOf(char letter) {
    Bytes chunk(kChunkSize);
    for (std::size_t i = 0; i < chunk.size(); ++i) {
        chunk[i] = static_cast<std::byte>(static_cast<std::size_t>(letter) + i % 7);
    }
    return chunk;
}

// `size` 0: as long as the drawing.
inline Result<void> draw(const fs::path& path, const std::string& letters, std::uint64_t size = 0) {
    File file = TRY(File::open(path, File::Mode::createNew));
    TRY(file.resize(size != 0 ? size : letters.size() * kChunkSize));
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (letters[i] == '0') continue;
        TRY(file.writeAt(chunkOf(letters[i]), i * kChunkSize));
    }
    return {};
}

// Disk, memory and state in `files`, and their description.
inline Result<BaseVm> drawBase(const BaseFiles& files, const std::string& name,
                               const std::string& disk, const std::string& memory = "M0N") {
    TRY(draw(files.disk(), disk));
    TRY(draw(files.memory(), memory, kMemory));
    const std::string state = "device state of " + name;
    TRY(writeWholeFile(files.state(), asBytes(state)));
    BaseVm vm;
    vm.name = name;
    vm.machine.memoryBytes = kMemory;
    vm.machine.qemuVersion = "7.2.22";
    vm.diskSize = disk.size() * kChunkSize;
    vm.memorySize = kMemory;
    vm.stateSize = state.size();
    Progress progress;
    vm.diskHash = TRY(hashImage(TRY(File::open(files.disk(), File::Mode::read)), progress, {}));
    vm.memoryHash = TRY(hashImage(TRY(File::open(files.memory(), File::Mode::read)), progress, {}));
    vm.stateHash = sha256(asBytes(state));
    vm.created = 1'700'000'000;
    return vm;
}

inline Result<BaseRecord> addBase(Catalog& catalog, const std::string& name,
                                  const std::string& disk) {
    StagedBase staged = TRY(catalog.stageBase());
    const BaseVm vm = TRY(drawBase(staged.files(), name, disk));
    Progress progress;
    return TRY(catalog.publishBase(staged, vm, progress, {})).record;
}

inline std::size_t entryCount(const fs::path& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++count;
    return count;
}

inline std::string contentOf(const fs::path& path) {
    const Result<Bytes> bytes = readWholeFile(path, 1 << 30);
    return bytes ? std::string(asText(*bytes)) : "cannot read it";
}

// One byte of a read-only file becomes another.
inline Result<void> flipByte(const fs::path& path, std::uint64_t offset) {
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    File file = TRY(File::open(path, File::Mode::readWrite));
    std::array<std::byte, 1> byte;
    TRY(file.readAt(byte, offset));
    byte[0] ^= std::byte{1};
    return file.writeAt(byte, offset);
}

}  // namespace cloudlet::test
