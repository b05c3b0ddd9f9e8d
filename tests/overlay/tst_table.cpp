// Tables and files that lie, with right hashes around the lies. Names of faults: F06 to F12.
#include <sys/resource.h>

#include <QObject>

#include "engine/overlay/lzma_codec.h"
#include "engine/overlay/table_writer.h"
#include "engine/overlay/xdelta_codec.h"
#include "tests/overlay/hostile_overlay.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestTable : public QObject {
    Q_OBJECT

private slots:
    void roundTrips();
    void hostileHelperMakesGoodFiles();
    void f06UnknownCodecIsUnsupported();
    void slowCodecsClaimTooMuch();
    void slowCodecsWithAnotherPrefix();
    void f07HugeCounts_data();
    void f07HugeCounts();
    void f08ChunksOutsideTheImage_data();
    void f08ChunksOutsideTheImage();
    void f09ChunksTwice_data();
    void f09ChunksTwice();
    void f10LengthsThatLie_data();
    void f10LengthsThatLie();
    void f10Bombs_data();
    void f10Bombs();
    void f11RepeatsOfNothing_data();
    void f11RepeatsOfNothing();
    void f12CopiesFromOutsideTheBase_data();
    void f12CopiesFromOutsideTheBase();
    void stateMustBeWhole();
    void compositionMustBeTrue();
    void hostileTableCostsLittleMemory();
};

static const TableBounds kBounds{{10, 8}, {10, 6}, 0};  // target disk 10 chunks, memory 8

static Result<void> parse(const RawTable& table, const TableBounds& bounds = kBounds) {
    const Result<SegmentTable> parsed = SegmentTable::parse(table.plain(), bounds, 100);
    if (!parsed) return parsed.error();
    return {};
}

static bool refused(const RawTable& table) {
    const Result<void> parsed = parse(table);
    return !parsed && parsed.error().code == ErrorCode::corrupt;
}

void TestTable::roundTrips() {
    Segment data;
    data.codec = Codec::zstd;
    data.kind = SegmentKind::memory;
    data.chunkCount = 3;
    data.plainBytes = 3 * kChunkSize;
    data.stored = {100, 77};
    data.checksum = 0x123456789abcdef0;
    data.contentHash = sha256(asBytes("x"));
    const auto entry = [](ImageKind image, std::uint64_t index, Entry::Kind kind,
                          std::uint32_t position) {
        Entry made;
        made.chunk = {image, index};
        made.kind = kind;
        made.position = position;
        return made;
    };
    data.entries = {entry(ImageKind::memory, 0, Entry::Kind::raw, 0),
                    entry(ImageKind::memory, 2, Entry::Kind::delta, 1),
                    entry(ImageKind::memory, 7, Entry::Kind::raw, 2),
                    entry(ImageKind::disk, 9, Entry::Kind::repeat, 2),
                    entry(ImageKind::memory, 3, Entry::Kind::repeat, 1),
                    entry(ImageKind::memory, 4, Entry::Kind::repeat, 0)};
    Segment copies;
    copies.codec = Codec::copy;
    copies.kind = SegmentKind::disk;
    copies.chunkCount = 2;
    copies.plainBytes = 2 * kChunkSize;
    copies.stored = {177, 0};
    copies.entries = {entry(ImageKind::disk, 1, Entry::Kind::copy, 0),
                      entry(ImageKind::disk, 2, Entry::Kind::copy, 1)};
    copies.entries[0].source = {ImageKind::memory, 5};
    copies.entries[1].source = {ImageKind::disk, 0};
    TableWriter writer(kBounds.base);
    writer.addZeroRuns({{3, 2}, {6, 1}});
    writer.addZeroRuns({});
    writer.beginSegments(2);
    writer.add(data);
    writer.add(copies);
    const SegmentTable table = must(SegmentTable::parse(writer.finish(), kBounds, 100));
    QCOMPARE(table.segmentCount(), std::size_t{2});
    QCOMPARE(table.payloadEnd(), std::uint64_t{177});
    QVERIFY(table.segment(0).entries == data.entries);
    QCOMPARE(table.segment(0).checksum, data.checksum);
    QVERIFY(table.segment(0).contentHash == data.contentHash);
    QVERIFY(table.segment(0).usesBase());
    QVERIFY(table.segment(1).entries == copies.entries);
    QCOMPARE(table.segment(1).stored.offset, std::uint64_t{177});
    RunCursor zeros = table.zeroRuns(ImageKind::disk);
    QVERIFY(zeros.next() == (ChunkRun{3, 2}));
    QVERIFY(zeros.next() == (ChunkRun{6, 1}));
    QVERIFY(!zeros.next() && zeros.ok());
}

