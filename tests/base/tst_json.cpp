#include "engine/base/json.h"

#include <QTest>

#include "tests/support/result_checks.h"

using namespace cloudlet;

namespace {

json::Object parsed(std::string_view text) {
    return json::parseObject(text, "the text").value();
}

template <typename T>
bool errorNames(const Result<T>& result, std::string_view field) {
    return !result && result.error().code == ErrorCode::corrupt &&
           result.error().message.find("\"" + std::string(field) + "\"") != std::string::npos;
}

}  // namespace

class TstJson : public QObject {
    Q_OBJECT

private slots:
    void readsEachType() {
        const json::Object object =
            parsed(R"({"s":"tä\u0041","n":18446744073709551615,"b":true,"o":{"x":1},"a":[1,2],)"
                   R"("h":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"})");
        QCOMPARE(json::string(object, "s").value(), "täA");
        QCOMPARE(json::number(object, "n", UINT64_MAX).value(), UINT64_MAX);
        QCOMPARE(json::boolean(object, "b").value(), true);
        QCOMPARE(json::number(*json::object(object, "o").value(), "x", 1).value(), 1u);
        QCOMPARE(json::array(object, "a").value()->size(), 2u);
        QVERIFY(json::hash(object, "h").value() == sha256({}));
    }

    void namesTheFieldThatIsMissing() {
        const json::Object object = parsed("{}");
        QVERIFY(errorNames(json::string(object, "s"), "s"));
        QVERIFY(errorNames(json::number(object, "n", 1), "n"));
        QVERIFY(errorNames(json::boolean(object, "b"), "b"));
        QVERIFY(errorNames(json::hash(object, "h"), "h"));
        QVERIFY(errorNames(json::object(object, "o"), "o"));
        QVERIFY(errorNames(json::array(object, "a"), "a"));
    }

    void namesTheFieldOfAnotherType() {
        const json::Object object = parsed(R"({"v":null,"t":"true","f":[],"h":"00"})");
        for (const char* key : {"v", "f"}) {
            QVERIFY(errorNames(json::string(object, key), key));
            QVERIFY(errorNames(json::number(object, key, 9), key));
            QVERIFY(errorNames(json::boolean(object, key), key));
            QVERIFY(errorNames(json::object(object, key), key));
        }
        QVERIFY(errorNames(json::boolean(object, "t"), "t"));
        QVERIFY(errorNames(json::array(object, "t"), "t"));
        QVERIFY(errorNames(json::hash(object, "h"), "h"));
    }

    void numbersAreWholeAndBounded_data() {
        QTest::addColumn<QByteArray>("number");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("0") << QByteArray("0") << true;
        QTest::newRow("limit") << QByteArray("100") << true;
        QTest::newRow("past the limit") << QByteArray("101") << false;
        QTest::newRow("negative") << QByteArray("-1") << false;
        QTest::newRow("minus zero") << QByteArray("-0") << true;
        QTest::newRow("fraction") << QByteArray("1.5") << false;
        QTest::newRow("exponent") << QByteArray("1e1") << false;
        QTest::newRow("2^64") << QByteArray("18446744073709551616") << false;
        QTest::newRow("text") << QByteArray("\"1\"") << false;
    }
    void numbersAreWholeAndBounded() {
        QFETCH(QByteArray, number);
        QFETCH(bool, accepted);
        const json::Object object = parsed("{\"n\":" + number.toStdString() + "}");
        QCOMPARE(bool(json::number(object, "n", 100)), accepted);
    }

    void refusesWhatIsNoObject_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("array") << QByteArray("[]");
        QTest::newRow("cut") << QByteArray("{\"a\":1");
        QTest::newRow("trailing text") << QByteArray("{} x");
        QTest::newRow("two objects") << QByteArray("{}{}");
        QTest::newRow("comment") << QByteArray("{/**/}");
        QTest::newRow("trailing comma") << QByteArray("{\"a\":1,}");
        QTest::newRow("invalid UTF-8") << QByteArray("{\"a\":\"\xff\"}");
        QTest::newRow("half a surrogate") << QByteArray("{\"a\":\"\\ud800\"}");
        QTest::newRow("zero byte") << QByteArray("{}\0", 3);
    }
    void refusesWhatIsNoObject() {
        QFETCH(QByteArray, text);
        const auto result = json::parseObject(text.toStdString(), "the sample");
        VERIFY_ERROR(result, ErrorCode::corrupt);
        QVERIFY(result.error().message.find("the sample") != std::string::npos);
    }

    void depthIsBounded() {
        const auto nested = [](int depth) {
            std::string text = "1";
            for (int i = 0; i < depth; ++i) text = "[" + text + "]";
            return "{\"a\":" + text + "}";
        };
        VERIFY_OK(json::parseObject(nested(31), "x"));
        VERIFY_ERROR(json::parseObject(nested(32), "x"), ErrorCode::corrupt);
        const std::string bomb = "{\"a\":" + std::string(10'000'000, '[');
        VERIFY_ERROR(json::parseObject(bomb, "x"), ErrorCode::corrupt);
    }

    void theLastOfTwoCounts() {
        QCOMPARE(json::number(parsed(R"({"a":1,"a":2})"), "a", 9).value(), 2u);
    }

    void serializesInOrder() {
        const json::Object object{{"z", 1}, {"a", "x\"\n"}, {"m", UINT64_MAX}};
        QCOMPARE(json::serialize(object),
                 "{\"z\":1,\"a\":\"x\\\"\\n\",\"m\":18446744073709551615}");
    }
};

QTEST_GUILESS_MAIN(TstJson)
#include "tst_json.moc"
