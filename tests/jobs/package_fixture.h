// A base whose package has several blocks, and its export.
#pragma once

#include <cstring>
#include <random>

#include "engine/jobs/base_package.h"
#include "engine/jobs/export_base.h"
#include "engine/jobs/import_base.h"
#include "tests/catalog/base_fixture.h"

namespace cloudlet::test {

// Disk of three windows (two with data), memory of four (two with data), state, picture.
inline Result<BaseRecord> addRichBase(Catalog& catalog, const std::string& name) {
    StagedBase staged = TRY(catalog.stageBase());
    const BaseFiles& files = staged.files();
    BaseVm vm = TRY(drawBase(files, name, "AB00C"));
    File disk = TRY(File::open(files.disk(), File::Mode::readWrite));
    TRY(disk.resize(9 << 20));
    TRY(disk.writeAt(chunkOf('Q'), (9 << 20) - kChunkSize));
    TRY(disk.writeAt(chunkOf('R'), (8 << 20) + kChunkSize));
    File memory = TRY(File::open(files.memory(), File::Mode::readWrite));
    TRY(memory.writeAt(chunkOf('S'), 5 << 20));
    Progress progress;
    vm.diskSize = 9 << 20;
    vm.diskHash = TRY(hashImage(disk, progress, {}));
    vm.memoryHash = TRY(hashImage(memory, progress, {}));
    TRY(writeWholeFile(files.preview(), asBytes(std::string(package::kPngMagic) + "picture")));
    return TRY(catalog.publishBase(staged, vm, progress, {})).record;
}

// A base of `megabytes` that do not compress, to be interrupted in the middle.
inline Result<BaseRecord> addHeavyBase(Catalog& catalog, std::uint64_t megabytes) {
    StagedBase staged = TRY(catalog.stageBase());
    const BaseFiles& files = staged.files();
    BaseVm vm = TRY(drawBase(files, "heavy", "A"));
    File disk = TRY(File::open(files.disk(), File::Mode::readWrite));
    std::mt19937_64 random(1);
    Bytes megabyte(1 << 20);
    for (std::uint64_t i = 0; i < megabytes; ++i) {
        for (std::size_t at = 0; at < megabyte.size(); at += 8) {
            const std::uint64_t value = random();
            std::memcpy(megabyte.data() + at, &value, 8);
        }
        TRY(disk.writeAt(megabyte, i << 20));
    }
    Progress progress;
    vm.diskSize = megabytes << 20;
    vm.diskHash = TRY(hashImage(disk, progress, {}));
    return TRY(catalog.publishBase(staged, vm, progress, {})).record;
}

// Nothing of an import that failed.
inline bool isUntouched(const Catalog& catalog) {
    return entryCount(catalog.layout().incoming()) == 0 &&
           entryCount(catalog.layout().bases()) == 0 && catalog.bases()->empty();
}

}  // namespace cloudlet::test
