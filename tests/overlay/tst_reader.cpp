// An overlay that is damaged, cut, lengthened or put on another base is refused, always.
#include <QObject>

#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestReader : public QObject {
    Q_OBJECT

private slots:
    void readsInPieces();
    void refusesEveryTruncation();      // F01, F02
    void refusesEveryTrailingByte();    // F03
    void refusesEveryBitFlip();         // F04
    void findsRandomFlipsInSegments();  // F05
    void readsAgainWhatLied();          // N08
    void refusesAnotherBase();          // F13
    void findsAChangedBase();           // F14
    void refusesABaseThatContradicts();
    void refusesWhatIsNoFile();  // F21
    void refusesAnotherStartSet();
};

// Opens, decodes everything and checks it. No error means: accepted.
static Result<void> useAll(ChunkSource& source, const BaseImages& base) {
    const OverlayReader overlay = TRY(OverlayReader::open(source));
    TRY(overlay.checkBase(base));
    for (std::size_t i = 0; i < overlay.segmentCount(); ++i) TRY(overlay.decode(i, base));
    if (overlay.manifest().state) TRY(overlay.state(base));
    return {};
}

static Bytes smallOverlay(const Workshop& workshop, const BaseImages& base) {
    static const Bytes state = letters("aAaA");
    return workshop.encode(base, draw("Ab0DA", "eAEHAA"), [](EncodeInput& input) {
        input.title = "t";
        input.state = state;
    });
}

void TestReader::readsInPieces() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EFGH"));
    MemorySource source(smallOverlay(workshop, base));
    const OverlayReader overlay = must(OverlayReader::open(source));
    QCOMPARE(
        overlay.id(),
        sha256(
            ByteView(source.bytes()).subspan(kOverlayHeaderSize, overlay.header().manifestLength)));
    QVERIFY(must(readManifest(source)) == overlay.manifest());
    // Segments lie back to back up to the end, and bytes at hand decode like fetched ones.
    std::uint64_t end = overlay.header().payloadOffset();
    for (std::size_t i = 0; i < overlay.segmentCount(); ++i) {
        const Extent stored = overlay.segment(i).stored;
        QCOMPARE(stored.offset, end);
        end = stored.end();
        const ByteView bytes = ByteView(source.bytes()).subspan(stored.offset, stored.length);
        QVERIFY(must(overlay.decode(i, bytes, base)).content ==
                must(overlay.decode(i, base)).content);
    }
    QCOMPARE(end, std::uint64_t{source.bytes().size()});
}

void TestReader::refusesEveryTruncation() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EFGH"));
    const Bytes whole = smallOverlay(workshop, base);
    MemorySource intact(whole);
    must(useAll(intact, base));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        MemorySource source(Bytes(whole.begin(), whole.begin() + static_cast<long>(size)));
        const Result<void> used = useAll(source, base);
        QVERIFY2(!used, qPrintable(QString::number(size)));
        QCOMPARE(used.error().code, ErrorCode::corrupt);
    }
}

void TestReader::refusesEveryTrailingByte() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EFGH"));
    const Bytes whole = smallOverlay(workshop, base);
    for (int byte = 0; byte < 256; ++byte) {
        Bytes longer = whole;
        longer.push_back(static_cast<std::byte>(byte));
        MemorySource source(std::move(longer));
        QVERIFY(!useAll(source, base));
    }
    Bytes twice = whole;
    twice.insert(twice.end(), whole.begin(), whole.end());
    MemorySource source(std::move(twice));
    QVERIFY(!useAll(source, base));
}

void TestReader::refusesEveryBitFlip() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EFGH"));
    MemorySource source(smallOverlay(workshop, base));
    for (std::size_t bit = 0; bit < 8 * source.bytes().size(); ++bit) {
        const std::byte mask{static_cast<unsigned char>(1u << (bit % 8))};
        source.bytes()[bit / 8] ^= mask;
        QVERIFY2(!useAll(source, base), qPrintable(QString::number(bit)));
        source.bytes()[bit / 8] ^= mask;
    }
    must(useAll(source, base));
}

