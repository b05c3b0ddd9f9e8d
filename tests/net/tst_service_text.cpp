#include "engine/net/service_text.h"

#include <QtTest>

#include "tests/support/result_checks.h"

using namespace cloudlet;

namespace {

const ServiceText kSample{1, sha256({}), 3};

}  // namespace

class TestServiceText : public QObject {
    Q_OBJECT

private slots:
    void isReadAsItIsWritten() {
        QVERIFY(ServiceText::parse(kSample.lines()) == kSample);
        QCOMPARE(kSample.lines()[2], "bases=3");
    }

    void ignoresWhatItDoesNotKnow() {
        std::vector<std::string> lines = kSample.lines();
        lines.insert(lines.begin(), {"", "=", "version", "colour=red", "Version=9"});
        lines.push_back("version=2");  // the first one counts
        QVERIFY(ServiceText::parse(lines) == kSample);
    }

    void everyLineIsNeededAndWhole() {
        for (std::size_t i = 0; i < 3; ++i) {
            std::vector<std::string> lines = kSample.lines();
            lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(i));
            QVERIFY(!ServiceText::parse(lines));
        }
        for (const char* wrong :
             {"version=", "version=x", "version=1 ", "version=-1", "version=4294967296",
              "bases=1.5", "bases=+1", "fingerprint=00", "fingerprint="}) {
            std::vector<std::string> lines = kSample.lines();
            lines.insert(lines.begin(), wrong);
            QVERIFY2(!ServiceText::parse(lines), wrong);
        }
    }
};

QTEST_GUILESS_MAIN(TestServiceText)
#include "tst_service_text.moc"
