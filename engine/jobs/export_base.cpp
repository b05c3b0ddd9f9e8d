#include "engine/jobs/export_base.h"

#include <unistd.h>

#include <algorithm>
#include <optional>

#include "engine/base/format.h"
#include "engine/base/parallel.h"
#include "engine/jobs/base_package.h"

namespace cloudlet {

using namespace package;

namespace {

constexpr std::uint64_t kSyncEvery = 64 << 20;  // so that the last sync is short: cancel in 2 s
constexpr Part kParts[] = {Part::disk, Part::memory, Part::state, Part::preview};

std::size_t pipelineDepth() {
    return std::min<std::size_t>(2 * coreCount(), 16);  // 8 MiB each
}

struct Source {
    std::optional<File> parts[4];  // the preview may be missing

    const std::optional<File>& of(Part part) const { return parts[static_cast<std::size_t>(part)]; }
};

Result<Source> openSource(const BaseFiles& files) {
    Source source;
    source.parts[0].emplace(TRY(File::open(files.disk(), File::Mode::read)));
    source.parts[1].emplace(TRY(File::open(files.memory(), File::Mode::read)));
    source.parts[2].emplace(TRY(File::open(files.state(), File::Mode::read)));
    Result<File> preview = File::open(files.preview(), File::Mode::read);
    if (preview) {
        // What a reader would refuse stays here.
        Bytes magic(kPngMagic.size());
        if (preview->readAt(magic, 0) && asText(magic) == kPngMagic &&
            TRY(preview->size()) <= kMostPreview) {
            source.parts[3].emplace(std::move(*preview));
        }
    }
    return source;
}

// A window of a file: what becomes at most one block.
struct Window {
    Part part = Part::disk;
    std::uint64_t offset = 0;
    std::uint32_t length = 0;
};

// Walks the windows that hold data, in order of parts and offsets.
class WindowWalk {
public:
    // From the window after `last`, or from the beginning.
    WindowWalk(const Source& source, const std::optional<Record>& last) : m_source(source) {
        if (!last) return;
        m_part = static_cast<std::size_t>(last->part);
        m_offset = (last->offset / kWindow + 1) * kWindow;
    }

    Result<std::optional<Window>> next() {
        for (; m_part < std::size(kParts); ++m_part, m_offset = 0) {
            const std::optional<File>& file = m_source.of(kParts[m_part]);
            if (!file) continue;
            const std::uint64_t size = TRY(file->size());
            const std::optional<Extent> data = TRY(file->nextData(m_offset));
            if (!data || data->offset >= size) continue;
            const std::uint64_t begin = data->offset / kWindow * kWindow;
            m_offset = begin + kWindow;
            const auto length =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(kWindow, size - begin));
            return std::optional(Window{kParts[m_part], begin, length});
        }
        return std::optional<Window>();
    }

private:
    const Source& m_source;
    std::size_t m_part = 0;
    std::uint64_t m_offset = 0;
};

// nullopt if the window is all zero.
Result<std::optional<Block>> encodeWindow(const Source& source, const Window& window, int level) {
    Bytes bytes(window.length);
    TRY(source.of(window.part)->readAt(bytes, window.offset));
    ByteView plain(bytes);
    if (window.part == Part::preview) {
        return std::optional(TRY(encodeBlock(window.part, 0, plain, level)));
    }
    const auto chunk = [&](std::size_t at) {
        return plain.subspan(at, std::min<std::size_t>(kChunkSize, plain.size() - at));
    };
    std::size_t begin = 0;
    while (begin < plain.size() && isAllZero(chunk(begin))) begin += kChunkSize;
    if (begin >= plain.size()) return std::optional<Block>();
    std::size_t last = (plain.size() - 1) / kChunkSize * kChunkSize;
    while (isAllZero(chunk(last))) last -= kChunkSize;
    plain = plain.subspan(begin, last + chunk(last).size() - begin);
    return std::optional(TRY(encodeBlock(window.part, window.offset + begin, plain, level)));
}

// PATH.part: the file that grows, and the records of what is in it.
class PartFile {
public:
    // Takes over what an interrupted export of the same base left, as far as it is good.
    static Result<PartFile> open(const fs::path& path, const Header& header, Progress& progress,
                                 std::stop_token stop) {
        if (!fs::exists(fs::symlink_status(path))) TRY(File::open(path, File::Mode::createNew));
        std::optional<FileLock> lock = TRY(FileLock::tryLock(path, FileLock::Kind::exclusive));
        if (!lock) {
            return Error{ErrorCode::inUse, "another export writes " + path.string() + " right now"};
        }
        PartFile part(TRY(File::open(path, File::Mode::readWrite)), std::move(*lock));
        const Bytes head = header.serialize();
        Bytes there(std::min<std::uint64_t>(head.size(), TRY(part.m_file.size())));
        TRY(part.m_file.readAt(there, 0));
        part.m_end = head.size();
        if (there == head) {
            TRY(part.takeOver(header, progress, stop));
        } else {
            TRY(part.m_file.resize(0));
            TRY(part.m_file.writeAt(head, 0));
        }
        TRY(part.m_file.resize(part.m_end));
        return part;
    }