void TestReader::findsRandomFlipsInSegments() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EFGH"));
    Images target{noise(1, 300'000), noise(2, 100'000)};
    std::fill(target.memory.begin(), target.memory.begin() + 40'000, std::byte{7});
    MemorySource source(workshop.encode(base, target));
    const OverlayReader overlay = must(OverlayReader::open(source));
    const std::uint64_t begin = overlay.header().payloadOffset();
    std::mt19937_64 random(20261122);
    for (int i = 0; i < 3'000; ++i) {
        const std::uint64_t at = begin + random() % (source.bytes().size() - begin);
        const std::byte change{static_cast<unsigned char>(1 + random() % 255)};
        source.bytes()[at] ^= change;
        std::size_t hit = 0;
        while (overlay.segment(hit).stored.end() <= at) ++hit;
        const OverlayReader changed = must(OverlayReader::open(source));
        const Result<DecodedSegment> decoded = changed.decode(hit, base);
        QVERIFY(!decoded);
        QVERIFY(decoded.error().message.find("segment " + std::to_string(hit)) == 0);
        source.bytes()[at] ^= change;
    }
    must(useAll(source, base));
}

void TestReader::readsAgainWhatLied() {
    class Liar : public MemorySource {
    public:
        using MemorySource::MemorySource;
        unsigned lies = 0;
        unsigned patience = 0;
        Result<void> read(std::span<std::byte> into, std::uint64_t offset) override {
            TRY(MemorySource::read(into, offset));
            if (lies == 0) return {};
            --lies;
            into.back() ^= std::byte{1};
            return {};
        }
        bool doubt(std::uint64_t, std::uint64_t) override { return patience-- > 0; }
    };
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EFGH"));
    Liar source(workshop.encode(base, {noise(1, 300'000), noise(2, 100'000)}));
    const OverlayReader overlay = must(OverlayReader::open(source));
    const std::size_t last = overlay.segmentCount() - 1;
    source.lies = 2;
    source.patience = 2;
    must(overlay.decode(last, base));
    source.lies = 3;
    source.patience = 2;
    QCOMPARE(overlay.decode(last, base).error().code, ErrorCode::corrupt);
}

void TestReader::refusesAnotherBase() {
    const Workshop workshop;
    Bytes overlay;
    std::string needed;
    {
        const BaseImages base = workshop.base(draw("ABCD", "EFGH"));
        overlay = smallOverlay(workshop, base);
        needed = base.description().id.shortHex();
    }
    const BaseImages other = workshop.base(draw("ABCE", "EFGH"));
    MemorySource source(overlay);
    const OverlayReader reader = must(OverlayReader::open(source));
    const Result<DecodedSegment> decoded = reader.decode(0, other);
    QVERIFY(!decoded);
    QCOMPARE(decoded.error().code, ErrorCode::incompatible);
    QVERIFY(decoded.error().message.find(needed) != std::string::npos);
    QVERIFY(decoded.error().message.find(other.description().id.shortHex()) != std::string::npos);
    Progress progress;
    QCOMPARE(verifyOverlay(reader, other, progress, {}).error().code, ErrorCode::incompatible);
}

void TestReader::findsAChangedBase() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EFGH"));
    // Disk: b is a delta to B. Memory: a copy of C.
    MemorySource source(workshop.encode(base, draw("AbCD", "CFGH")));
    const OverlayReader overlay = must(OverlayReader::open(source));
    File disk = must(File::open(workshop.path("base.disk"), File::Mode::readWrite));
    Progress progress;
    must(verifyOverlay(overlay, base, progress, {}));
    for (const auto& [at, matters] : {std::pair{10, false},
                                      {kChunkSize + 10, true},
                                      {2 * kChunkSize + 10, true},
                                      {3 * kChunkSize, false}}) {
        std::array<std::byte, 1> byte{};
        must(disk.readAt(byte, static_cast<std::uint64_t>(at)));
        byte[0] ^= std::byte{1};
        must(disk.writeAt(byte, static_cast<std::uint64_t>(at)));
        const Result<VerifyReport> report = verifyOverlay(overlay, base, progress, {});
        QCOMPARE(!report, matters);
        if (matters) {
            QCOMPARE(report.error().code, ErrorCode::corrupt);
            QVERIFY(report.error().message.find("verify the base") != std::string::npos);
        }
        byte[0] ^= std::byte{1};
        must(disk.writeAt(byte, static_cast<std::uint64_t>(at)));
    }
    must(verifyOverlay(overlay, base, progress, {}));
}

