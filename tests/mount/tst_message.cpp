#include "engine/mount/message.h"

#include <QtTest>

#include "engine/image/base_vm.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::mountChannel;

namespace {

MountStatistics someStatistics() {
    MountStatistics s;
    s.disk = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    s.memory.bytesFromUpper = UINT64_MAX;
    s.waits = 10;
    s.waitP50 = std::chrono::microseconds(11);
    s.waitP99 = std::chrono::microseconds(12);
    s.waitMost = std::chrono::microseconds(INT64_MAX);
    s.failedWaits = 14;
    s.waitingNow = 15;
    s.oldestWaiting = std::chrono::microseconds(16);
    s.openFiles = 17;
    return s;
}

// One of each type, in their order. Views point into static bytes.
std::vector<Message> oneOfEach() {
    static const Bytes chunks = test::letterImage("AB");
    static const Bytes bits(3, std::byte{0x81});
    return {
        {1, SetUp{kVersion, 10, 20, 131072, 30000, true, "/run/vm", "/base/disk", "/base/memory"}},
        {2, Bits{BitSet::zeroed, ImageKind::memory, 64, bits}},
        {3, Start{}},
        {4, Attach{}},
        {0, Place{ImageKind::memory, 7, chunks}},
        {0, PlaceZero{{ImageKind::disk, 5, 1000}}},
        {7, AllPlaced{}},
        {8, GetChanges{ImageKind::memory}},
        {9, GetTouches{}},
        {10, GetStatistics{}},
        {11, Fail{}},
        {12, ShutDown{}},
        {13, Ready{10, 20}},
        {14, Failed{{ErrorCode::noSpace, "no room"}}},
        {15, Done{}},
        {0, Alive{4711}},
        {0, Demand{{{ImageKind::disk, 1, 2}, {ImageKind::memory, 3, 4}}}},
        {18, Touches{{{ImageKind::disk, 1}, {ImageKind::memory, 2}}}},
        {19, Statistics{someStatistics()}},
    };
}

Bytes changed(Bytes packet, std::size_t at, unsigned value) {
    packet[at] = static_cast<std::byte>(value);
    return packet;
}

}  // namespace

class TestMessage : public QObject {
    Q_OBJECT

private slots:
    void goesThereAndBack() {
        const std::vector<Message> messages = oneOfEach();
        QCOMPARE(messages.size(), std::variant_size_v<Body>);
        for (std::size_t i = 0; i < messages.size(); ++i) {
            QCOMPARE(messages[i].body.index(), i);
            const Bytes packet = toPacket(messages[i]);
            VALUE(parsed, parsePacket(packet));
            QCOMPARE(parsed.tag, messages[i].tag);
            QCOMPARE(parsed.body.index(), i);
            QVERIFY(toPacket(parsed) == packet);
        }
    }

    void keepsTheValues() {
        const std::vector<Message> messages = oneOfEach();
        const auto again = [&](std::size_t i) {
            return parsePacket(toPacket(messages[i])).value();
        };
        QVERIFY(std::get<SetUp>(again(0).body) == std::get<SetUp>(messages[0].body));
        const Bytes placed = toPacket(messages[4]);
        VALUE(place, parsePacket(placed));
        QVERIFY(sameBytes(std::get<Place>(place.body).bytes, test::letterImage("AB")));
        QCOMPARE(std::get<Failed>(again(13).body).error.message, std::string("no room"));
        QVERIFY(std::get<Demand>(again(16).body).ranges ==
                std::get<Demand>(messages[16].body).ranges);
        QVERIFY(std::get<Touches>(again(17).body).chunks ==
                std::get<Touches>(messages[17].body).chunks);
        QVERIFY(std::get<Statistics>(again(18).body).values == someStatistics());
    }

    // Cut anywhere, or with a byte too many, none is taken for a whole one. The ones that end in
    // a list may be shorter, but not by a part of an entry.
    void refusesCutMessages() {
        for (const Message& message : oneOfEach()) {
            const Bytes packet = toPacket(message);
            const bool isList = std::holds_alternative<Bits>(message.body) ||
                                std::holds_alternative<Place>(message.body) ||
                                std::holds_alternative<Demand>(message.body) ||
                                std::holds_alternative<Touches>(message.body);
            for (std::size_t size = 0; size < packet.size(); ++size) {
                const auto cut = parsePacket(ByteView(packet).first(size));
                if (!isList) VERIFY_ERROR(cut, ErrorCode::corrupt);
                if (cut) QCOMPARE(toPacket(*cut).size(), size);
            }
            Bytes longer = packet;
            longer.push_back(std::byte{1});
            if (!std::holds_alternative<Bits>(message.body)) {
                VERIFY_ERROR(parsePacket(longer), ErrorCode::corrupt);
            }
        }
        VERIFY_ERROR(parsePacket(Bytes(kMostPacket + 1)), ErrorCode::corrupt);
    }