void TestTable::hostileHelperMakesGoodFiles() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EF"));
    const Bytes plain = letters("X0");
    const Bytes stored = compressFrame(plain, {}, 3);
    HostileParts parts{manifestFor(base, 4, 2), {}, {}, 0, stored};
    parts.plainTable = RawTable()
                           .zeroRuns({1, 0}, 1)
                           .zeroRuns({}, 0)
                           .segments(1)
                           .bytes({2, 0, 1})
                           .varints({0, 1})
                           .bytes({0})
                           .varints({0, 0})
                           .zstdTail(stored, plain)
                           .plain();
    MemorySource source(wrap(parts));
    const OverlayReader overlay = must(OverlayReader::open(source));
    QVERIFY(must(workshop.replay(overlay, base)).disk == letters("X00D"));
}

void TestTable::f06UnknownCodecIsUnsupported() {
    for (const std::uint8_t codec : std::initializer_list<std::uint8_t>{6, 7, 0, 255}) {
        const Result<void> parsed = parse(RawTable().noZeroRuns().segments(1).bytes({codec, 0, 0}));
        QCOMPARE(parsed.error().code, ErrorCode::unsupported);
    }
    QVERIFY(refused(RawTable().noZeroRuns().segments(1).bytes({1, 3, 0})));  // kind
    QVERIFY(refused(RawTable().noZeroRuns().segments(1).bytes({3, 2, 0})));  // a copied state
}

// One raw chunk of the disk by a codec, its hashes right.
static Bytes oneChunk(const BaseImages& base, std::uint8_t codec, const Bytes& stored,
                      const Bytes& plain, std::uint8_t deltaFlags) {
    HostileParts parts{manifestFor(base, 4, 2), {}, {}, 0, stored};
    parts.plainTable = RawTable()
                           .noZeroRuns()
                           .segments(1)
                           .bytes({codec, 0, 0})
                           .varints({1})
                           .bytes({deltaFlags})
                           .varints({0, 0})
                           .zstdTail(stored, plain)
                           .plain();
    return wrap(parts);
}

static Result<DecodedSegment> decodeFirst(const BaseImages& base, Bytes file) {
    MemorySource source(std::move(file));
    return must(OverlayReader::open(source)).decode(0, base);
}

// Streams of a mebibyte, and of less than a chunk, where one chunk is due.
void TestTable::slowCodecsClaimTooMuch() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EF"));
    for (const std::size_t size : {std::size_t{1} << 20, std::size_t{100}}) {
        const Bytes plain(size);
        const Bytes lzma = compressLzma(plain, {});
        QCOMPARE(decodeFirst(base, oneChunk(base, 4, lzma, plain, 0)).error().code,
                 ErrorCode::corrupt);
        const Result<Bytes> xdelta = compressXdelta(plain, {});
        if (!xdelta) continue;
        QCOMPARE(decodeFirst(base, oneChunk(base, 5, *xdelta, plain, 0)).error().code,
                 ErrorCode::corrupt);
    }
}

