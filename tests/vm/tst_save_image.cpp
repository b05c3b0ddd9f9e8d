#include "engine/vm/save_image.h"

#include <QTest>

using namespace cloudlet;

class TestSaveImage : public QObject {
    Q_OBJECT

private slots:
    void hasLibvirtsLayout();
};

void TestSaveImage::hasLibvirtsLayout() {
    for (std::size_t length = 0; length < 200; ++length) {
        const std::string xml(length, 'x');
        const Bytes image = buildSaveImage(xml, asBytes("QEVM and more"));
        ByteReader in(image);
        QCOMPARE(asText(in.take(16)), std::string_view("LibvirtQemudSave"));
        QCOMPARE(in.u32(), 2U);
        const std::uint32_t data = in.u32();
        QCOMPARE(in.u32(), 1U);
        QCOMPARE(in.u32(), 0U);
        QCOMPARE(in.u32(), 0U);
        QVERIFY(isAllZero(in.take(56)));
        QCOMPARE(in.position(), std::size_t{92});
        QCOMPARE(asText(in.take(length)), std::string_view(xml));
        QVERIFY(data > length);
        QVERIFY(isAllZero(in.take(data - length)));
        QCOMPARE(in.position() % 64, std::size_t{0});
        QCOMPARE(asText(in.take(in.remaining())), std::string_view("QEVM and more"));
    }
}

QTEST_GUILESS_MAIN(TestSaveImage)
#include "tst_save_image.moc"
