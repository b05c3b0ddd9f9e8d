#include "engine/net/secret.h"

#include <QtTest>
#include <set>

#include "tests/support/result_checks.h"

using namespace cloudlet;

class TestSecret : public QObject {
    Q_OBJECT

private slots:
    void noTwoAreAlike() {
        std::set<std::string> seen;
        for (int i = 0; i < 1000; ++i) {
            VALUE(secret, randomSecret());
            QVERIFY(looksLikeSecret(secret));
            QVERIFY(seen.insert(secret).second);
        }
    }

    void refusesWhatCanBeNone() {
        VALUE(secret, randomSecret());
        QVERIFY(!looksLikeSecret(""));
        QVERIFY(!looksLikeSecret(secret + "A"));
        QVERIFY(!looksLikeSecret(secret.substr(1)));
        for (const char wrong : {'+', '/', '=', ' ', '\n', '\0', '\x80'}) {
            std::string other = secret;
            other[7] = wrong;
            QVERIFY(!looksLikeSecret(other));
        }
    }

    void comparesAllBytes() {
        const Hash hash = hashOfSecret("a");
        QVERIFY(sameHash(hash, hashOfSecret("a")));
        for (std::size_t i = 0; i < hash.bytes.size(); ++i) {
            Hash other = hash;
            other.bytes[i] ^= std::byte{1};
            QVERIFY(!sameHash(hash, other));
        }
    }
};

QTEST_GUILESS_MAIN(TestSecret)
#include "tst_secret.moc"