// The record names another dictionary than the stream was made with.
void TestTable::slowCodecsWithAnotherPrefix() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EF"));
    const Bytes plain = letters("b");
    const Bytes prefix = letters("B");
    const auto check = [&](std::uint8_t codec, const Bytes& stored) {
        QVERIFY(decodeFirst(base, oneChunk(base, codec, stored, plain, 1)));
        QCOMPARE(decodeFirst(base, oneChunk(base, codec, stored, plain, 0)).error().code,
                 ErrorCode::corrupt);
    };
    check(4, compressLzma(plain, prefix));
    if (const Result<Bytes> xdelta = compressXdelta(plain, prefix)) check(5, *xdelta);
}

void TestTable::f07HugeCounts_data() {
    QTest::addColumn<quint64>("count");
    for (const quint64 count : {quint64{1} << 18, (quint64{1} << 18) + 1, quint64{UINT32_MAX},
                                quint64{1} << 63, quint64{UINT64_MAX}}) {
        QTest::addRow("%llu", static_cast<unsigned long long>(count)) << count;
    }
}

void TestTable::f07HugeCounts() {
    QFETCH(quint64, count);
    QVERIFY(refused(RawTable().zeroRuns({}, count)));
    QVERIFY(refused(RawTable().zeroRuns({0, 0}, count)));
    QVERIFY(refused(RawTable().noZeroRuns().segments(count)));
    const Bytes plain = letters("A");
    QVERIFY(refused(RawTable()
                        .noZeroRuns()
                        .segments(1)
                        .bytes({1, 0, 0})
                        .varints({0, count})  // repeats
                        .storedTail(plain)));
    QVERIFY(
        refused(RawTable().noZeroRuns().segments(1).bytes({2, 0, 0, 0, 0, 0, 0}).varints({count})));
}

void TestTable::f08ChunksOutsideTheImage_data() {
    QTest::addColumn<quint64>("first");
    QTest::addColumn<quint64>("more");  // distance of a second one; or of the run's end
    QTest::newRow("past the end") << quint64{10} << quint64{0};
    QTest::newRow("second past the end") << quint64{9} << quint64{0};
    QTest::newRow("far") << (quint64{1} << 32) << quint64{0};
    QTest::newRow("last number") << quint64{UINT64_MAX} << quint64{0};
    QTest::newRow("wraps to 0") << quint64{1} << quint64{UINT64_MAX - 1};
    QTest::newRow("wraps to 5") << quint64{9} << quint64{UINT64_MAX - 4};
}

void TestTable::f08ChunksOutsideTheImage() {
    QFETCH(quint64, first);
    QFETCH(quint64, more);
    const Bytes plain = letters("AB");
    QVERIFY(refused(RawTable()
                        .noZeroRuns()
                        .segments(1)
                        .bytes({1, 0, 1})
                        .varints({first, more, 0, 0})
                        .storedTail(plain)));
    QVERIFY(refused(RawTable()  // as repeats
                        .noZeroRuns()
                        .segments(1)
                        .bytes({1, 0, 1})
                        .varints({0, 0, 2, first, more, 0, 0, 0})
                        .storedTail(plain)));
    QVERIFY(refused(RawTable().zeroRuns({first, 0, more, 0}, 2).zeroRuns({}, 0).segments(0)));
    QVERIFY(refused(RawTable()
                        .zeroRuns({first, std::max(more, quint64{1})}, 1)
                        .zeroRuns({}, 0)
                        .segments(0)) ||
            first == 1);
}

void TestTable::f09ChunksTwice_data() {
    QTest::addColumn<QList<int>>("disk");     // chunks of a first segment
    QTest::addColumn<QList<int>>("other");    // chunks of a second one
    QTest::addColumn<QList<int>>("repeats");  // of the second one, of the disk
    QTest::addColumn<bool>("good");
    const auto row = [](const char* name, QList<int> disk, QList<int> other, QList<int> repeats,
                        bool good) { QTest::newRow(name) << disk << other << repeats << good; };
    row("apart", {0, 1}, {2, 5}, {8}, true);  // 3, 4 are zero in all rows
    row("interleaved", {0, 2, 7}, {1, 5, 9}, {6, 8}, true);
    row("second before first", {5, 6}, {0, 1}, {}, true);
    row("same in two segments", {0, 1}, {1, 5}, {}, false);
    row("zero and in a segment", {0, 3}, {5}, {}, false);
    row("zero and repeated", {0}, {5}, {4}, false);
    row("repeats itself", {0}, {5}, {5}, false);
    row("repeated over another segment", {0, 1}, {5}, {1}, false);
}

