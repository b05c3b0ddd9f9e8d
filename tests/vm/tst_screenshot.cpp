#include "engine/vm/screenshot.h"

#include <QTest>

using namespace cloudlet;

namespace {

Bytes picture(std::string_view header, std::size_t pixels) {
    Bytes bytes(asBytes(header).begin(), asBytes(header).end());
    for (std::size_t i = 0; i < pixels * 3; ++i) bytes.push_back(static_cast<std::byte>(i * 7));
    return bytes;
}

std::uint32_t bigEndian(ByteView bytes) {
    std::uint32_t value = 0;
    for (const std::byte b : bytes) value = value << 8 | std::to_integer<std::uint32_t>(b);
    return value;
}

}  // namespace

class TestScreenshot : public QObject {
    Q_OBJECT

private slots:
    void convertsPpm();
    void acceptsItsOwnPng();
    void refusesMalformedPictures();
};

void TestScreenshot::convertsPpm() {
    const Bytes png = toPng(picture("P6\n# made by QEMU\n4 3\n255\n", 12)).value();
    QCOMPARE(asText(png).substr(1, 3), std::string_view("PNG"));
    QCOMPARE(bigEndian(ByteView(png).subspan(16, 4)), 4U);
    QCOMPARE(bigEndian(ByteView(png).subspan(20, 4)), 3U);
}

void TestScreenshot::acceptsItsOwnPng() {
    const Bytes png = toPng(picture("P6 4 3 255 ", 12)).value();
    QCOMPARE(toPng(png).value(), png);
    for (std::size_t length = 0; length < png.size(); ++length) {
        static_cast<void>(toPng(ByteView(png).first(length)));
    }
    for (std::size_t bit = 0; bit < png.size() * 8; ++bit) {
        Bytes flipped = png;
        flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
        static_cast<void>(toPng(flipped));
    }
}

void TestScreenshot::refusesMalformedPictures() {
    const Bytes good = picture("P6 4 3 255 ", 12);
    for (std::size_t length = 0; length < good.size(); ++length) {
        const auto result = toPng(ByteView(good).first(length));
        QVERIFY2(!result, std::to_string(length).c_str());
        QCOMPARE(result.error().code, ErrorCode::corrupt);
    }
    for (const char* header : {"P6 0 3 255 ", "P6 99999 3 255 ", "P6 4 3 65535 ", "P6 -4 3 255 ",
                               "P6 4294967300 3 255 ", "P5 4 3 255 ", "GIF89a"}) {
        QVERIFY2(!toPng(picture(header, 12)), header);
    }
}

QTEST_GUILESS_MAIN(TestScreenshot)
#include "tst_screenshot.moc"
