#include "engine/base/utf8.h"

#include <QTest>
#include <string>

using namespace cloudlet;
using namespace std::string_view_literals;

class TstUtf8 : public QObject {
    Q_OBJECT

private slots:
    // Every code point, written by Qt, is one sequence; every surrogate is none.
    void everyCodePoint() {
        for (char32_t c = 1; c <= 0x10ffff; ++c) {
            if (c >= 0xd800 && c <= 0xdfff) continue;
            const QByteArray text = QString::fromUcs4(&c, 1).toUtf8();
            const std::string_view view(text.constData(), std::size_t(text.size()));
            if (utf8SequenceLength(view) != view.size()) QFAIL(qPrintable(QString::number(c, 16)));
        }
        QCOMPARE(utf8SequenceLength("\0"sv), 1u);
    }

    void refusesOtherForms_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("continuation alone") << QByteArray("\x80");
        QTest::newRow("over-long /") << QByteArray("\xc0\xaf");
        QTest::newRow("over-long zero") << QByteArray("\xc0\x80");
        QTest::newRow("over-long, three bytes") << QByteArray("\xe0\x9f\xbf");
        QTest::newRow("over-long, four bytes") << QByteArray("\xf0\x8f\xbf\xbf");
        QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80");
        QTest::newRow("past U+10FFFF") << QByteArray("\xf4\x90\x80\x80");
        QTest::newRow("five bytes") << QByteArray("\xf8\x88\x80\x80\x80");
        QTest::newRow("cut after one") << QByteArray("\xe2");
        QTest::newRow("cut after two") << QByteArray("\xe2\x82");
        QTest::newRow("broken off by a letter") << QByteArray("\xe2\x82x");
        QTest::newRow("ff") << QByteArray("\xff");
    }
    void refusesOtherForms() {
        QFETCH(QByteArray, text);
        const std::string whole = text.toStdString();
        QCOMPARE(utf8SequenceLength(whole), 0u);
        QVERIFY(!isValidUtf8("good " + whole));
        QVERIFY(!isValidUtf8(whole + " good"));
        QVERIFY(!isDisplayText("good " + whole, 100));
    }

    void displayText() {
        QVERIFY(isDisplayText("", 0));
        QVERIFY(isDisplayText("Grüße, 世界 👋, שלום", 100));
        QVERIFY(isDisplayText("1234", 4));
        QVERIFY(!isDisplayText("12345", 4));
        for (const std::string_view control :
             {"\0"sv, "\x1b"sv, "\x7f"sv, "\r"sv, "\xc2\x80"sv, "\xc2\x9b"sv, "\xc2\x9f"sv}) {
            QVERIFY(!isDisplayText(control, 100));
            QVERIFY(!isDisplayText(control, 100, Newlines::allowed));
        }
        QVERIFY(isDisplayText("\xc2\xa0", 100));  // no-break space: first after the controls
        QVERIFY(!isDisplayText("a\nb", 100));
        QVERIFY(!isDisplayText("a\tb", 100));
        QVERIFY(isDisplayText("a\n\tb", 100, Newlines::allowed));
    }

    // Marks that change the order of what is shown make one name look like another.
    void displayTextHasNoInvisibleOrder() {
        for (const char* mark : {"\u2028", "\u2029", "\u202a", "\u202e", "\u2066", "\u2069",
                                 "\u200e", "\u200f", "\ufeff"}) {
            QVERIFY(isValidUtf8(mark));
            QVERIFY2(!isDisplayText(std::string("a") + mark, 100), mark);
        }
        QVERIFY(isDisplayText("\u200d", 100));  // the joiner within emoji and Indic scripts
    }
};

QTEST_GUILESS_MAIN(TstUtf8)
#include "tst_utf8.moc"
