// Adding a base: check, sync, rename, insert.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "engine/base/file.h"
#include "engine/catalog/base_check.h"
#include "engine/catalog/base_table.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/remove_tree.h"
#include "engine/catalog/sweep.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kSyncStep = 64 << 20;  // a slow disk writes it in under a second
constexpr std::uint64_t kMostPreviewBytes = 4 << 20;

std::vector<fs::path> filesOf(const BaseFiles& files) {
    std::vector<fs::path> all{files.description(), files.disk(), files.memory(), files.state(),
                              files.index()};
    if (fs::exists(fs::symlink_status(files.preview()))) all.push_back(files.preview());
    return all;
}

// The description is written by us, so that it is the text the id is made of.
Result<void> writeDescription(const BaseFiles& files, const BaseVm& vm) {
    const std::string text = vm.serialize();
    const Result<BaseVm> again = BaseVm::parse(text);
    if (!again) return withContext(again.error(), "this base cannot be described");
    CHECK(*again == vm);
    return writeWholeFile(files.description(), asBytes(text));
}

// What a job left beside the files of the base does not go into the catalog.
Result<void> removeStrangers(const BaseFiles& files) {
    const std::vector<fs::path> known = filesOf(files);
    std::error_code error;
    std::vector<fs::path> strangers;
    for (const fs::directory_entry& entry : fs::directory_iterator(files.folder, error)) {
        if (std::find(known.begin(), known.end(), entry.path()) == known.end()) {
            strangers.push_back(entry.path());
        }
    }
    for (const fs::path& stranger : strangers) TRY(removeTree(stranger));
    return {};
}

Result<void> checkPreview(const BaseFiles& files) {
    const Result<File> preview = File::open(files.preview(), File::Mode::read);
    if (!preview && preview.error().code == ErrorCode::notFound) return {};
    if (!preview) return preview.error();
    if (TRY(preview->size()) <= kMostPreviewBytes) return {};
    return Error{ErrorCode::invalid, files.preview().string() + " is larger than 4 MiB"};
}

// In steps, since one fsync of gigabytes could not be cancelled.
Result<void> makeDurable(const fs::path& path, Progress& progress, std::stop_token stop) {
    if (::chmod(path.c_str(), 0400) != 0) return systemError(errno, "make read-only", path);
    File file = TRY(File::open(path, File::Mode::read));
    const std::uint64_t size = TRY(file.size());
    for (std::uint64_t at = 0; at < size; at += kSyncStep) {
        if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
        // Only to do it in pieces; the fsync below is what counts, and reports errors.
        ::sync_file_range(
            file.fd(), static_cast<off_t>(at), static_cast<off_t>(kSyncStep),
            SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
        progress.advance(std::min(kSyncStep, size - at));
    }
    return file.sync();
}

}  // namespace

Result<StagedBase> Catalog::stageBase(const std::string& key) {
    return StagedBase::create(m_layout, key);
}

Result<PublishedBase> Catalog::publishBase(StagedBase& staged, const BaseVm& vm, Progress& progress,
                                           std::stop_token stop) {
    const BaseFiles& files = staged.files();
    TRY(writeDescription(files, vm));
    TRY(checkSizes(files, vm));
    TRY(checkPreview(files));
    std::uint64_t total = 0;
    for (const CoveredFile& file : coveredFiles(files, vm)) total += file.size;
    progress.beginStage("verifying the base", total);
    for (const CoveredFile& file : coveredFiles(files, vm)) {
        TRY(checkContent(file, progress, stop));
    }
    TRY(ensureChunkIndex(files, vm, progress, stop));
    TRY(removeStrangers(files));
    progress.beginStage("writing to the device", total);
    for (const fs::path& path : filesOf(files)) TRY(makeDurable(path, progress, stop));
    TRY(syncDirectory(files.folder));

    BaseRecord record;
    record.id = vm.id();
    record.name = vm.name;
    record.vm = vm;
    record.files = m_layout.base(record.id);
    record.added = std::time(nullptr);
    record.stamps = TRY(stampsOf(files, vm));  // a rename of the folder leaves them as they are
    Result<PublishedBase> published = registerStaged(staged, std::move(record));
    if (published && published->record.name != vm.name) {
        progress.notice("the name \"" + vm.name + "\" is taken; this base is \"" +
                        published->record.name + "\" here");
    }
    return published;
}

Result<PublishedBase> Catalog::registerStaged(StagedBase& staged, BaseRecord record) {
    const CatalogLock lock = TRY(CatalogLock::acquire(m_layout, "adding a base"));
    TRY(finishDeletes(m_layout, *m_database));
    const Result<BaseRecord> there = baseById(record.id);
    if (!there && there.error().code != ErrorCode::notFound) return there.error();
    if (there && there->state == BaseState::ready && checkSizes(there->files, there->vm)) {
        staged.discard();
        return PublishedBase{*there, true};
    }
    if (there) record.name = there->name;
    // A broken base, or a folder without a row, makes room. Who still uses the broken files
    // keeps them open until it ends.
    const fs::path target = record.files.folder;
    if (fs::exists(fs::symlink_status(target))) TRY(moveToTrash(m_layout, target));
    const fs::path origin = staged.files().folder;
    TRY(renameDurably(origin, target));
    const Result<std::string> name =
        m_database->write([&](auto& c) { return baseTable::put(c, record); });
    if (!name) {
        // Not in the catalog, so not in its folder either.
        [[maybe_unused]] const Result<void> ignored = renameDurably(target, origin);
        return name.error();
    }
    record.name = *name;
    staged.handOver();
    return PublishedBase{std::move(record), false};
}

}  // namespace cloudlet
