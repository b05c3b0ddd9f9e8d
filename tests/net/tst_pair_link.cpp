#include "engine/net/pair_link.h"

#include <QtTest>

#include "engine/net/secret.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;

namespace {

PairLink sample() {
    return {{"edge1", 8021}, hashOfSecret("key"), std::string(42, 'x') + "-"};
}

}  // namespace

class TestPairLink : public QObject {
    Q_OBJECT

private slots:
    void isReadAsItIsWritten() {
        for (const char* host : {"edge1", "10.0.0.7", "::1", "fe80::1%eth0"}) {
            PairLink link = sample();
            link.address.host = host;
            for (int i = 0; i < 50; ++i) {
                link.secret = randomSecret().value();
                link.fingerprint = hashOfSecret(link.secret);
                VALUE(read, PairLink::parse(link.text()));
                QVERIFY(read == link);
            }
        }
    }

    void looksAsDocumented() {
        QCOMPARE(sample().text(),
                 "cloudlet://edge1:8021/#LHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcMOc_gmtoM," +
                     std::string(42, 'x') + "-");
    }

    void everyPartIsNeeded() {
        const std::string text = sample().text();
        for (std::size_t length = 0; length < text.size(); ++length) {
            VERIFY_ERROR(PairLink::parse(text.substr(0, length)), ErrorCode::invalid);
            VERIFY_ERROR(PairLink::parse(text.substr(length + 1)), ErrorCode::invalid);
        }
        for (const std::string& wrong :
             {text + "x", " " + text, text + "\n", "https" + text.substr(8), text + "," + text}) {
            VERIFY_ERROR(PairLink::parse(wrong), ErrorCode::invalid);
        }
    }

    // A letter may only stand for another link, never make two spellings of one.
    void hasOneSpelling() {
        const std::string text = sample().text();
        for (std::size_t i = 0; i < text.size(); ++i) {
            for (int c = 0; c < 256; ++c) {
                std::string other = text;
                other[i] = static_cast<char>(c);
                const Result<PairLink> read = PairLink::parse(other);
                if (read) QCOMPARE(read->text(), other);
            }
        }
    }

    // A10.
    void errorsHoldNoSecret() {
        const std::string secret = randomSecret().value();
        const std::string text = "cloudlet://edge 1/#x," + secret;
        const auto read = PairLink::parse(text);
        VERIFY_ERROR(read, ErrorCode::invalid);
        QVERIFY(read.error().message.find(secret) == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestPairLink)
#include "tst_pair_link.moc"