static void addStored(RawTable& table, const QList<int>& chunks, const QList<int>& repeats) {
    const auto ascending = [&](const QList<int>& numbers) {
        int least = 0;
        for (const int number : numbers) {
            table.varints({static_cast<std::uint64_t>(number - least)});
            least = number + 1;
        }
    };
    table.bytes({1, 0, static_cast<std::uint8_t>(chunks.size() - 1)});
    ascending(chunks);
    table.varints({static_cast<std::uint64_t>(repeats.size())});
    ascending(repeats);
    for (qsizetype i = 0; i < repeats.size(); ++i) table.varints({i == 0 ? 0u : 1u});
    table.varints({0}).storedTail(Bytes());
}

void TestTable::f09ChunksTwice() {
    QFETCH(QList<int>, disk);
    QFETCH(QList<int>, other);
    QFETCH(QList<int>, repeats);
    QFETCH(bool, good);
    RawTable table;
    table.zeroRuns({3, 1}, 1).zeroRuns({}, 0).segments(2);
    addStored(table, disk, {});
    addStored(table, other, repeats);
    QCOMPARE(bool(parse(table)), good);
    if (!good) QVERIFY(parse(table).error().message.find("twice") != std::string::npos);
}

void TestTable::f10LengthsThatLie_data() {
    QTest::addColumn<int>("plain");     // by how much the frame lies
    QTest::addColumn<int>("stored");    // by how much the record lies
    QTest::addColumn<int>("segments");  // by how much the file is longer than its segments
    QTest::newRow("frame one byte short") << -1 << 0 << 0;
    QTest::newRow("frame one byte long") << 1 << 0 << 0;
    QTest::newRow("record one byte short") << 0 << -1 << -1;
    QTest::newRow("record one byte long") << 0 << 1 << 1;
    QTest::newRow("file one byte short") << 0 << 0 << -1;
    QTest::newRow("file one byte long") << 0 << 0 << 1;
}

void TestTable::f10LengthsThatLie() {
    QFETCH(int, plain);
    QFETCH(int, stored);
    QFETCH(int, segments);
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EF"));
    Bytes content = letters("X0");
    content.resize(content.size() + static_cast<std::size_t>(plain + 1) - 1);
    const Bytes frame = compressFrame(content, {}, 3);
    Bytes claimed = frame;  // what the record covers
    claimed.resize(frame.size() + static_cast<std::size_t>(stored + 1) - 1);
    Bytes payload = frame;
    payload.resize(frame.size() + static_cast<std::size_t>(segments + 1) - 1);
    HostileParts parts{manifestFor(base, 4, 2), {}, {}, 0, payload};
    parts.plainTable = RawTable()
                           .noZeroRuns()
                           .segments(1)
                           .bytes({2, 0, 1})
                           .varints({0, 1})
                           .bytes({0})
                           .varints({0, 0})
                           .zstdTail(claimed, content)
                           .plain();
    MemorySource source(wrap(parts));
    const Result<OverlayReader> overlay = OverlayReader::open(source);
    const bool found = !overlay || !overlay->decode(0, base);
    QVERIFY(found);
}

// A frame of one repeated byte that claims and gives `size` bytes.
static Bytes bomb(std::size_t size) {
    return compressFrame(Bytes(size, std::byte{1}), {}, 3);
}