    Result<void> append(const Block& block) {
        TRY(m_file.writeAt(blockHeader(block.record), m_end));
        TRY(m_file.writeAt(block.stored, m_end + kBlockHeaderSize));
        m_end += kBlockHeaderSize + block.stored.size();
        m_unsynced += block.stored.size();
        m_records.push_back(block.record);
        if (m_unsynced < kSyncEvery) return {};
        m_unsynced = 0;
        return m_file.sync();
    }
    Result<void> finish(const Header& header, const fs::path& target) {
        TRY(m_file.writeAt(indexAndFooter(header, m_records, m_end), m_end));
        TRY(m_file.sync());
        return renameDurably(m_file.path(), target);
    }
    std::optional<Record> last() const {
        return m_records.empty() ? std::nullopt : std::optional(m_records.back());
    }

private:
    PartFile(File file, FileLock lock) : m_file(std::move(file)), m_lock(std::move(lock)) {}

    // The block at m_end, if it is whole and may stand there.
    std::optional<Record> goodBlock(const Header& header, std::uint64_t fileSize) const {
        Bytes head(kBlockHeaderSize);
        if (fileSize - m_end < head.size() || !m_file.readAt(head, m_end)) return {};
        const auto record = Record::parse(ByteView(head).first(kRecordSize));
        if (!record || blockHeader(*record) != head) return {};
        if (record->offset + record->plainLength > header.sizeOf(record->part)) return {};
        const auto place = [](const Record& r) { return std::pair(r.part, r.offset / kWindow); };
        if (!m_records.empty() && place(*record) <= place(m_records.back())) return {};
        Bytes stored(record->storedLength);
        if (!m_file.readAt(stored, m_end + kBlockHeaderSize)) return {};
        if (!decodeBlock(*record, stored, "block")) return {};
        return record;
    }
    Result<void> takeOver(const Header& header, Progress& progress, std::stop_token stop) {
        const std::uint64_t fileSize = TRY(m_file.size());
        progress.beginStage("checking what was exported before", fileSize);
        progress.notice("going on with an interrupted export");
        while (const std::optional<Record> record = goodBlock(header, fileSize)) {
            if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
            m_records.push_back(*record);
            m_end += kBlockHeaderSize + record->storedLength;
            progress.setDone(m_end);
        }
        return {};
    }

    File m_file;
    FileLock m_lock;
    std::vector<Record> m_records;
    std::uint64_t m_end = 0;
    std::uint64_t m_unsynced = 0;
};

// Bytes of all windows after `last`.
Result<std::uint64_t> bytesAfter(const Source& source, const std::optional<Record>& last) {
    std::uint64_t total = 0;
    WindowWalk walk(source, last);
    while (const std::optional<Window> window = TRY(walk.next())) total += window->length;
    return total;
}

Result<void> pack(const Source& source, PartFile& part, int level, Progress& progress,
                  std::stop_token stop) {
    struct Output {
        std::optional<Block> block;
        std::uint64_t length = 0;
    };
    const std::uint64_t total = TRY(bytesAfter(source, std::nullopt));
    const std::uint64_t left = TRY(bytesAfter(source, part.last()));
    progress.beginStage("packing the base", total);
    progress.setDone(total - left);
    WindowWalk walk(source, part.last());
    std::uint64_t done = 0;
    const auto work = [&](Window window) -> Result<Output> {
        return Output{TRY(encodeWindow(source, window, level)), window.length};
    };
    const auto sink = [&](Output output) -> Result<void> {
        if (output.block) TRY(part.append(*output.block));
        done += output.length;
        progress.advance(output.length);
        return {};
    };
    Result<void> packed = orderedPipeline<Window, Output>(
        pipelineDepth(), [&] { return walk.next(); }, work, sink, stop);
    if (packed || packed.error().code != ErrorCode::noSpace) return packed;
    return Error{ErrorCode::noSpace, packed.error().message + "; up to " +
                                         formatBytes(left - done) + " more are needed"};
}

Result<void> checkTarget(const fs::path& path, bool overwrite) {
    const fs::file_status status = fs::status(path);
    if (!fs::exists(status)) return {};
    if (!fs::is_regular_file(status)) {
        return Error{ErrorCode::invalid, path.string() + " is not a regular file"};
    }
    if (overwrite) return {};
    return Error{ErrorCode::exists,
                 path.string() + " exists already: choose another name, or add --force"};
}

}  // namespace

Result<void> exportBase(Catalog& catalog, const BaseId& id, const fs::path& path,
                        const ExportOptions& options, Progress& progress, std::stop_token stop) {
    const fs::path target = fs::absolute(path).lexically_normal();
    TRY(checkTarget(target, options.overwrite));
    const BaseLease lease = TRY(catalog.leaseBase(id, "export to " + target.string()));
    TRY(catalog.checkBase(id, progress, stop));
    const Source source = TRY(openSource(lease.files()));
    Header header;
    header.id = id;
    header.vm = TRY(catalog.baseById(id)).vm;
    if (const auto& preview = source.of(Part::preview)) {
        header.previewLength = static_cast<std::uint32_t>(TRY(preview->size()));
    }
    const fs::path partPath = target.native() + ".part";
    const auto run = [&]() -> Result<void> {
        PartFile part = TRY(PartFile::open(partPath, header, progress, stop));
        TRY(pack(source, part, options.level, progress, stop));
        TRY(checkTarget(target, options.overwrite));
        return part.finish(header, target);
    };
    Result<void> done = run();
    if (!done && done.error().code == ErrorCode::noSpace) ::unlink(partPath.c_str());
    return done;
}

}  // namespace cloudlet
