#include "engine/base/base64.h"

#include <random>

#include "tests/support/result_checks.h"

using namespace cloudlet;

class TstBase64 : public QObject {
    Q_OBJECT

private slots:
    // RFC 4648, section 10.
    void knownAnswers() {
        const std::pair<std::string_view, std::string_view> known[] = {{"", ""},
                                                                       {"f", "Zg=="},
                                                                       {"fo", "Zm8="},
                                                                       {"foo", "Zm9v"},
                                                                       {"foob", "Zm9vYg=="},
                                                                       {"fooba", "Zm9vYmE="},
                                                                       {"foobar", "Zm9vYmFy"},
                                                                       {"\xff\xff\xfe", "///+"}};
        for (const auto& [bytes, text] : known) {
            QCOMPARE(toBase64(asBytes(bytes)), std::string(text));
            VALUE(again, fromBase64(text));
            QVERIFY(asText(again) == bytes);
        }
    }

    void roundTrip() {
        const unsigned seed = std::random_device{}();
        std::mt19937 random(seed);
        for (std::size_t size = 0; size < 300; ++size) {
            Bytes bytes(size);
            for (std::byte& b : bytes) b = static_cast<std::byte>(random());
            const std::string text = toBase64(bytes);
            const QByteArray qt(reinterpret_cast<const char*>(bytes.data()), qsizetype(size));
            QVERIFY2(text == qt.toBase64().toStdString(), qPrintable(QString::number(seed)));
            VALUE(again, fromBase64(text));
            QVERIFY2(again == bytes, qPrintable(QString::number(seed)));
        }
    }

    void refusesOtherForms_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zh==", "Zm9=",
                                 "Zg==Zg==", "Zm9v\n", " Zm9", "Zm-_", "Zm9v=", "Z=g=", "Zg=A"}) {
            QTest::addRow("%s", QByteArray(text).toPercentEncoding().constData())
                << QByteArray(text);
        }
        QTest::newRow("zero byte") << QByteArray("Zm9\0", 4);
        QTest::newRow("high byte") << QByteArray("Zm9\xff", 4);
    }
    void refusesOtherForms() {
        QFETCH(QByteArray, text);
        VERIFY_ERROR(fromBase64(text.toStdString()), ErrorCode::corrupt);
    }
};

QTEST_GUILESS_MAIN(TstBase64)
#include "tst_base64.moc"
