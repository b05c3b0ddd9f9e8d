#include "engine/jobs/segment_queue.h"

#include <QObject>

#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

constexpr std::uint64_t kNoLimit = 1ULL << 40;
constexpr std::uint64_t kDiskChunks = 900;  // some segments, however they are cut
constexpr std::uint64_t kMemoryChunks = 600;

// An overlay of noise over an empty base.
class Example {
public:
    Example()
        : m_base(m_workshop.base(
              {Bytes(kDiskChunks * kChunkSize), Bytes(kMemoryChunks * kChunkSize)})),
          m_source(m_workshop.encode(
              m_base, {noise(1, kDiskChunks * kChunkSize), noise(2, kMemoryChunks * kChunkSize)})),
          m_reader(must(OverlayReader::open(m_source))) {}

    const OverlayReader& reader() const { return m_reader; }
    ChunkRef someChunkOf(std::size_t segment) const {
        return m_reader.segment(segment).entries.back().chunk;
    }

private:
    Workshop m_workshop;
    BaseImages m_base;
    MemorySource m_source;
    OverlayReader m_reader;
};

}  // namespace

class TestSegmentQueue : public QObject {
    Q_OBJECT

private slots:
    void goesInFileOrder() {
        const Example example;
        SegmentQueue queue(example.reader());
        QVERIFY(example.reader().segmentCount() >= 4);
        for (std::size_t i = 0; i < example.reader().segmentCount(); ++i) {
            const auto pick = queue.take(kNoLimit);
            QVERIFY(pick.has_value());
            QCOMPARE(pick->segment, i);
            QVERIFY(!pick->demanded);
            QVERIFY(!queue.isComplete());
            queue.finish(*pick);
        }
        QVERIFY(queue.isComplete());
        QVERIFY(!queue.take(kNoLimit));
    }

    void demandedOnesGoFirst() {
        const Example example;
        SegmentQueue queue(example.reader());
        const std::size_t last = example.reader().segmentCount() - 1;
        QVERIFY(queue.demand(example.someChunkOf(last)));
        QVERIFY(!queue.demand(example.someChunkOf(last)));  // known already
        QVERIFY(queue.demand(example.someChunkOf(1)));
        const auto first = queue.take(0);
        QCOMPARE(first->segment, last);
        QVERIFY(first->demanded);
        QCOMPARE(queue.take(0)->segment, std::size_t{1});
        QVERIFY(!queue.demand(example.someChunkOf(1)));  // under way
        QCOMPARE(queue.take(0)->segment, std::size_t{0});
        queue.finish(*first);
        QVERIFY(!queue.demand(example.someChunkOf(last)));  // done
    }

    void whatIsUnderWayMayBeDemandedToo() {
        const Example example;
        SegmentQueue queue(example.reader());
        const auto pick = queue.take(kNoLimit);
        QVERIFY(!queue.isDemanded(*pick));
        QVERIFY(queue.demand(example.someChunkOf(pick->segment)));
        QVERIFY(queue.isDemanded(*pick));
        QVERIFY(!queue.demand(example.someChunkOf(pick->segment)));  // known already
        queue.finish(*pick);
        QVERIFY(queue.demand(example.someChunkOf(1)));
        QVERIFY(queue.isDemanded(*queue.take(kNoLimit)));
    }

    void whatNoSegmentHoldsIsNotDemanded() {
        const Example example;
        SegmentQueue queue(example.reader());
        QVERIFY(!queue.demand({ImageKind::disk, kDiskChunks + 5}));
    }

    void theWindowBoundsWhatNobodyWaitsFor() {
        const Example example;
        SegmentQueue queue(example.reader());
        const auto first = queue.take(0);  // one always may
        QVERIFY(first.has_value());
        QVERIFY(!queue.take(first->stored));
        QVERIFY(queue.demand(example.someChunkOf(2)));
        QCOMPARE(queue.take(0)->segment, std::size_t{2});
        const auto second = queue.take(kNoLimit);
        QCOMPARE(second->segment, std::size_t{1});
        queue.finish(*first);
        QVERIFY(!queue.take(second->stored));
        queue.finish(*second);
        QCOMPARE(queue.take(0)->segment, std::size_t{3});
    }
};

QTEST_GUILESS_MAIN(TestSegmentQueue)
#include "tst_segment_queue.moc"