void TestTable::f10Bombs_data() {
    QTest::addColumn<QByteArray>("frame");
    const auto row = [](const char* name, const Bytes& frame) {
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(frame.data()),
                                          static_cast<qsizetype>(frame.size()));
    };
    row("64 MiB from a few bytes", bomb(64 << 20));
    // Magic, a descriptor that is not a single segment, window 2^31 (RFC 8878, 3.1.1.1.2), raw
    // last block of two bytes.
    ByteWriter window;
    window.u32(0xfd2fb528);
    window.u8(0x00);
    window.u8(21 << 3);
    window.append(asBytes(std::string_view("\x11\0\0ab", 5)));
    row("window 2^31", window.bytes());
    ByteWriter claims;  // single segment, content size 2^62, empty last block
    claims.u32(0xfd2fb528);
    claims.u8(0xe0);
    claims.u64(std::uint64_t{1} << 62);
    claims.append(asBytes(std::string_view("\x01\0\0", 3)));
    row("claims 2^62 bytes", claims.bytes());
    Bytes nested = bomb(2 * kChunkSize);
    nested = compressFrame(nested, {}, 3);
    row("a frame within a frame", nested);
}

void TestTable::f10Bombs() {
    QFETCH(QByteArray, frame);
    const Bytes bytes(reinterpret_cast<const std::byte*>(frame.constData()),
                      reinterpret_cast<const std::byte*>(frame.constEnd()));
    QVERIFY(!decompressFrame(bytes, {}, 2 * kChunkSize));
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EF"));
    HostileParts parts{manifestFor(base, 4, 2), {}, {}, 0, bytes};
    parts.plainTable = RawTable()
                           .noZeroRuns()
                           .segments(1)
                           .bytes({2, 0, 1})
                           .varints({0, 1})
                           .bytes({0})
                           .varints({0, 0})
                           .zstdTail(bytes, Bytes(2 * kChunkSize, std::byte{1}))
                           .plain();
    MemorySource asSegment(wrap(parts));
    const Result<OverlayReader> overlay = OverlayReader::open(asSegment);
    QVERIFY(!overlay || !overlay->decode(0, base));
    // The same as the table.
    MemorySource asTable(wrap({manifestFor(base, 4, 2), {}, bytes, 100, {}}));
    QCOMPARE(OverlayReader::open(asTable).error().code, ErrorCode::corrupt);
}

void TestTable::f11RepeatsOfNothing_data() {
    QTest::addColumn<quint64>("position");  // zigzag from 0
    QTest::newRow("one too far") << quint64{4};
    QTest::newRow("before the first") << quint64{1};
    QTest::newRow("far") << (quint64{1} << 33);
    QTest::newRow("last number") << quint64{UINT64_MAX};
    QTest::newRow("largest even") << quint64{UINT64_MAX - 1};
}

// A repeat names a place in its own segment: itself, a cycle, a chain or what comes later cannot
// be said, so only the place can be wrong.
void TestTable::f11RepeatsOfNothing() {
    QFETCH(quint64, position);
    const auto table = [](std::uint64_t at) {
        return RawTable()
            .noZeroRuns()
            .segments(1)
            .bytes({1, 0, 1})
            .varints({0, 0, 1, 5, at, 0})
            .storedTail(letters("AB"));
    };
    QVERIFY(parse(table(2)));
    QVERIFY(refused(table(position)));
}

void TestTable::f12CopiesFromOutsideTheBase_data() {
    QTest::addColumn<quint64>("source");  // zigzag from 0; the base has 10 + 6 chunks
    QTest::addColumn<bool>("good");
    QTest::newRow("first") << quint64{0} << true;
    QTest::newRow("last") << quint64{30} << true;
    QTest::newRow("one too far") << quint64{32} << false;
    QTest::newRow("before the first") << quint64{1} << false;
    QTest::newRow("last number") << quint64{UINT64_MAX} << false;
    QTest::newRow("largest even") << quint64{UINT64_MAX - 1} << false;
}

