#include "engine/base/parallel.h"

#include <QTest>
#include <atomic>
#include <chrono>
#include <random>

#include "tests/support/result_checks.h"

using namespace cloudlet;

namespace {

constexpr int kItems = 500;

std::function<Result<std::optional<int>>()> countTo(int last) {
    return [i = 0, last]() mutable -> Result<std::optional<int>> {
        if (i == last) return std::optional<int>();
        return std::optional<int>(i++);
    };
}

const std::function<Result<void>(int)> ignore = [](int) -> Result<void> { return {}; };

}  // namespace

class TstParallel : public QObject {
    Q_OBJECT

private slots:
    void coresAreCounted() {
        QVERIFY(coreCount() >= 1);
        QVERIFY(coreCount() <= 64);
    }

    void everyIndexOnce() {
        std::vector<std::atomic<int>> calls(kItems);
        const auto body = [&](std::size_t i) -> Result<void> {
            ++calls[i];
            return {};
        };
        VERIFY_OK(parallelFor(kItems, body, {}));
        for (const auto& count : calls) QCOMPARE(count.load(), 1);
        VERIFY_OK(parallelFor(0, body, {}));
        VERIFY_OK(parallelFor(1, body, {}));
        QCOMPARE(calls[0].load(), 2);
    }

    void forStopsAtAnError() {
        std::atomic<int> calls{0};
        const auto body = [&](std::size_t i) -> Result<void> {
            ++calls;
            if (i == 10) return Error{ErrorCode::corrupt, "ten"};
            std::this_thread::sleep_for(std::chrono::microseconds(100));
            return {};
        };
        const Result<void> done = parallelFor(1'000'000, body, {});
        VERIFY_ERROR(done, ErrorCode::corrupt);
        QCOMPARE(done.error().message, "ten");
        QVERIFY(calls < 10'000);
    }

    void forIsCancelled() {
        std::stop_source stop;
        std::atomic<int> calls{0};
        const auto body = [&](std::size_t) -> Result<void> {
            if (++calls == 20) stop.request_stop();
            return {};
        };
        VERIFY_ERROR(parallelFor(1'000'000, body, stop.get_token()), ErrorCode::cancelled);
        QVERIFY(calls < 10'000);
    }

    void pipelineKeepsTheOrder() {
        const std::function<Result<std::string>(int)> work = [](int i) -> Result<std::string> {
            // Late ones overtake early ones.
            std::this_thread::sleep_for(std::chrono::microseconds((i * 7919) % 300));
            return std::to_string(i);
        };
        int expected = 0;
        bool ordered = true;
        const auto here = std::this_thread::get_id();
        const std::function<Result<void>(std::string)> sink = [&](std::string s) -> Result<void> {
            ordered = ordered && s == std::to_string(expected++);
            ordered = ordered && std::this_thread::get_id() == here;
            return {};
        };
        for (const std::size_t depth : {1u, 2u, 16u}) {
            expected = 0;
            VERIFY_OK((orderedPipeline<int, std::string>(depth, countTo(kItems), work, sink, {})));
            QVERIFY(ordered);
            QCOMPARE(expected, kItems);
        }
    }

    void pipelineOfNothing() {
        const std::function<Result<int>(int)> work = [](int i) -> Result<int> { return i; };
        VERIFY_OK((orderedPipeline<int, int>(4, countTo(0), work, ignore, {})));
    }

    void pipelineHoldsNoMoreThanItsDepth() {
        constexpr std::size_t kDepth = 5;
        std::atomic<int> between{0};
        std::atomic<int> most{0};
        auto count = countTo(kItems);
        const std::function<Result<std::optional<int>>()> next = [&] {
            most = std::max(most.load(), between.load());
            ++between;
            return count();
        };
        const std::function<Result<int>(int)> work = [](int i) -> Result<int> { return i; };
        const std::function<Result<void>(int)> sink = [&](int) -> Result<void> {
            --between;
            return {};
        };
        VERIFY_OK((orderedPipeline<int, int>(kDepth, next, work, sink, {})));
        QVERIFY(most < int(kDepth));
    }

    void pipelineMovesItems() {
        auto count = countTo(kItems);
        using Item = std::unique_ptr<int>;
        const std::function<Result<std::optional<Item>>()> next =
            [&]() -> Result<std::optional<Item>> {
            const std::optional<int> i = TRY(count());
            if (!i) return std::optional<Item>();
            return std::optional<Item>(std::make_unique<int>(*i));
        };
        const std::function<Result<Item>(Item)> work = [](Item item) -> Result<Item> {
            *item *= 2;
            return item;
        };
        int sum = 0;
        const std::function<Result<void>(Item)> sink = [&](Item item) -> Result<void> {
            sum += *item;
            return {};
        };
        VERIFY_OK((orderedPipeline<Item, Item>(8, next, work, sink, {})));
        QCOMPARE(sum, kItems * (kItems - 1));
    }

    void pipelineStopsAtTheFirstError_data() {
        QTest::addColumn<QString>("where");
        QTest::newRow("next") << "next";
        QTest::newRow("work") << "work";
        QTest::newRow("sink") << "sink";
    }
    void pipelineStopsAtTheFirstError() {
        QFETCH(QString, where);
        const Error error{ErrorCode::noSpace, where.toStdString()};
        auto count = countTo(kItems);
        int taken = 0;
        const std::function<Result<std::optional<int>>()> next =
            [&]() -> Result<std::optional<int>> {
            if (where == "next" && taken == 50) return error;
            ++taken;
            return count();
        };
        const std::function<Result<int>(int)> work = [&](int i) -> Result<int> {
            if (where == "work" && i == 50) return error;
            return i;
        };
        int sunk = 0;
        const std::function<Result<void>(int)> sink = [&](int i) -> Result<void> {
            if (where == "sink" && i == 50) return error;
            ++sunk;
            return {};
        };
        const Result<void> done = orderedPipeline<int, int>(8, next, work, sink, {});
        VERIFY_ERROR(done, ErrorCode::noSpace);
        QCOMPARE(done.error().message, where.toStdString());
        QVERIFY(sunk <= 50);
        QVERIFY(taken <= 59);
    }

    void pipelineIsCancelledWithinOneItem() {
        std::stop_source stop;
        std::atomic<int> begun{0};
        const std::function<Result<int>(int)> work = [&](int i) -> Result<int> {
            if (++begun == 3) stop.request_stop();
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            return i;
        };
        const auto start = std::chrono::steady_clock::now();
        const Result<void> done =
            orderedPipeline<int, int>(64, countTo(100'000), work, ignore, stop.get_token());
        VERIFY_ERROR(done, ErrorCode::cancelled);
        QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
        QVERIFY(begun < 64);
    }
};

QTEST_GUILESS_MAIN(TstParallel)
#include "tst_parallel.moc"
