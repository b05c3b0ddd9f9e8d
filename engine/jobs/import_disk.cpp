#include "engine/jobs/import_disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/base/format.h"
#include "engine/base/json.h"
#include "engine/base/parallel.h"
#include "engine/base/process.h"
#include "engine/image/base_vm.h"
#include "engine/image/chunk.h"

namespace cloudlet {

namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kQcow2Magic = "QFI\xfb"sv;
constexpr std::uint64_t kSector = 512;
constexpr std::uint64_t kBlock = 4 << 20;

struct Foreign {
    std::string_view magic;
    const char* name;
    const char* remedy;
};

constexpr const char* kConvert = "convert it first: qemu-img convert -O qcow2 FILE disk.qcow2";
constexpr std::array kForeign{
    Foreign{"KDMV"sv, "a VMware disk", kConvert},
    Foreign{"conectix"sv, "a VHD disk", kConvert},
    Foreign{"vhdxfile"sv, "a VHDX disk", kConvert},
    Foreign{"<<< "sv, "a VirtualBox disk", kConvert},
    Foreign{"\x1f\x8b"sv, "compressed with gzip", "decompress it first: gunzip FILE"},
    Foreign{"\xfd"
            "7zXZ\0"sv,
            "compressed with xz", "decompress it first: unxz FILE"},
    Foreign{"\x28\xb5\x2f\xfd"sv, "compressed with zstd", "decompress it first: unzstd FILE"},
    Foreign{"PK\x03\x04"sv, "a zip archive", "unpack it first"},
};

// The first bytes decide, never the name and never what a guest could have written as a header
// deeper in: a raw disk whose first sector a guest forged as qcow2 is refused below, as such an
// image names other files.
Result<bool> isQcow2(const File& file) {
    std::array<std::byte, 16> head{};
    TRY(file.readAt(std::span(head).first(std::min<std::uint64_t>(head.size(), TRY(file.size()))),
                    0));
    const std::string_view text = asText(head);
    for (const Foreign& foreign : kForeign) {
        if (text.starts_with(foreign.magic)) {
            return Error{ErrorCode::invalid,
                         fmt::format("{} is {}, not a raw or qcow2 disk: {}", file.path().string(),
                                     foreign.name, foreign.remedy)};
        }
    }
    return text.starts_with(kQcow2Magic);
}

Result<void> checkQcow2(const fs::path& source, std::stop_token stop) {
    ProcessSpec spec;
    spec.arguments = {"qemu-img", "info", "-f", "qcow2", "--output=json", source.string()};
    const ProcessResult info = TRY(runProcess(spec, stop));
    if (info.exitCode != 0) {
        return Error{ErrorCode::invalid, source.string() + " is a damaged qcow2 disk: " +
                                             escapeForTerminal(info.errorOutput, 300)};
    }
    const json::Object object = TRY(json::parseObject(info.output, "the answer of qemu-img"));
    for (const char* reference : {"backing-filename", "full-backing-filename"}) {
        if (object.contains(reference)) {
            return Error{ErrorCode::invalid, source.string() +
                                                 " depends on a backing file; flatten it first: "
                                                 "qemu-img convert -O qcow2 FILE disk.qcow2"};
        }
    }
    if (info.output.find("\"data-file\"") != std::string::npos) {
        return Error{ErrorCode::invalid, source.string() +
                                             " keeps its data in another file; flatten it first: "
                                             "qemu-img convert -O qcow2 FILE disk.qcow2"};
    }
    TRY(json::number(object, "virtual-size", kMostImageBytes));
    return {};
}

Result<void> convertQcow2(const fs::path& source, const fs::path& target, Progress& progress,
                          std::stop_token stop) {
    TRY(checkQcow2(source, stop));
    progress.beginStage("converting the disk", 100, Progress::Unit::items);
    ProcessSpec spec;
    // -p prints "    (42.00/100%)" again and again.
    spec.arguments = {"qemu-img", "convert",       "-p",           "-f", "qcow2", "-O",
                      "raw",      source.string(), target.string()};
    spec.onLine = [&](std::string_view line) {
        const std::size_t open = line.find('(');
        if (open == std::string_view::npos) return;
        const int percent = std::atoi(std::string(line.substr(open + 1, 3)).c_str());
        progress.setDone(static_cast<std::uint64_t>(std::clamp(percent, 0, 100)));
    };
    const ProcessResult converted = TRY(runProcess(spec, stop));
    if (converted.exitCode != 0) {
        return Error{ErrorCode::failed, "qemu-img could not convert " + source.string() + ": " +
                                            escapeForTerminal(converted.errorOutput, 300)};
    }
    return {};
}

Result<void> copyRaw(const File& source, const fs::path& target, Progress& progress,
                     std::stop_token stop) {
    const std::uint64_t size = TRY(source.size());
    if (size == 0 || size % kSector != 0 || size > kMostImageBytes) {
        return Error{ErrorCode::invalid,
                     fmt::format("{} is no disk image: its size, {} bytes, is not a whole number "
                                 "of sectors of 512 bytes",
                                 source.path().string(), size)};
    }
    progress.beginStage("copying the disk", TRY(source.allocatedBytes()));
    File copy = TRY(File::open(target, File::Mode::createNew));
    return copySparse(source, copy, progress, stop);
}

// The zero chunks of one block as runs.
Result<std::vector<Extent>> zeroRuns(const File& image, Extent block) {
    Bytes bytes(block.length);
    TRY(image.readAt(bytes, block.offset));
    std::vector<Extent> runs;
    for (std::uint64_t at = 0; at < block.length; at += kChunkSize) {
        const std::uint64_t length = std::min<std::uint64_t>(kChunkSize, block.length - at);
        if (!isAllZero(ByteView(bytes).subspan(at, length))) continue;
        const std::uint64_t offset = block.offset + at;
        if (!runs.empty() && runs.back().end() == offset) {
            runs.back().length += length;
        } else {
            runs.push_back({offset, length});
        }
    }
    return runs;
}

}  // namespace