void TestTable::f12CopiesFromOutsideTheBase() {
    QFETCH(quint64, source);
    QFETCH(bool, good);
    const RawTable table =
        RawTable().noZeroRuns().segments(1).bytes({3, 0, 0}).varints({0, source}).hash(Hash());
    QCOMPARE(bool(parse(table)), good);
    QCOMPARE(refused(table), !good);
    // A delta past the base's end: the target is longer than the base.
    const TableBounds longer{{20, 8}, {10, 6}, 0};
    const RawTable delta =
        RawTable().noZeroRuns().segments(1).bytes({2, 0, 0}).varints({12}).bytes({1, 0, 0});
    QVERIFY(!parse(delta, longer));
    QVERIFY(parse(delta, longer).error().message.find("delta") != std::string::npos);
    const RawTable spare =
        RawTable().noZeroRuns().segments(1).bytes({2, 0, 0}).varints({2}).bytes({2, 0, 0});
    QVERIFY(parse(spare).error().message.find("spare") != std::string::npos);
}

void TestTable::stateMustBeWhole() {
    TableBounds bounds = kBounds;
    bounds.stateBytes = kMostSegmentBytes + 5;
    const auto pieces = [](std::uint64_t count) {
        RawTable table = RawTable().noZeroRuns().segments(count);
        for (std::uint64_t i = 0; i < count; ++i) table.bytes({1, 2}).storedTail(Bytes());
        return table;
    };
    QVERIFY(!parse(pieces(0), bounds));
    QVERIFY(!parse(pieces(1), bounds));
    QVERIFY(parse(pieces(2), bounds));
    QVERIFY(!parse(pieces(3), bounds));
    QVERIFY(!parse(pieces(1), kBounds));
    const SegmentTable table = must(SegmentTable::parse(pieces(2).plain(), bounds, 0));
    QCOMPARE(table.segment(1).plainBytes, 5u);
    QCOMPARE(table.payloadEnd(), bounds.stateBytes);
}

void TestTable::compositionMustBeTrue() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EF"));
    HostileParts parts{manifestFor(base, 4, 2), {}, {}, 0, {}};
    parts.plainTable = RawTable().zeroRuns({1, 0}, 1).zeroRuns({}, 0).segments(0).plain();
    MemorySource good(wrap(parts));
    must(OverlayReader::open(good));
    // wrap() fills in the truth where it can parse the table: so let it not, by a table that is
    // only good as a frame.
    parts.storedTable = compressFrame(parts.plainTable, {}, 3);
    parts.tablePlainLength = parts.plainTable.size();
    parts.plainTable.clear();
    MemorySource lies(wrap(parts));
    const Result<OverlayReader> overlay = OverlayReader::open(lies);
    QVERIFY(!overlay);
    QVERIFY(overlay.error().message.find("composition") != std::string::npos);
}

void TestTable::hostileTableCostsLittleMemory() {
    // As many segments as there may be, each with chunks of its own: the worst that a table of
    // this size can ask for.
    const TableBounds bounds{{kMostSegments, kMostSegments}, {1, 1}, 0};
    RawTable table = RawTable().noZeroRuns().segments(kMostSegments);
    for (std::uint64_t i = 0; i < kMostSegments; ++i) {
        table.bytes({1, 0, 0}).varints({i, 0, 1, i, 0}).storedTail(Bytes());
    }
    const Bytes plain = table.plain();
    const auto peak = [] {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return usage.ru_maxrss;  // KiB
    };
    const long before = peak();
    const SegmentTable parsed = must(SegmentTable::parse(plain, bounds, 0));
    QCOMPARE(parsed.segmentCount(), std::size_t{kMostSegments});
    QCOMPARE(parsed.tally().images[1].repeats, kMostSegments);
    const long grown = peak() - before;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("a sanitizer takes memory of its own");
#endif
    QVERIFY2(grown < 100 << 10, qPrintable(QString::number(grown)));
}

QTEST_GUILESS_MAIN(TestTable)
#include "tst_table.moc"
