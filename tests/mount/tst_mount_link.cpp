// A MountLink whose other end says what an honest cloudletfs never would.
#include "engine/mount/mount_link.h"

#include <unistd.h>

#include <future>

#include "tests/support/mount_fixture.h"

using namespace cloudlet;
using namespace cloudlet::mountChannel;
using namespace cloudlet::test;
using namespace std::chrono_literals;

namespace {

// A link of 10 disk and 5 memory chunks, and the other end of it.
struct Link {
    Scratch scratch;
    std::optional<PacketSocket> other;
    std::unique_ptr<MountLink> link;

    Link() {
        auto ends = PacketSocket::makePair().value();
        link = std::make_unique<MountLink>(std::move(ends.first), scratch.path());
        other = std::move(ends.second);
        link->setSizes(10, 5);
        link->run().value();
    }
    void say(const Message& message) const { other->send(message, 1s).value(); }
    // The tag of the next request, which is to be answered.
    std::uint32_t nextTag() const {
        Bytes buffer(kMostPacket);
        std::uint32_t tag = 0;
        eventually([&] {
            const auto packet = other->tryReceive(buffer);
            if (packet && *packet) tag = parsePacket(**packet).value().tag;
            return tag != 0;
        });
        return tag;
    }
    bool isLost(const char* why) const {
        return eventually([&] { return link->lost().has_value(); }) &&
               link->lost()->message.find(why) != std::string::npos;
    }
};

}  // namespace

class TestMountLink : public QObject {
    Q_OBJECT

private slots:
    void handsDemandsOn() {
        const Link link;
        link.say({0, Demand{{{ImageKind::disk, 8, 2}, {ImageKind::memory, 0, 1}}}});
        VALUE(demands, link.link->demands(10s, {}));
        QCOMPARE(demands, (std::vector<ChunkRef>{
                              {ImageKind::disk, 8}, {ImageKind::disk, 9}, {ImageKind::memory, 0}}));
    }

    void refusesFalseDemands_data() {
        QTest::addColumn<quint64>("first");
        QTest::addColumn<quint64>("count");
        QTest::addColumn<int>("times");
        QTest::newRow("beyond the image") << quint64(10) << quint64(1) << 1;
        QTest::newRow("reaches beyond") << quint64(9) << quint64(2) << 1;
        QTest::newRow("without end") << quint64(0) << quint64(10) << 2;
    }
    void refusesFalseDemands() {
        QFETCH(quint64, first);
        QFETCH(quint64, count);
        QFETCH(int, times);
        const Link link;
        for (; times > 0; --times) link.say({0, Demand{{{ImageKind::disk, first, count}}}});
        QVERIFY(link.isLost("demands what is not there"));
        VERIFY_ERROR(link.link->demands(10s, {}), ErrorCode::corrupt);
    }

    void refusesNonsense() {
        const Link link;
        QCOMPARE(::write(link.other->fd(), "nonsense", 8), 8);
        QVERIFY(link.isLost("damaged"));
    }

    void refusesWhatOnlyTheEngineSays() {
        const Link link;
        link.say({0, ShutDown{}});
        QVERIFY(link.isLost("only we may"));
    }

    void passesOverLateAnswers() {
        const Link link;
        link.say({77, Done{}});
        link.say({77, Failed{{ErrorCode::failed, "late"}}});
        auto call =
            std::async(std::launch::async, [&] { return link.link->call(Start{}, {}, {}); });
        const std::uint32_t tag = link.nextTag();
        link.say({tag + 1, Done{}});
        QCOMPARE(call.wait_for(50ms), std::future_status::timeout);
        link.say({tag, Failed{{ErrorCode::incompatible, "another version"}}});
        VERIFY_ERROR(call.get(), ErrorCode::incompatible);
        QVERIFY(!link.link->lost());
    }

    void callsEnd() {
        const Link link;
        VERIFY_ERROR(link.link->call(Start{}, {}, {}, 20ms), ErrorCode::timedOut);
        std::stop_source source;
        auto call = std::async(std::launch::async,
                               [&] { return link.link->call(Start{}, {}, source.get_token()); });
        source.request_stop();
        VERIFY_ERROR(call.get(), ErrorCode::cancelled);
        auto cut = std::async(std::launch::async, [&] { return link.link->call(Start{}, {}, {}); });
        QVERIFY(link.nextTag() != 0);
        link.other->hangUp();
        VERIFY_ERROR(cut.get(), ErrorCode::unavailable);
        QVERIFY(link.isLost("died"));
        VERIFY_ERROR(link.link->waitForProcess(1s, {}), ErrorCode::unavailable);
    }

    void tellsErrorsOfPlacements() {
        const Link link;
        link.say({0, Failed{{ErrorCode::noSpace, "full"}}});
        const Bytes packet = toPacket({0, PlaceZero{{ImageKind::disk, 0, 1}}});
        QVERIFY(eventually([&] { return !link.link->send(packet, {}); }));
        VERIFY_ERROR(link.link->send(packet, {}), ErrorCode::noSpace);
        QVERIFY(!link.link->lost());
    }

    void sendingEndsWithFail() {
        const Link link;
        const Bytes chunks = letterImage(std::string(32, 'A'));
        const Bytes head = toPacket({0, Place{ImageKind::disk, 0, {}}});
        auto sender = std::async(std::launch::async, [&] {
            while (true) {
                if (const Result<void> sent = link.link->send(head, chunks); !sent) return sent;
            }
        });
        QCOMPARE(sender.wait_for(50ms), std::future_status::timeout);  // nobody reads
        auto failing = std::async(std::launch::async, [&] { link.link->fail(); });
        VERIFY_ERROR(sender.get(), ErrorCode::cancelled);
        link.other->hangUp();  // an answer is not to be expected
    }
};

QTEST_GUILESS_MAIN(TestMountLink)
#include "tst_mount_link.moc"
