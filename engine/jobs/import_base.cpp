#include "engine/jobs/import_base.h"

#include <algorithm>
#include <atomic>
#include <optional>

#include "engine/base/format.h"
#include "engine/base/parallel.h"
#include "engine/jobs/base_package.h"

namespace cloudlet {

using namespace package;

namespace {

constexpr std::uint64_t kSyncEvery = 64 << 20;  // so that the last sync is short: cancel in 2 s

std::size_t pipelineDepth() {
    return std::min<std::size_t>(2 * coreCount(), 16);  // 8 MiB each
}

// The files a package is unpacked into, at their full size.
struct Target {
    std::optional<File> parts[4];

    File& of(Part part) { return *parts[static_cast<std::size_t>(part)]; }
};

fs::path pathOf(const BaseFiles& files, Part part) {
    switch (part) {
        case Part::disk:
            return files.disk();
        case Part::memory:
            return files.memory();
        case Part::state:
            return files.state();
        case Part::preview:
            break;
    }
    return files.preview();
}

// Of a file that an interrupted import left, the content is kept, if it is its own to write: it
// may have been made read-only just before the end.
Result<Target> openTarget(const BaseFiles& files, const Header& header) {
    Target target;
    for (const Part part : {Part::disk, Part::memory, Part::state, Part::preview}) {
        const fs::path path = pathOf(files, part);
        if (part == Part::preview && header.previewLength == 0) continue;
        if (fs::exists(fs::symlink_status(path))) {
            std::error_code ignored;  // opening says what is wrong
            fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, ignored);
        } else {
            TRY(File::open(path, File::Mode::createNew));
        }
        File file = TRY(File::open(path, File::Mode::readWrite));
        TRY(file.resize(header.sizeOf(part)));
        target.parts[static_cast<std::size_t>(part)].emplace(std::move(file));
    }
    return target;
}

bool hasData(const File& file, Extent range) {
    const auto data = file.nextData(range.offset);
    return !data || (*data && (*data)->offset < range.end());
}

bool isThere(const File& file, const Record& record) {
    Bytes bytes(record.plainLength);
    return file.readAt(bytes, record.offset) && sha256(bytes) == record.plainHash;
}

// Only what is not zero: the rest of the file is a hole.
Result<void> writeChunks(File& file, ByteView plain, std::uint64_t offset) {
    std::size_t at = 0;
    while (at < plain.size()) {
        std::size_t end = at;
        const auto chunk = [&](std::size_t from) {
            return plain.subspan(from, std::min<std::size_t>(kChunkSize, plain.size() - from));
        };
        while (end < plain.size() && !isAllZero(chunk(end))) end += chunk(end).size();
        if (end > at) TRY(file.writeAt(plain.subspan(at, end - at), offset + at));
        at = end < plain.size() ? end + chunk(end).size() : end;
    }
    return {};
}

Result<void> unpackBlock(const BasePackage& package, Target& target, std::size_t i) {
    const Record& record = package.records()[i];
    File& file = target.of(record.part);
    const Extent range{record.offset, record.plainLength};
    const bool dirty = hasData(file, range);
    if (dirty && isThere(file, record)) return {};
    const Bytes plain = TRY(package.readBlock(i));
    if (record.part == Part::preview && !asText(plain).starts_with(kPngMagic)) {
        return Error{ErrorCode::corrupt, "the picture of the package is not a PNG file"};
    }
    if (dirty) TRY(file.punchHole(range));
    return writeChunks(file, plain, record.offset);
}

Result<void> unpack(const BasePackage& package, Target& target, Progress& progress,
                    std::stop_token stop) {
    std::uint64_t total = 0;
    for (const Record& record : package.records()) total += record.plainLength;
    progress.beginStage("unpacking the base", total);
    std::size_t i = 0;
    std::uint64_t unsynced = 0;
    const auto next = [&]() -> Result<std::optional<std::size_t>> {
        if (i == package.records().size()) return std::optional<std::size_t>();
        return std::optional(i++);
    };
    const auto work = [&](std::size_t block) -> Result<std::size_t> {
        TRY(unpackBlock(package, target, block));
        return block;
    };
    const auto sink = [&](std::size_t block) -> Result<void> {
        const Record& record = package.records()[block];
        progress.advance(record.plainLength);
        unsynced += record.plainLength;
        if (unsynced < kSyncEvery) return {};
        unsynced = 0;
        return target.of(record.part).sync();
    };
    return orderedPipeline<std::size_t, std::size_t>(pipelineDepth(), next, work, sink, stop);
}

std::uint64_t allocatedIn(const fs::path& folder) {
    std::uint64_t bytes = 0;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        const Result<File> file = File::open(entry.path(), File::Mode::read);
        const Result<std::uint64_t> used = file ? file->allocatedBytes() : file.error();
        if (used) bytes += *used;
    }
    return bytes;
}

// Content, and 16 bytes of index for each chunk of it.
Result<void> checkSpace(const BasePackage& package, const fs::path& folder) {
    constexpr std::uint64_t kSlack = 1 << 20;  // folders, database, journal
    std::uint64_t needed = kSlack;
    for (const Record& record : package.records()) {
        needed += record.plainLength + record.plainLength / kChunkSize * 16;
    }
    const std::uint64_t there = allocatedIn(folder) + TRY(freeSpace(folder));
    if (there >= needed) return {};
    return Error{ErrorCode::noSpace, "this base needs " + formatBytes(needed) + " in " +
                                         folder.parent_path().string() + ", " +
                                         formatBytes(needed - there) +
                                         " more than there is: free some space, "
                                         "or use another catalog with --catalog"};
}

// One attempt. `staged` is kept if it is worth continuing, discarded if not.
Result<PublishedBase> attempt(Catalog& catalog, StagedBase& staged, const BasePackage& package,
                              Progress& progress, std::stop_token stop) {
    staged.keep();  // a kill or a cancel from here on is continued
    const auto run = [&]() -> Result<PublishedBase> {
        TRY(checkSpace(package, staged.files().folder));
        {
            Target target = TRY(openTarget(staged.files(), package.header()));
            TRY(unpack(package, target, progress, stop));
        }
        return catalog.publishBase(staged, package.header().vm, progress, stop);
    };
    Result<PublishedBase> result = run();
    if (!result && result.error().code != ErrorCode::cancelled) staged.discard();
    return result;
}

}  // namespace

Result<PublishedBase> importBase(Catalog& catalog, const fs::path& path, Progress& progress,
                                 std::stop_token stop) {
    progress.beginStage("reading the package");
    const BasePackage package = TRY(BasePackage::open(path));
    const BaseId& id = package.header().id;
    const Result<BaseRecord> known = catalog.baseById(id);
    if (known && known->state == BaseState::ready) return PublishedBase{*known, true};
    bool continued = false;
    {
        StagedBase staged = TRY(catalog.stageBase(id.hex()));
        continued = staged.wasThere();
        if (continued) progress.notice("going on with an interrupted import");
        Result<PublishedBase> result = attempt(catalog, staged, package, progress, stop);
        if (result || result.error().code != ErrorCode::corrupt || !continued) return result;
    }
    // The leftovers may be to blame rather than the package: once more, from the beginning.
    StagedBase staged = TRY(catalog.stageBase(id.hex()));
    return attempt(catalog, staged, package, progress, stop);
}

}  // namespace cloudlet
