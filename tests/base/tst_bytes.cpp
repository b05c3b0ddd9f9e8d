#include "engine/base/bytes.h"

#include <QTest>

using namespace cloudlet;

namespace {

Bytes bytesOf(std::initializer_list<int> values) {
    Bytes bytes;
    for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

}  // namespace

class TstBytes : public QObject {
    Q_OBJECT

private slots:
    void readsLittleEndian() {
        const Bytes bytes = bytesOf({1, 2, 1, 4, 3, 2, 1, 8, 7, 6, 5, 4, 3, 2, 0x81});
        ByteReader reader(bytes);
        QCOMPARE(reader.u8(), 1);
        QCOMPARE(reader.u16(), 0x0102);
        QCOMPARE(reader.u32(), 0x01020304u);
        QCOMPARE(reader.u64(), 0x8102030405060708u);
        QVERIFY(reader.atEnd());
        QCOMPARE(reader.position(), 15u);
    }

    void writesWhatItReads() {
        ByteWriter writer;
        writer.u8(0xfe);
        writer.u16(0xfedc);
        writer.u32(0xfedcba98);
        writer.u64(0xfedcba9876543210);
        writer.append(asBytes("text"));
        const Bytes bytes = writer.take();
        ByteReader reader(bytes);
        QCOMPARE(reader.u8(), 0xfe);
        QCOMPARE(reader.u16(), 0xfedc);
        QCOMPARE(reader.u32(), 0xfedcba98u);
        QCOMPARE(reader.u64(), 0xfedcba9876543210u);
        QCOMPARE(asText(reader.take(4)), "text");
        QVERIFY(reader.atEnd());
    }

    void failsForGoodPastTheEnd() {
        const Bytes bytes = bytesOf({1, 2, 3});
        ByteReader reader(bytes);
        QCOMPARE(reader.u32(), 0u);
        QVERIFY(!reader.ok());
        QVERIFY(!reader.atEnd());
        QCOMPARE(reader.remaining(), 0u);
        QCOMPARE(reader.u8(), 0);  // though three bytes are there
        QVERIFY(reader.take(0).empty());
        QVERIFY(!reader.ok());
    }

    void takesNoMoreThanThereIs() {
        const Bytes bytes = bytesOf({1, 2, 3});
        ByteReader reader(bytes);
        QCOMPARE(reader.take(3).size(), 3u);
        QVERIFY(reader.atEnd());
        QVERIFY(reader.take(0).empty());
        QVERIFY(reader.ok());
        QVERIFY(reader.take(SIZE_MAX).empty());
        QVERIFY(!reader.ok());
    }

    void emptyInput() {
        ByteReader reader{ByteView()};
        QVERIFY(reader.atEnd());
        QCOMPARE(reader.varint(), 0u);
        QVERIFY(!reader.ok());
    }

    void varintRoundTrip_data() {
        QTest::addColumn<quint64>("value");
        QTest::addColumn<int>("length");
        QTest::newRow("0") << quint64(0) << 1;
        for (unsigned bits = 7; bits < 64; bits += 7) {
            const quint64 first = quint64(1) << bits;
            QTest::addRow("2^%u - 1", bits) << first - 1 << int(bits / 7);
            QTest::addRow("2^%u", bits) << first << int(bits / 7 + 1);
        }
        QTest::newRow("largest") << ~quint64(0) << 10;
    }
    void varintRoundTrip() {
        QFETCH(quint64, value);
        QFETCH(int, length);
        ByteWriter writer;
        writer.varint(value);
        QCOMPARE(writer.bytes().size(), std::size_t(length));
        ByteReader reader(writer.bytes());
        QCOMPARE(reader.varint(), value);
        QVERIFY(reader.atEnd());
        // Cut anywhere it is no number.
        for (int cut = 0; cut < length; ++cut) {
            ByteReader shorter(ByteView(writer.bytes()).first(std::size_t(cut)));
            QCOMPARE(shorter.varint(), 0u);
            QVERIFY(!shorter.ok());
        }
    }

    void varintRefusesOtherForms_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("0 in two bytes") << QByteArray::fromHex("8000");
        QTest::newRow("127 in two bytes") << QByteArray::fromHex("ff00");
        QTest::newRow("1 in ten bytes") << QByteArray::fromHex("81808080808080808000");
        QTest::newRow("2^64") << QByteArray::fromHex("80808080808080808002");
        QTest::newRow("ten continued") << QByteArray::fromHex("8080808080808080808001");
        QTest::newRow("continued for ever") << QByteArray(100, '\xff');
    }
    void varintRefusesOtherForms() {
        QFETCH(QByteArray, bytes);
        ByteReader reader(asBytes({bytes.constData(), std::size_t(bytes.size())}));
        QCOMPARE(reader.varint(), 0u);
        QVERIFY(!reader.ok());
    }

    void allZero() {
        QVERIFY(isAllZero({}));
        Bytes bytes(4097);
        for (const std::size_t size : {1u, 2u, 63u, 4096u, 4097u}) {
            QVERIFY(isAllZero(ByteView(bytes).first(size)));
            for (const std::size_t at : {std::size_t(0), size / 2, size - 1}) {
                bytes[at] = std::byte{1};
                QVERIFY(!isAllZero(ByteView(bytes).first(size)));
                bytes[at] = std::byte{0};
            }
        }
    }
};

QTEST_GUILESS_MAIN(TstBytes)
#include "tst_bytes.moc"
