#include "engine/net/http_answer.h"

#include <QtTest>

#include "tests/support/result_checks.h"

using namespace cloudlet;

namespace {

HttpAnswer answerOf(std::initializer_list<const char*> lines) {
    HttpAnswer answer;
    for (const char* line : lines) answer.takeLine(std::string(line) + "\r\n");
    return answer;
}

}  // namespace

class TestHttpAnswer : public QObject {
    Q_OBJECT

private slots:
    void readsWhatMatters() {
        const HttpAnswer answer =
            answerOf({"HTTP/1.1 206 Partial Content", "Server: x", "content-RANGE:  bytes 5-9/10 ",
                      "ETag: \"abc\"", "Last-Modified: Wed, 04 Nov 2026 00:00:00 GMT",
                      "Content-Encoding: identity", ""});
        QCOMPARE(answer.status, 206u);
        QVERIFY(answer.range == (ContentRange{5, 9, 10}));
        QCOMPARE(answer.validator, "\"abc\"");
        QVERIFY(!answer.encoded);
    }

    void aNewStatusLineBeginsAnew() {
        const HttpAnswer answer = answerOf({"HTTP/1.1 302 Found", "ETag: \"old\"", "Location: /x",
                                            "Content-Encoding: br", "", "HTTP/1.1 200 OK"});
        QCOMPARE(answer.status, 200u);
        QCOMPARE(answer.validator, std::string());
        QCOMPARE(answer.location, std::string());
        QVERIFY(!answer.encoded);
        QVERIFY(answerOf({"HTTP/1.1 200 OK", "Content-Encoding: gzip"}).encoded);
    }

    void weakOrUnprintableValidatorsAreNone() {
        const char* date = "Last-Modified: Wed, 04 Nov 2026 00:00:00 GMT";
        QCOMPARE(answerOf({"ETag: W/\"a\"", date}).validator, "Wed, 04 Nov 2026 00:00:00 GMT");
        QCOMPARE(answerOf({date, "ETag: \"a\""}).validator, "\"a\"");
        for (const std::string& wrong : {std::string("\"a\x01\""), std::string("\"\xff\""),
                                         "\"" + std::string(600, 'a') + "\"", std::string("\"")}) {
            QCOMPARE(answerOf({("ETag: " + wrong).c_str()}).validator, std::string());
        }
    }

    void ranges_data() {
        QTest::addColumn<bool>("accepted");
        for (const char* text : {"bytes 0-0/1", "bytes 5-9/18446744073709551615"}) {
            QTest::newRow(text) << true;
        }
        for (const char* text :
             {"", "bytes", "bytes ", "bytes 0-0", "bytes 0-0/*", "bytes */10", "bytes 1-0/10",
              "bytes 0-10/10", "bytes -1-0/10", "bytes 0-0/1x", "bytes  0-0/1", "bytes 0 -0/1",
              "bytes 0-0/18446744073709551616", "items 0-0/1", "bytes=0-0/1", "bytes +0-0/1"}) {
            QTest::newRow(text) << false;
        }
    }
    void ranges() {
        QFETCH(bool, accepted);
        QCOMPARE(ContentRange::parse(QTest::currentDataTag()).has_value(), accepted);
    }

    void aHeadIsBounded() {
        HttpAnswer answer;
        const std::string line(1000, 'x');
        int lines = 0;
        while (answer.takeLine(line)) ++lines;
        QCOMPARE(lines, 65);
        QVERIFY(!answer.takeLine("HTTP/1.1 200 OK"));  // not begun anew by another status line
    }
};

QTEST_GUILESS_MAIN(TestHttpAnswer)
#include "tst_http_answer.moc"
