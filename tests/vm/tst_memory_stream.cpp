// Hand-made migration streams with pages, in one piece and byte by byte.
#include "engine/vm/memory_stream.h"

#include <QTest>
#include <map>

#include "engine/image/chunk.h"

using namespace cloudlet;

namespace {

constexpr std::uint64_t kMemoryPages = 16;
constexpr std::uint8_t kPart = 2;
constexpr std::uint8_t kLast = 3;

// Writes in network order.
class Stream {
public:
    Stream& u8(std::uint64_t value) { return number(value, 1); }
    Stream& u32(std::uint64_t value) { return number(value, 4); }
    Stream& u64(std::uint64_t value) { return number(value, 8); }
    Stream& text(std::string_view value) {
        m_writer.append(asBytes(value));
        return *this;
    }
    Stream& named(std::string_view value) { return u8(value.size()).text(value); }
    Stream& section(std::uint8_t type, std::uint32_t id = 2) { return u8(type).u32(id); }
    Stream& footer(std::uint32_t id = 2) { return u8(0x7e).u32(id); }
    Stream& end() { return u64(0x10); }
    // Filled with a letter; a zero page if it is '0'. Without a block: of the same as before.
    Stream& page(std::string_view block, std::uint64_t index, char letter) {
        const bool zero = letter == '0';
        u64(index * kChunkSize | (zero ? 0x02 : 0x08) | (block.empty() ? 0x20 : 0));
        if (!block.empty()) named(block);
        return zero ? u8(0) : text(std::string(kChunkSize, letter));
    }
    Stream& header() {
        text("QEVM").u32(3).u8(7).u32(10).text("pc-q35-7.2");
        u8(1).u32(2).named("ram").u32(0).u32(4).u64((kMemoryPages + 8) * kChunkSize | 4);
        named("ram0").u64(kMemoryPages * kChunkSize);
        return named("vga.vram").u64(8 * kChunkSize).end().footer();
    }
    Bytes bytes() const { return m_writer.bytes(); }

private:
    Stream& number(std::uint64_t value, int bytes) {
        while (bytes-- > 0) m_writer.u8(static_cast<std::uint8_t>(value >> (8 * bytes)));
        return *this;
    }

    ByteWriter m_writer;
};

Bytes whole() {
    Stream s;
    s.header().section(kPart).page("ram0", 0, 'A').page("", 1, '0').page("", 3, 'B');
    s.page("vga.vram", 0, 'v').page("", 1, '0').end().footer();
    s.section(kLast).page("ram0", 3, 'C').end().footer();
    return s.text("devices, and what describes them").bytes();
}

// The same without the memory's pages.
Bytes state() {
    Stream s;
    s.header().section(kPart).page("vga.vram", 0, 'v').page("", 1, '0').end().footer();
    return s.section(kLast).end().footer().text("devices, and what describes them").bytes();
}

struct Parted {
    Result<Bytes> state;
    std::map<std::uint64_t, char> pages;
};

Parted take(const Bytes& stream, std::size_t step) {
    Parted parted{Bytes(), {}};
    MemoryStream reader([&](std::uint64_t page, ByteView bytes) -> Result<void> {
        parted.pages[page] = static_cast<char>(bytes[kChunkSize - 1]);
        return {};
    });
    for (std::size_t at = 0; at < stream.size(); at += step) {
        const Result<void> fed =
            reader.feed(ByteView(stream).subspan(at, std::min(step, stream.size() - at)));
        if (fed) continue;
        parted.state = fed.error();
        return parted;
    }
    parted.state = reader.finish();
    return parted;
}

}  // namespace

class TestMemoryStream : public QObject {
    Q_OBJECT

private slots:
    void partsPagesFromState_data();
    void partsPagesFromState();
    void refusesEveryTruncation();
    void survivesEveryFlippedBit();
    void refusesWhatItDoesNotKnow_data();
    void refusesWhatItDoesNotKnow();
    void passesOnTheSinksError();
};

void TestMemoryStream::partsPagesFromState_data() {
    QTest::addColumn<int>("step");
    for (const int step : {1, 7, 4096, 1 << 20}) QTest::addRow("%d", step) << step;
}

void TestMemoryStream::partsPagesFromState() {
    QFETCH(int, step);
    const Parted parted = take(whole(), static_cast<std::size_t>(step));
    QVERIFY2(bool(parted.state), parted.state ? "" : parted.state.error().message.c_str());
    QVERIFY(*parted.state == state());
    const std::map<std::uint64_t, char> pages{{0, 'A'}, {1, '\0'}, {3, 'C'}};
    QVERIFY(parted.pages == pages);
}

void TestMemoryStream::refusesEveryTruncation() {
    const Bytes stream = whole();
    const std::size_t needed =
        stream.size() - std::string("devices, and what describes them").size();
    for (std::size_t length = 0; length < needed; ++length) {
        const Bytes cut(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(length));
        const Parted parted = take(cut, cut.size() + 1);
        QVERIFY2(!parted.state, std::to_string(length).c_str());
        QCOMPARE(parted.state.error().code, ErrorCode::corrupt);
    }
}

void TestMemoryStream::survivesEveryFlippedBit() {
    Stream s;
    s.header().section(kLast).page("ram0", 2, '0').page("vga.vram", 0, '0').end().footer();
    const Bytes stream = s.text("devices").bytes();
    for (std::size_t bit = 0; bit < stream.size() * 8; ++bit) {
        Bytes flipped = stream;
        flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
        const Parted parted = take(flipped, flipped.size());
        for (const auto& [page, letter] : parted.pages) QVERIFY(page < kMemoryPages);
    }
}

void TestMemoryStream::refusesWhatItDoesNotKnow_data() {
    QTest::addColumn<QByteArray>("rest");
    QTest::addColumn<ErrorCode>("code");
    const auto row = [](const char* name, const Stream& stream, ErrorCode code) {
        const Bytes bytes = stream.bytes();
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                          static_cast<qsizetype>(bytes.size()))
                            << code;
    };
    row("a page past the end", Stream().section(kPart).page("ram0", kMemoryPages, 'A'),
        ErrorCode::corrupt);
    row("another live section", Stream().section(kPart, 5).end(), ErrorCode::unsupported);
    row("a compressed page", Stream().section(kPart).u64(0x100).named("ram0").u32(0),
        ErrorCode::unsupported);
    row("a page of sevens", Stream().section(kPart).u64(0x02).named("ram0").u8(7),
        ErrorCode::corrupt);
    row("devices before the end", Stream().u8(4).u32(7).named("cpu"), ErrorCode::corrupt);
}

void TestMemoryStream::refusesWhatItDoesNotKnow() {
    QFETCH(QByteArray, rest);
    QFETCH(ErrorCode, code);
    const Bytes stream = Stream().header().text(rest.toStdString()).bytes();
    const Parted parted = take(stream, stream.size());
    QVERIFY(!parted.state);
    QCOMPARE(parted.state.error().code, code);
}

void TestMemoryStream::passesOnTheSinksError() {
    MemoryStream reader([](std::uint64_t, ByteView) -> Result<void> {
        return Error{ErrorCode::noSpace, "full"};
    });
    Result<void> fed = reader.feed(whole());
    if (fed) {
        const Result<Bytes> state = reader.finish();
        QVERIFY(!state);
        fed = state.error();
    }
    QCOMPARE(fed.error().code, ErrorCode::noSpace);
}

QTEST_GUILESS_MAIN(TestMemoryStream)
#include "tst_memory_stream.moc"
