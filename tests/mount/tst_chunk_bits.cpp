#include "engine/mount/chunk_bits.h"

#include <QtTest>
#include <random>

#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::mountChannel;

class TestChunkBits : public QObject {
    Q_OBJECT

private slots:
    void goThereAndBack_data() {
        QTest::addColumn<quint64>("chunks");
        QTest::addColumn<int>("members");
        QTest::newRow("none") << quint64(100) << 0;
        QTest::newRow("one") << quint64(1) << 1;
        QTest::newRow("some") << quint64(1003) << 50;
        QTest::newRow("more than one message") << quint64(3'000'001) << 1000;
    }
    void goThereAndBack() {
        QFETCH(quint64, chunks);
        QFETCH(int, members);
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937_64 random(seed);
        ChunkSet set(chunks);
        for (int i = 0; i < members; ++i) set.insert(random() % chunks);
        if (members > 0) set.insert(chunks - 1);
        ChunkSet copy(chunks);
        int messages = 0;
        VERIFY_OK(sendChunks(set, BitSet::modified, ImageKind::memory,
                             [&](const Bits& bits) -> Result<void> {
                                 ++messages;
                                 const Bytes packet = toPacket({0, bits});
                                 const Message message = TRY(parsePacket(packet));
                                 return addChunks(copy, std::get<Bits>(message.body));
                             }));
        QCOMPARE(messages > 0, members > 0);
        QCOMPARE(copy.count(), set.count());
        for (std::uint64_t i = set.next(0); i < chunks; i = set.next(i + 1)) {
            QVERIFY(copy.contains(i));
        }
    }

    void refuseWhatLiesOutside() {
        ChunkSet set(11);
        const Bytes last{std::byte{0x04}};
        const Bytes beyond{std::byte{0x08}};
        VERIFY_OK(addChunks(set, {BitSet::pending, ImageKind::disk, 8, last}));
        QVERIFY(set.contains(10));
        VERIFY_ERROR(addChunks(set, {BitSet::pending, ImageKind::disk, 8, beyond}),
                     ErrorCode::corrupt);
        VERIFY_ERROR(addChunks(set, {BitSet::pending, ImageKind::disk, 1 << 20, last}),
                     ErrorCode::corrupt);
    }

    void stopAtTheFirstError() {
        ChunkSet set(3'000'000);
        set.insert(0);
        set.insert(2'999'999);
        int calls = 0;
        VERIFY_ERROR(sendChunks(set, BitSet::pending, ImageKind::disk,
                                [&](const Bits&) -> Result<void> {
                                    ++calls;
                                    return Error{ErrorCode::unavailable, "gone"};
                                }),
                     ErrorCode::unavailable);
        QCOMPARE(calls, 1);
    }
};

QTEST_GUILESS_MAIN(TestChunkBits)
#include "tst_chunk_bits.moc"
