#include "engine/vm/blocking_call.h"

#include <QTest>
#include <atomic>

using namespace cloudlet;
using namespace std::chrono_literals;

class TestBlockingCall : public QObject {
    Q_OBJECT

private slots:
    void passesResultsOn();
    void givesUpWhenStopped();
    void givesUpAtTheLimit();
    void waitsForTheGrace();
    void ownsWhatAbandonedCallsHold();
};

void TestBlockingCall::passesResultsOn() {
    BlockingCalls calls;
    QCOMPARE(calls.run([] { return Result<int>(3); }, "x", 1h, {}).value(), 3);
    const auto failed = calls.run(
        []() -> Result<void> {
            return Error{ErrorCode::notFound, "no"};
        },
        "x", 1h, {});
    QCOMPARE(failed.error().code, ErrorCode::notFound);
    auto moved = calls.run(
        [p = std::make_unique<int>(4)]() mutable {
            return Result<std::unique_ptr<int>>(std::move(p));
        },
        "x", 1h, {});
    QCOMPARE(**moved, 4);
    QVERIFY(calls.waitUntilIdle(10s));
}

void TestBlockingCall::givesUpWhenStopped() {
    BlockingCalls calls;
    auto gate = std::make_shared<std::atomic<bool>>(false);
    const auto wait = [gate]() -> Result<void> {
        gate->wait(false);
        return {};
    };
    std::stop_source source;
    const std::jthread stopper([&] {
        std::this_thread::sleep_for(50ms);
        source.request_stop();
    });
    const auto result = calls.run(wait, "waiting", 1h, source.get_token());
    QCOMPARE(result.error().code, ErrorCode::cancelled);
    QVERIFY(result.error().message.find("waiting") != std::string::npos);
    QVERIFY(!calls.waitUntilIdle(10ms));
    *gate = true;
    gate->notify_all();
    QVERIFY(calls.waitUntilIdle(10s));
}

void TestBlockingCall::givesUpAtTheLimit() {
    BlockingCalls calls;
    auto gate = std::make_shared<std::atomic<bool>>(false);
    const auto wait = [gate]() -> Result<int> {
        gate->wait(false);
        return 1;
    };
    QCOMPARE(calls.run(wait, "x", 20ms, {}).error().code, ErrorCode::timedOut);
    *gate = true;
    gate->notify_all();
    QVERIFY(calls.waitUntilIdle(10s));
}

void TestBlockingCall::waitsForTheGrace() {
    BlockingCalls calls;
    std::stop_source source;
    source.request_stop();
    const auto late = [] {
        std::this_thread::sleep_for(100ms);
        return Result<int>(5);
    };
    QCOMPARE(calls.run(late, "x", 1h, source.get_token(), 30s).value(), 5);
    QCOMPARE(calls.run(late, "x", 1h, source.get_token()).error().code, ErrorCode::cancelled);
    QVERIFY(calls.waitUntilIdle(10s));
}

void TestBlockingCall::ownsWhatAbandonedCallsHold() {
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = held;
    auto gate = std::make_shared<std::atomic<bool>>(false);
    BlockingCalls calls;
    const auto result = calls.run(
        [gate, held = std::move(held)]() -> Result<int> {
            gate->wait(false);
            return *held;
        },
        "x", 1ms, {});
    QVERIFY(!result);
    QVERIFY(!watch.expired());
    *gate = true;
    gate->notify_all();
    QVERIFY(calls.waitUntilIdle(10s));
    QVERIFY(watch.expired());
}

QTEST_GUILESS_MAIN(TestBlockingCall)
#include "tst_blocking_call.moc"