    // A flipped bit makes another message or none; what is accepted has one spelling.
    void everyAcceptedPacketIsCanonical() {
        for (const Message& message : oneOfEach()) {
            const Bytes packet = toPacket(message);
            for (std::size_t i = 0; i < std::min<std::size_t>(packet.size(), 300) * 8; ++i) {
                Bytes flipped = packet;
                flipped[i / 8] ^= std::byte{1} << (i % 8);
                const auto parsed = parsePacket(flipped);
                if (parsed) QVERIFY(toPacket(*parsed) == flipped);
            }
        }
    }

    void refusesWhatIsOutOfBounds() {
        const std::uint64_t most = kMostImageBytes / kChunkSize;
        const auto refused = [](const Body& body) { return !parsePacket(toPacket({0, body})); };
        QVERIFY(!refused(PlaceZero{{ImageKind::disk, most - 1, 1}}));
        QVERIFY(refused(PlaceZero{{ImageKind::disk, most, 1}}));
        QVERIFY(refused(PlaceZero{{ImageKind::disk, UINT64_MAX, 2}}));
        QVERIFY(refused(PlaceZero{{ImageKind::disk, 0, 0}}));
        QVERIFY(refused(Place{ImageKind::disk, 0, {}}));
        QVERIFY(refused(Place{ImageKind::disk, most, test::letterChunk('A')}));
        QVERIFY(refused(Place{ImageKind::disk, 0, Bytes(kChunkSize - 1)}));
        QVERIFY(refused(Bits{BitSet::pending, ImageKind::disk, 4, Bytes(1)}));
        QVERIFY(refused(Bits{BitSet::pending, ImageKind::disk, 8, {}}));
        QVERIFY(refused(Alive{0}));
        QVERIFY(refused(Alive{UINT32_MAX}));
        QVERIFY(refused(Ready{0, 1}));
        QVERIFY(refused(Demand{{{ImageKind::disk, most, 1}}}));
        QVERIFY(refused(Touches{{{ImageKind::disk, most}}}));
        SetUp setUp = std::get<SetUp>(oneOfEach()[0].body);
        setUp.readDeadlineMs = 0;
        QVERIFY(refused(setUp));
        setUp = std::get<SetUp>(oneOfEach()[0].body);
        setUp.folder = std::string("a\0b", 3);
        QVERIFY(refused(setUp));
        const Bytes place = toPacket({0, PlaceZero{{ImageKind::disk, 0, 1}}});
        QVERIFY(!parsePacket(changed(place, 8, 2)));   // no such image
        QVERIFY(!parsePacket(changed(place, 2, 1)));   // not zero
        QVERIFY(!parsePacket(changed(place, 0, 13)));  // no such type
    }

    void cutsLongErrors() {
        const Error error{ErrorCode::failed, std::string(10'000, 'x')};
        const Bytes packet = toPacket({1, Failed{error}});
        VALUE(parsed, parsePacket(packet));
        QCOMPARE(std::get<Failed>(parsed.body).error.message, std::string(4096, 'x'));
    }

    void fitsOnePacket() {
        const Bytes bytes(kMostPlaced * kChunkSize);
        QVERIFY(toPacket({0, Place{ImageKind::disk, 0, bytes}}).size() <= kMostPacket);
        QVERIFY(
            toPacket({0, Bits{BitSet::pending, ImageKind::disk, 0, Bytes(kMostBitBytes)}}).size() <=
            kMostPacket);
        const Demand demand{std::vector<ChunkRange>(kMostEntries, {ImageKind::disk, 0, 1})};
        QVERIFY(toPacket({0, demand}).size() <= kMostPacket);
        const Touches touches{std::vector<ChunkRef>(kMostEntries)};
        VALUE(parsed, parsePacket(toPacket({0, touches})));
        QCOMPARE(std::get<Touches>(parsed.body).chunks.size(), kMostEntries);
    }
};

QTEST_GUILESS_MAIN(TestMessage)
#include "tst_message.moc"
