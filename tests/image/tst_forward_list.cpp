#include "engine/image/forward_list.h"

#include <QTest>

#include "tests/support/result_checks.h"

using namespace cloudlet;

class TestForwardList : public QObject {
    Q_OBJECT

private slots:
    void comesBack() {
        const std::vector<PortForward> forwards{{PortForward::Protocol::tcp, 8080, 80},
                                                {PortForward::Protocol::udp, 0, 53}};
        const json::Object object{{"forwards", toJson(forwards)}, {"none", toJson({})}};
        QCOMPARE(json::serialize(toJson(forwards)), std::string("[\"tcp:8080:80\",\"udp:0:53\"]"));
        VALUE(again, forwardsIn(object, "forwards"));
        QVERIFY(again == forwards);
        VALUE(none, forwardsIn(object, "none"));
        QVERIFY(none.empty());
    }

    void refusesWhatIsNone() {
        json::Array tooMany;
        for (std::size_t i = 0; i <= kMostForwards; ++i) tooMany.emplace_back("tcp:0:80");
        for (const json::Value& wrong :
             {json::Value(7), json::Value(json::Array{7}), json::Value(json::Array{"tcp:0:0"}),
              json::Value(json::Array{"tcp:0:80", "nonsense"}), json::Value(tooMany)}) {
            VERIFY_ERROR(forwardsIn(json::Object{{"f", wrong}}, "f"), ErrorCode::corrupt);
        }
        VERIFY_ERROR(forwardsIn(json::Object(), "f"), ErrorCode::corrupt);
    }
};

QTEST_GUILESS_MAIN(TestForwardList)
#include "tst_forward_list.moc"
