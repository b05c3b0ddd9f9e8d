#include "engine/catalog/base_check.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "engine/base/file.h"
#include "engine/image/chunk_index.h"
#include "engine/image/image_hash.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kMostDescriptionBytes = 64 << 10;  // 600 bytes are usual
constexpr std::int64_t kTickNs = 10'000'000;

Error changed(const fs::path& path, const std::string& how) {
    return {ErrorCode::corrupt, "the base file " + path.string() + " " + how +
                                    ": remove this base (cloudlet del-base) and import it again"};
}

std::int64_t nanoseconds(const timespec& t) {
    return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

// A base file that is missing is a damaged base, whatever the system calls it.
Result<File> openCovered(const fs::path& path) {
    Result<File> file = File::open(path, File::Mode::read);
    if (!file && file.error().code == ErrorCode::notFound) return changed(path, "is missing");
    return file;
}

}  // namespace

std::vector<CoveredFile> coveredFiles(const BaseFiles& files, const BaseVm& vm) {
    using Kind = CoveredFile::Kind;
    return {{files.description(), Kind::plain, vm.serialize().size(), vm.id().hash},
            {files.disk(), Kind::image, vm.diskSize, vm.diskHash},
            {files.memory(), Kind::image, vm.memorySize, vm.memoryHash},
            {files.state(), Kind::plain, vm.stateSize, vm.stateHash}};
}

Result<void> checkSizes(const BaseFiles& files, const BaseVm& vm) {
    for (const CoveredFile& covered : coveredFiles(files, vm)) {
        const File file = TRY(openCovered(covered.path));
        const std::uint64_t size = TRY(file.size());
        if (size != covered.size) {
            return changed(covered.path, "has " + std::to_string(size) + " bytes instead of " +
                                             std::to_string(covered.size));
        }
    }
    return {};
}

Result<void> checkContent(const CoveredFile& covered, Progress& progress, std::stop_token stop) {
    const File file = TRY(openCovered(covered.path));
    if (TRY(file.size()) != covered.size) return changed(covered.path, "has another size");
    Hash hash;
    if (covered.kind == CoveredFile::Kind::image) {
        hash = TRY(hashImage(file, progress, stop));
    } else {
        Bytes bytes(covered.size);  // at most kMostStateBytes
        TRY(file.readAt(bytes, 0));
        hash = sha256(bytes);
        progress.advance(covered.size);
    }
    if (hash == covered.hash) return {};
    return changed(covered.path, "does not match its hash, it was changed or damaged");
}

Result<FileStamp> stampOf(const fs::path& path) {
    while (true) {
        struct stat info {};
        if (::stat(path.c_str(), &info) != 0) return systemError(errno, "examine", path);
        timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        const std::int64_t age = nanoseconds(now) - nanoseconds(info.st_ctim);
        if (age >= 0 && age < kTickNs) {
            std::this_thread::sleep_for(std::chrono::nanoseconds(kTickNs - age));
            continue;
        }
        return FileStamp{path.filename().string(), static_cast<std::uint64_t>(info.st_size),
                         nanoseconds(info.st_mtim), nanoseconds(info.st_ctim), info.st_ino};
    }
}

Result<std::vector<FileStamp>> stampsOf(const BaseFiles& files, const BaseVm& vm) {
    std::vector<FileStamp> stamps;
    for (const CoveredFile& file : coveredFiles(files, vm)) {
        stamps.push_back(TRY(stampOf(file.path)));
    }
    return stamps;
}

Result<BaseVm> readDescription(const BaseFiles& files, const BaseId& id) {
    Result<Bytes> text = readWholeFile(files.description(), kMostDescriptionBytes);
    if (!text && text.error().code == ErrorCode::notFound) {
        return changed(files.description(), "is missing");
    }
    const Bytes bytes = TRY(std::move(text));
    if (sha256(bytes) != id.hash) return changed(files.description(), "does not match its id");
    BaseVm vm = TRY(BaseVm::parse(asText(bytes)));
    if (vm.id() != id) return changed(files.description(), "is not in its one form");
    return vm;
}

Result<void> ensureChunkIndex(const BaseFiles& files, const BaseVm& vm, Progress& progress,
                              std::stop_token stop) {
    if (ChunkIndex::open(files.index(), vm.diskSize, vm.memorySize)) return {};
    const File disk = TRY(openCovered(files.disk()));
    const File memory = TRY(openCovered(files.memory()));
    progress.beginStage("indexing the base", vm.diskSize + vm.memorySize);
    TRY(ChunkIndex::build(disk, memory, files.index(), progress, stop));
    if (::chmod(files.index().c_str(), 0400) != 0) {
        return systemError(errno, "make read-only", files.index());
    }
    return {};
}

}  // namespace cloudlet
