#include "engine/base/hash.h"

#include <QTest>
#include <unordered_set>

#include "engine/base/bytes.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;

class TstHash : public QObject {
    Q_OBJECT

private slots:
    // FIPS 180-4 and its example values.
    void knownAnswers_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("hex");
        QTest::newRow("empty")
            << QByteArray("")
            << QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        QTest::newRow("abc")
            << QByteArray("abc")
            << QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        QTest::newRow("two blocks")
            << QByteArray("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
            << QByteArray("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        QTest::newRow("a million times a")
            << QByteArray(1'000'000, 'a')
            << QByteArray("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }
    void knownAnswers() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, hex);
        const std::string input = text.toStdString();
        QCOMPARE(QByteArray::fromStdString(sha256(asBytes(input)).hex()), hex);
        // The same in pieces of any size.
        for (const std::size_t piece : {1u, 63u, 64u, 1000u}) {
            Sha256 sha;
            for (std::size_t at = 0; at < input.size(); at += piece) {
                sha.update(std::string_view(input).substr(at, piece));
            }
            QCOMPARE(QByteArray::fromStdString(sha.finish().hex()), hex);
        }
    }

    void hexBothWays() {
        const Hash hash = sha256(asBytes("abc"));
        VALUE(again, Hash::fromHex(hash.hex()));
        QVERIFY(again == hash);
        VALUE(upper, Hash::fromHex(QString::fromStdString(hash.hex()).toUpper().toStdString()));
        QVERIFY(upper == hash);
        QVERIFY(!hash.isNull());
        QVERIFY(Hash().isNull());
    }

    void refusesOtherText() {
        const std::string hex = sha256({}).hex();
        VERIFY_ERROR(Hash::fromHex(""), ErrorCode::invalid);
        VERIFY_ERROR(Hash::fromHex(hex.substr(1)), ErrorCode::invalid);
        VERIFY_ERROR(Hash::fromHex(hex + "0"), ErrorCode::invalid);
        for (const char wrong : {'g', ' ', '\0', '/', ':', '@', '`'}) {
            std::string text = hex;
            text[40] = wrong;
            VERIFY_ERROR(Hash::fromHex(text), ErrorCode::invalid);
        }
    }

    void movedHashesGoOn() {
        Sha256 first;
        first.update("a");
        Sha256 second = std::move(first);
        second.update("bc");
        QVERIFY(second.finish() == sha256(asBytes("abc")));
    }

    // XXH3 with no seed; the values of the empty text are in its own tests.
    void fingerprints() {
        QCOMPARE(checksum64({}), 0x2d06800538d394c2u);
        QCOMPARE(fingerprint({}).low, 0x6001c324468d497fu);
        QCOMPARE(fingerprint({}).high, 0x99aa06d3014798d8u);
        Bytes bytes(4096);
        std::unordered_set<Fingerprint> seen{fingerprint(bytes)};
        for (std::size_t bit = 0; bit < 8 * bytes.size(); bit += 17) {
            bytes[bit / 8] ^= std::byte(1 << bit % 8);
            QVERIFY(seen.insert(fingerprint(bytes)).second);
            bytes[bit / 8] ^= std::byte(1 << bit % 8);
        }
    }
};

QTEST_GUILESS_MAIN(TstHash)
#include "tst_hash.moc"