void TestReader::refusesABaseThatContradicts() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EFGH"));
    MemorySource source(smallOverlay(workshop, base));
    const OverlayHeader header = must(OverlayHeader::parse(source.bytes()));
    std::string text(
        asText(ByteView(source.bytes()).subspan(kOverlayHeaderSize, header.manifestLength)));
    // The right id with another size, and the hash made to fit.
    const std::size_t at = text.find("\"stateSize\":0");
    QVERIFY(at != std::string::npos);
    text.replace(at, 13, "\"stateSize\":1");
    OverlayHeader changed = header;
    changed.manifestHash = sha256(asBytes(text));
    const Bytes first = changed.serialize();
    std::copy(first.begin(), first.end(), source.bytes().begin());
    std::memcpy(source.bytes().data() + kOverlayHeaderSize, text.data(), text.size());
    const OverlayReader overlay = must(OverlayReader::open(source));
    QCOMPARE(overlay.checkBase(base).error().code, ErrorCode::corrupt);
    QVERIFY(!overlay.decode(0, base));
}

void TestReader::refusesWhatIsNoFile() {
    const Workshop workshop;
    QCOMPARE(FileSource::open(workshop.path("missing")).error().code, ErrorCode::notFound);
    QVERIFY(!FileSource::open(workshop.path(".")));
    workshop.write("short", noise(1, 60));
    FileSource source = must(FileSource::open(workshop.path("short")));
    const Result<OverlayReader> opened = OverlayReader::open(source);
    QVERIFY(!opened);
    QVERIFY(opened.error().message.find(workshop.path("short").string()) != std::string::npos);
    // A terabyte of nothing costs nothing.
    File huge = workshop.write("huge", {});
    must(huge.resize(std::uint64_t{1} << 40));
    FileSource empty = must(FileSource::open(workshop.path("huge")));
    QCOMPARE(OverlayReader::open(empty).error().code, ErrorCode::corrupt);
}

// The same segments with another claim about which of them lead; every hash fits.
void TestReader::refusesAnotherStartSet() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EFGH"));
    const std::vector<ChunkRef> touched{
        {ImageKind::memory, 1}, {ImageKind::disk, 0}, {ImageKind::memory, 2}};
    MemorySource source(workshop.encode(base, draw("XBAY", "EZWH"), {}, {.startSet = touched}));
    const OverlayReader overlay = must(OverlayReader::open(source));
    const StartSet right = overlay.manifest().startSet.value();
    QVERIFY(right == (StartSet{1, 2, 3, right.storedBytes}));  // after the copy of A
    const auto opens = [&](const StartSet& claim) {
        Manifest manifest = overlay.manifest();
        manifest.startSet = claim;
        const std::string text = manifest.serialize();
        OverlayHeader header = overlay.header();
        const std::uint64_t rest = header.tableOffset();
        header.fileLength += text.size() - header.manifestLength;
        header.manifestLength = text.size();
        header.manifestHash = sha256(asBytes(text));
        ByteWriter file;
        file.append(header.serialize());
        file.append(asBytes(text));
        file.append(ByteView(source.bytes()).subspan(rest));
        MemorySource changed(file.take());
        return bool(OverlayReader::open(changed));
    };
    QVERIFY(opens(right));
    for (std::uint64_t StartSet::*field : {&StartSet::firstSegment, &StartSet::segments,
                                           &StartSet::chunks, &StartSet::storedBytes}) {
        for (const std::uint64_t value : {0, 1, 2, 3, 4, 5, 1000}) {
            StartSet claim = right;
            claim.*field = value;
            QCOMPARE(opens(claim), claim == right);
        }
    }
}

QTEST_GUILESS_MAIN(TestReader)
#include "tst_reader.moc"
