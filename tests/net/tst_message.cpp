#include "engine/net/message.h"

#include <QtTest>

#include "tests/net/push_messages.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::push;

class TestPushMessage : public QObject {
    Q_OBJECT

private slots:
    void goesThereAndBack() {
        const std::vector<Message> messages = test::oneOfEach();
        QCOMPARE(messages.size(), std::variant_size_v<Message>);
        for (std::size_t i = 0; i < messages.size(); ++i) {
            QCOMPARE(messages[i].index(), i);
            const Bytes bytes = toBytes(messages[i]);
            QCOMPARE(static_cast<std::size_t>(bytes[0]), i + 1);
            VALUE(parsed, parse(bytes));
            QVERIFY(toBytes(parsed) == bytes);
        }
    }

    void keepsTheValues() {
        const std::vector<Message> messages = test::oneOfEach();
        std::vector<Bytes> bytes;
        for (const Message& message : messages) bytes.push_back(toBytes(message));
        const auto again = [&](std::size_t i) { return parse(bytes[i]).value(); };
        QVERIFY(std::get<Offer>(again(1)) == std::get<Offer>(messages[1]));
        QVERIFY(sameBytes(std::get<Head>(again(2)).bytes, std::get<Head>(messages[2]).bytes));
        QCOMPARE(std::get<Accept>(again(3)).receivedBytes, std::uint64_t{99});
        QCOMPARE(std::get<Reject>(again(4)).error.code, ErrorCode::incompatible);
        QVERIFY(std::get<Want>(again(5)).range == std::get<Want>(messages[5]).range);
        QVERIFY(sameBytes(std::get<Pieces>(again(6)).bytes, std::get<Pieces>(messages[6]).bytes));
        QCOMPARE(std::get<State>(again(7)).error->message, std::string("it \\x1b[2J broke"));
        QVERIFY(std::get<Statistics>(again(8)) == std::get<Statistics>(messages[8]));
        QCOMPARE(std::get<Finish>(again(9)).then, Then::residue);
        QCOMPARE(std::get<Residue>(again(10)).offset, std::uint64_t{7});
    }

    // The same bytes as a message that is made of a copy, whatever was there before.
    void laysOutPiecesInPlace() {
        Bytes message(17, std::byte{9});
        for (const std::size_t size : {kMostPieceBytes, std::size_t{5}}) {
            const Bytes piece(size, std::byte{3});
            std::ranges::copy(piece, layOutPieces(message, 7, size).begin());
            QVERIFY(message == toBytes(Pieces{7, piece}));
        }
    }

    // Cut anywhere, none is taken for a whole one, but those that end in bytes of any number.
    void refusesCutMessages() {
        for (const Message& message : test::oneOfEach()) {
            const Bytes bytes = toBytes(message);
            const bool endsInBytes = std::holds_alternative<Head>(message) ||
                                     std::holds_alternative<Pieces>(message) ||
                                     std::holds_alternative<Residue>(message);
            for (std::size_t size = 0; size < std::min<std::size_t>(bytes.size(), 400); ++size) {
                const auto cut = parse(ByteView(bytes).first(size));
                if (!endsInBytes) VERIFY_ERROR(cut, ErrorCode::corrupt);
                if (cut) QCOMPARE(toBytes(*cut).size(), size);
            }
        }
    }

    void refusesWhatIsOutOfBounds() {
        const auto refused = [](const Message& message) { return !parse(toBytes(message)); };
        QVERIFY(refused(Want{Urgency::ahead, {0, 0}}));
        QVERIFY(!refused(Want{Urgency::ahead, {UINT32_MAX, UINT32_MAX}}));
        QVERIFY(refused(Again{{1, 0}}));
        const Bytes most(kMostPieceBytes);
        QVERIFY(!refused(Pieces{0, most}));
        QVERIFY(refused(Pieces{0, Bytes(kMostPieceBytes + 1)}));
        QVERIFY(refused(Pieces{0, {}}));
        QVERIFY(refused(Head{}));
        QVERIFY(!refused(Head{Bytes(kMostHeadBytes)}));
        QVERIFY(refused(Head{Bytes(kMostHeadBytes + 1)}));
        QVERIFY(!refused(Residue{0, kMostPieceBytes, most}));
        QVERIFY(refused(Residue{1, kMostPieceBytes, most}));
        QVERIFY(refused(Residue{UINT64_MAX, 0, {}}));
        Offer offer = std::get<Offer>(test::oneOfEach()[1]);
        offer.size = 0;
        QVERIFY(refused(offer));
        offer.size = kMostFileBytes + 1;
        QVERIFY(refused(offer));
        offer.size = 1;
        offer.forwards.resize(65, {PortForward::Protocol::tcp, 0, 80});
        QVERIFY(refused(offer));
        offer.forwards.clear();
        offer.session.assign(101, 'x');
        QVERIFY(refused(offer));
        // A residue is a session's; the session's file may be elsewhere.
        offer.what = What::residue;
        offer.session = "0123abcd";
        offer.size = 0;
        QVERIFY(!refused(offer));
        offer.session.clear();
        QVERIFY(refused(offer));
    }

    // N04: the length of what a peer says is bounded before anything is made of it.
    void N04_refusesLongMessages() {
        VERIFY_ERROR(parse({}), ErrorCode::corrupt);
        VERIFY_ERROR(parse(Bytes(kMostMessage + 1, std::byte{3})), ErrorCode::corrupt);
        Bytes object(kMostJsonBytes + 2, std::byte{' '});
        object[0] = std::byte{1};
        VERIFY_ERROR(parse(object), ErrorCode::corrupt);
    }

    void refusesUnknownTypesAndValues() {
        for (unsigned type = 0; type < 256; ++type) {
            const Bytes bytes{static_cast<std::byte>(type)};
            if (type < 12 || type > 13) VERIFY_ERROR(parse(bytes), ErrorCode::corrupt);
        }
        for (const char* text :
             {"\x0a{\"then\":\"explode\"}", "\x0a{}", "\x0a[]", "\x0a{\"then\":1}", "\x01{",
              "\x01{\"version\":-1,\"program\":\"x\"}", "\x0c!", "\x0d!",
              "\x0a{\"then\":\"residue\",\"from\":-1}"}) {
            VERIFY_ERROR(parse(asBytes(text)), ErrorCode::corrupt);
        }
        // Later versions may say more.
        VERIFY_OK(parse(asBytes("\x0a{\"then\":\"end\",\"more\":[1]}")));
        VALUE(rejected, parse(asBytes("\x05{\"code\":\"tired\",\"message\":\"zzz\"}")));
        QCOMPARE(std::get<Reject>(rejected).error.code, ErrorCode::failed);
    }

    void cutsLongErrors() {
        const Bytes bytes = toBytes(Reject{{ErrorCode::failed, std::string(100'000, 'x')}});
        VALUE(parsed, parse(bytes));
        QVERIFY(std::get<Reject>(parsed).error.message.size() <= 4096);
    }
};

QTEST_GUILESS_MAIN(TestPushMessage)
#include "tst_message.moc"
