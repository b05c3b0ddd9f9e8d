// A table and segments with right hashes put around them, so that the fuzzer gets past every hash
// to the parsers and decoders. Input: u16 length of the table, u8 pieces of state, table (plain),
// segments.
//
// Checks: what the reader accepts, the writer writes back as the same bytes; the whole file opens,
// and each segment decodes to what it decoded to without hashes.
#include "engine/overlay/codec.h"
#include "engine/overlay/limits.h"
#include "engine/overlay/reader.h"
#include "engine/overlay/table_writer.h"

using namespace cloudlet;

namespace {

constexpr std::uint64_t kBaseChunks = 12;
constexpr std::uint64_t kTargetChunks = 300;

class BytesSource : public ChunkSource {
public:
    explicit BytesSource(Bytes bytes) : m_bytes(std::move(bytes)) {}

    Result<void> read(std::span<std::byte> into, std::uint64_t offset) override {
        CHECK(offset <= m_bytes.size() && into.size() <= m_bytes.size() - offset);
        if (!into.empty()) std::memcpy(into.data(), m_bytes.data() + offset, into.size());
        return {};
    }
    Result<std::uint64_t> size() override { return std::uint64_t{m_bytes.size()}; }
    std::string name() const override { return "fuzz"; }

private:
    Bytes m_bytes;
};

BaseImages makeBase() {
    const TemporaryDirectory folder =
        TemporaryDirectory::create(fs::temp_directory_path(), "cloudlet-fuzz").value();
    Bytes image(kBaseChunks * kChunkSize - 100);
    for (std::size_t i = 0; i < image.size(); ++i) {
        image[i] = static_cast<std::byte>(i / kChunkSize * 7 + i % 13 * (i % 64 / 32));
    }
    const fs::path disk = folder.path() / "disk";
    const fs::path memory = folder.path() / "memory";
    writeWholeFile(disk, image).value();
    writeWholeFile(memory, ByteView(image).subspan(kChunkSize)).value();
    Progress progress;
    return BaseImages::openPlain(disk, memory, BaseImages::Purpose::decode, progress, {}).value();
}

struct DecodedTable {
    std::vector<Segment> segments;  // hashes made to fit
    std::vector<Bytes> contents;
    bool allDecode = true;
};

DecodedTable decodeAll(const SegmentTable& table, ByteView payload, const BaseImages& base) {
    DecodedTable result;
    for (std::size_t i = 0; i < table.segmentCount(); ++i) {
        Segment segment = table.segment(i);
        if (segment.stored.end() > payload.size()) {
            result.allDecode = false;
            return result;
        }
        const ByteView stored = payload.subspan(segment.stored.offset, segment.stored.length);
        Result<Bytes> content = decodeUnchecked(segment, stored, base);
        if (!content) {
            result.allDecode = false;
            return result;
        }
        CHECK(content->size() == segment.plainBytes);
        segment.checksum = checksum64(stored);
        segment.contentHash = sha256(*content);
        result.segments.push_back(std::move(segment));
        result.contents.push_back(std::move(*content));
    }
    return result;
}

Bytes rewrite(const SegmentTable& table, const std::vector<Segment>& segments,
              const TableBounds& bounds) {
    TableWriter writer(bounds.base);
    for (const ImageKind image : {ImageKind::disk, ImageKind::memory}) {
        std::vector<ChunkRun> runs;
        RunCursor cursor = table.zeroRuns(image);
        while (const std::optional<ChunkRun> run = cursor.next()) runs.push_back(*run);
        writer.addZeroRuns(runs);
    }
    writer.beginSegments(segments.size());
    for (const Segment& segment : segments) writer.add(segment);
    return writer.finish();
}

void checkWholeFile(Manifest manifest, const Bytes& plainTable, ByteView payload,
                    const std::vector<Bytes>& contents, const BaseImages& base) {
    const Bytes table = compressFrame(plainTable, {}, 1);
    const SegmentTable counted =
        SegmentTable::parse(plainTable, TableBounds::of(manifest), 0).value();
    manifest.composition = counted.tally().images;
    if (manifest.state) manifest.state->storedBytes = counted.tally().storedState;
    manifest.tableHash = sha256(table);
    const std::string text = manifest.serialize();
    OverlayHeader header;
    header.manifestLength = text.size();
    header.tableStored = table.size();
    header.tablePlain = plainTable.size();
    header.manifestHash = sha256(asBytes(text));
    header.fileLength = header.payloadOffset() + counted.payloadEnd();
    ByteWriter file;
    file.append(header.serialize());
    file.append(asBytes(text));
    file.append(table);
    file.append(payload.first(counted.payloadEnd()));
    BytesSource source(file.take());
    const OverlayReader overlay = OverlayReader::open(source).value();
    for (std::size_t i = 0; i < overlay.segmentCount(); ++i) {
        const DecodedSegment decoded = overlay.decode(i, base).value();
        CHECK(decoded.content == contents[i]);
        for (const Entry& entry : decoded.segment.entries) {
            CHECK(decoded.bytesOf(entry).size() == kChunkSize);
            CHECK(entry.chunk.index < kTargetChunks);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const BaseImages base = makeBase();
    ByteReader input(std::as_bytes(std::span(data, size)));
    const std::uint16_t tableBytes = input.u16();
    const std::uint8_t pieces = input.u8() % 4;
    const ByteView plainTable = input.take(tableBytes);
    if (!input.ok()) return 0;
    const ByteView payload = input.take(input.remaining());

    Manifest manifest;
    manifest.base = base.description();
    manifest.diskSize = kTargetChunks * kChunkSize;
    manifest.memorySize = kTargetChunks * kChunkSize - 1;
    // Short pieces, so that a few bytes of input can be a device state.
    if (pieces > 0) manifest.state = OverlayState{pieces * std::uint64_t{100}, {}, 0};
    const TableBounds bounds = TableBounds::of(manifest);
    const Result<SegmentTable> table =
        SegmentTable::parse(Bytes(plainTable.begin(), plainTable.end()), bounds, 0);
    if (!table) return 0;
    std::vector<Segment> asRead;
    for (std::size_t i = 0; i < table->segmentCount(); ++i) asRead.push_back(table->segment(i));
    CHECK(sameBytes(rewrite(*table, asRead, bounds), plainTable));
    const DecodedTable decoded = decodeAll(*table, payload, base);
    if (!decoded.allDecode) return 0;
    checkWholeFile(manifest, rewrite(*table, decoded.segments, bounds), payload, decoded.contents,
                   base);
    return 0;
}
