#include <QObject>

#include "engine/overlay/header.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestHeader : public QObject {
    Q_OBJECT

private slots:
    void roundTrips();
    void refusesWhatCannotBe();
};

void TestHeader::roundTrips() {
    OverlayHeader header;
    header.manifestLength = 1000;
    header.tableStored = 50;
    header.tablePlain = 70;
    header.fileLength = 80 + 1000 + 50 + 5;
    header.manifestHash = sha256(asBytes("x"));
    const Bytes bytes = header.serialize();
    QCOMPARE(bytes.size(), std::size_t{80});
    const OverlayHeader again = must(OverlayHeader::parse(bytes));
    QVERIFY(again.serialize() == bytes);
    QCOMPARE(again.payloadOffset(), std::uint64_t{1130});
}

void TestHeader::refusesWhatCannotBe() {
    OverlayHeader header;
    header.manifestLength = 1000;
    header.tableStored = 50;
    header.tablePlain = 70;
    header.fileLength = 80 + 1000 + 50;
    const Bytes good = header.serialize();
    QVERIFY(OverlayHeader::parse(good));
    for (std::size_t size = 0; size < good.size(); ++size) {
        QVERIFY(!OverlayHeader::parse(ByteView(good).first(size)));
    }
    const auto codeOf = [&](std::size_t at, std::uint64_t value, std::size_t width) {
        Bytes bytes = good;
        std::memcpy(bytes.data() + at, &value, width);
        const Result<OverlayHeader> parsed = OverlayHeader::parse(bytes);
        return parsed ? ErrorCode::failed : parsed.error().code;
    };
    QCOMPARE(codeOf(0, 'P', 1), ErrorCode::corrupt);    // F06: magic
    QCOMPARE(codeOf(8, 3, 4), ErrorCode::unsupported);  // F06: newer version
    QCOMPARE(codeOf(8, 1, 4), ErrorCode::unsupported);
    QCOMPARE(codeOf(12, 1, 4), ErrorCode::unsupported);  // F06: critical flag
    QCOMPARE(codeOf(16, 1129, 8), ErrorCode::corrupt);   // shorter than its parts
    for (const std::uint64_t huge : {std::uint64_t{0}, UINT64_MAX, std::uint64_t{1} << 63}) {
        QCOMPARE(codeOf(24, huge, 8), ErrorCode::corrupt);  // F07: lengths that wrap
        QCOMPARE(codeOf(32, huge, 8), ErrorCode::corrupt);
        QCOMPARE(codeOf(40, huge, 8), ErrorCode::corrupt);
    }
}

QTEST_GUILESS_MAIN(TestHeader)
#include "tst_header.moc"