Result<void> importDisk(const fs::path& source, const fs::path& target, Progress& progress,
                        std::stop_token stop) {
    const File file = TRY(File::open(source, File::Mode::read));
    if (TRY(isQcow2(file))) {
        TRY(convertQcow2(source, target, progress, stop));
    } else {
        TRY(copyRaw(file, target, progress, stop));
    }
    File copy = TRY(File::open(target, File::Mode::readWrite));
    const std::uint64_t size = TRY(copy.size());
    return copy.resize((size + kChunkSize - 1) / kChunkSize * kChunkSize);
}

Result<void> punchZeroChunks(File& image, Progress& progress, std::stop_token stop) {
    const std::uint64_t size = TRY(image.size());
    std::uint64_t offset = 0;
    std::uint64_t reported = 0;
    const auto next = [&]() -> Result<std::optional<Extent>> {
        if (offset >= size) return std::optional<Extent>();
        const std::optional<Extent> data = TRY(image.nextData(offset));
        const std::uint64_t dataBegin = data ? std::min(data->offset, size) : size;
        // Blocks that were reserved and never written are given back.
        if (dataBegin > offset) TRY(image.punchHole({offset, dataBegin - offset}));
        if (dataBegin == size) return std::optional<Extent>();
        const std::uint64_t begin = std::max(offset, dataBegin / kChunkSize * kChunkSize);
        const Extent block{begin, std::min({kBlock, data->end() - begin, size - begin})};
        offset = begin + (block.length + kChunkSize - 1) / kChunkSize * kChunkSize;
        progress.advance(offset - reported);
        reported = offset;
        return std::optional(block);
    };
    const auto work = [&](Extent block) { return zeroRuns(image, block); };
    const auto sink = [&](std::vector<Extent> runs) -> Result<void> {
        for (const Extent& run : runs) TRY(image.punchHole(run));
        return {};
    };
    return orderedPipeline<Extent, std::vector<Extent>>(2 * coreCount(), next, work, sink, stop);
}

}  // namespace cloudlet
