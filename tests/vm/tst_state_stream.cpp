// Hand-made migration streams: what is read, stripped and refused.
#include "engine/vm/state_stream.h"

#include <QTest>

using namespace cloudlet;

namespace {

// Writes in network order.
class Stream {
public:
    Stream& u8(std::uint8_t value) { return number(value, 1); }
    Stream& u32(std::uint32_t value) { return number(value, 4); }
    Stream& u64(std::uint64_t value) { return number(value, 8); }
    Stream& text(std::string_view value) {
        m_writer.append(asBytes(value));
        return *this;
    }
    Stream& named(std::string_view value) {
        return u8(static_cast<std::uint8_t>(value.size())).text(value);
    }
    Bytes bytes() const { return m_writer.bytes(); }

private:
    Stream& number(std::uint64_t value, int bytes) {
        while (bytes-- > 0) m_writer.u8(static_cast<std::uint8_t>(value >> (8 * bytes)));
        return *this;
    }

    ByteWriter m_writer;
};

constexpr std::uint64_t kMemory = 128 << 20;

Stream configuration() {
    Stream s;
    s.text("QEVM").u32(3).u8(7).u32(10).text("pc-q35-7.2");
    return s;
}

Stream& capabilities(Stream& s, const std::vector<std::string>& names) {
    s.u8(5)
        .named("configuration/capabilities")
        .u32(1)
        .u32(static_cast<std::uint32_t>(names.size()));
    for (const std::string& name : names) s.named(name);
    return s;
}

// Blocks ram0 and vga.vram, with an address each if `addresses`, and something that follows.
Stream& ram(Stream& s, bool addresses, std::uint64_t memory = kMemory) {
    s.u8(1).u32(2).named("ram").u32(0).u32(4).u64((memory + 0x800000) | 4);
    s.named("ram0").u64(memory);
    if (addresses) s.u64(0);
    s.named("vga.vram").u64(0x800000);
    if (addresses) s.u64(0xfd000000);
    return s.u64(0x10).u8(0x7e).u32(2).text("and the rest");
}

Bytes captured() {
    Stream s = configuration();
    return ram(capabilities(s, {"x-ignore-shared"}), true).bytes();
}

Bytes plain() {
    Stream s = configuration();
    return ram(s, false).bytes();
}

MachineSpec machine() {
    MachineSpec spec;
    spec.memoryBytes = kMemory;
    spec.qemuVersion = "7.2.22";
    return spec;
}

}  // namespace

class TestStateStream : public QObject {
    Q_OBJECT

private slots:
    void readsHeaders();
    void stripsToThePlainForm();
    void keepsOtherCapabilities();
    void refusesEveryTruncation();
    void survivesEveryFlippedBit();
    void refusesWhatItDoesNotKnow();
    void checksAgainstTheMachine();
};

void TestStateStream::readsHeaders() {
    const StateHeader header = readStateHeader(captured()).value();
    QCOMPARE(header.machineType, std::string("pc-q35-7.2"));
    QVERIFY(header.ignoresShared);
    QCOMPARE(header.capabilities, std::vector<std::string>{"x-ignore-shared"});
    const std::vector<RamBlock> blocks{{"ram0", kMemory}, {"vga.vram", 0x800000}};
    QCOMPARE(header.blocks, blocks);
    const StateHeader other = readStateHeader(plain()).value();
    QVERIFY(!other.ignoresShared);
    QCOMPARE(other.blocks, blocks);
}

void TestStateStream::stripsToThePlainForm() {
    QCOMPARE(stripIgnoreShared(captured()).value(), plain());
    QCOMPARE(stripIgnoreShared(plain()).value(), plain());
}

void TestStateStream::keepsOtherCapabilities() {
    Stream with = configuration();
    const Bytes before =
        ram(capabilities(with, {"xbzrle", "x-ignore-shared", "events"}), true).bytes();
    Stream without = configuration();
    const Bytes after = ram(capabilities(without, {"xbzrle", "events"}), false).bytes();
    QCOMPARE(stripIgnoreShared(before).value(), after);
    QCOMPARE(stripIgnoreShared(after).value(), after);
}

void TestStateStream::refusesEveryTruncation() {
    const Bytes whole = captured();
    const std::size_t header = whole.size() - 5 - 12;  // what follows the blocks is not read
    for (std::size_t length = 0; length < header; ++length) {
        const auto result = stripIgnoreShared(ByteView(whole).first(length));
        QVERIFY2(!result, std::to_string(length).c_str());
        QCOMPARE(result.error().code, ErrorCode::corrupt);
    }
    QVERIFY(bool(stripIgnoreShared(ByteView(whole).first(header))));
}

void TestStateStream::survivesEveryFlippedBit() {
    const Bytes whole = captured();
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        Bytes flipped = whole;
        flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
        const auto result = stripIgnoreShared(flipped);
        QVERIFY(!result || result->size() <= whole.size());
    }
}

void TestStateStream::refusesWhatItDoesNotKnow() {
    Stream version;
    version.text("QEVM").u32(4).u8(7);
    QCOMPARE(readStateHeader(version.bytes()).error().code, ErrorCode::unsupported);
    Stream subsection = configuration();
    subsection.u8(5).named("configuration/target-page-bits").u32(1).u32(12);
    const Error unknown = readStateHeader(ram(subsection, false).bytes()).error();
    QCOMPARE(unknown.code, ErrorCode::unsupported);
    QVERIFY(unknown.message.find("target-page-bits") != std::string::npos);
    Stream twice = configuration();
    capabilities(capabilities(twice, {"events"}), {"x-ignore-shared"});
    QCOMPARE(readStateHeader(ram(twice, true).bytes()).error().code, ErrorCode::corrupt);
    Stream noRam = configuration();
    noRam.u8(1).u32(0).named("timer").u32(0).u32(2);
    QCOMPARE(readStateHeader(noRam.bytes()).error().code, ErrorCode::corrupt);
}

void TestStateStream::checksAgainstTheMachine() {
    QVERIFY(bool(checkState(plain(), machine())));
    QCOMPARE(checkState(captured(), machine()).error().code, ErrorCode::corrupt);
    MachineSpec other = machine();
    other.machineType = "pc-q35-8.2";
    QCOMPARE(checkState(plain(), other).error().code, ErrorCode::incompatible);
    other = machine();
    other.memoryBytes *= 2;
    QCOMPARE(checkState(plain(), other).error().code, ErrorCode::incompatible);
    Stream foreign = configuration();
    foreign.u8(1).u32(2).named("ram").u32(0).u32(4).u64(kMemory | 4).named("pc.ram").u64(kMemory);
    foreign.u64(0x10);
    QCOMPARE(checkState(foreign.bytes(), machine()).error().code, ErrorCode::incompatible);
}

QTEST_GUILESS_MAIN(TestStateStream)
#include "tst_state_stream.moc"
