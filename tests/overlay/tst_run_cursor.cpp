#include <QObject>

#include "engine/overlay/run_cursor.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestRunCursor : public QObject {
    Q_OBJECT

private slots:
    void joinsNeighbouringNumbers();
    void readsRuns();
    void stopsAtWhatCannotBe();
    void findsWhatTwoListsHold();
};

static Bytes listOf(std::initializer_list<std::uint64_t> numbers) {
    ByteWriter writer;
    for (const std::uint64_t number : numbers) writer.varint(number);
    return writer.take();
}

static std::vector<ChunkRun> allOf(RunCursor cursor) {
    std::vector<ChunkRun> runs;
    while (const std::optional<ChunkRun> run = cursor.next()) runs.push_back(*run);
    return runs;
}

void TestRunCursor::joinsNeighbouringNumbers() {
    const Bytes list = listOf({2, 0, 0, 3, 1});  // 2 3 4 8 10
    const std::vector<ChunkRun> expected{{2, 3}, {8, 1}, {10, 1}};
    RunCursor cursor(list, 5, RunCursor::Coding::numbers, 11);
    QVERIFY(allOf(cursor) == expected);
    QVERIFY(allOf(RunCursor(list, 0, RunCursor::Coding::numbers, 11)).empty());
}

void TestRunCursor::readsRuns() {
    const Bytes list = listOf({0, 1, 0, 0, 5, 9});  // 0..1, 3, 10..19
    const std::vector<ChunkRun> expected{{0, 2}, {3, 1}, {10, 10}};
    QVERIFY(allOf(RunCursor(list, 3, RunCursor::Coding::runs, 20)) == expected);
    RunCursor tooFar(list, 3, RunCursor::Coding::runs, 19);
    QVERIFY(tooFar.next() && tooFar.next());
    QVERIFY(!tooFar.next() && !tooFar.ok());
}

void TestRunCursor::stopsAtWhatCannotBe() {
    for (const Bytes& list : {listOf({10}), listOf({UINT64_MAX}), listOf({})}) {
        RunCursor cursor(list, 1, RunCursor::Coding::numbers, 10);
        QVERIFY(!cursor.next());
        QVERIFY(!cursor.ok());
        QVERIFY(!cursor.next());
    }
    const Bytes wraps = listOf({1, UINT64_MAX});
    for (const auto coding : {RunCursor::Coding::numbers, RunCursor::Coding::runs}) {
        RunCursor cursor(wraps, 2, coding, UINT64_MAX);
        while (cursor.next()) {
        }
        QVERIFY(!cursor.ok());
    }
    const Bytes zero = listOf({0});
    RunCursor empty(zero, 1, RunCursor::Coding::numbers, 0);
    QVERIFY(!empty.next() && !empty.ok());
}

void TestRunCursor::findsWhatTwoListsHold() {
    const Bytes first = listOf({0, 1, 1, 1});   // 0 2 4 6
    const Bytes second = listOf({1, 1, 1, 1});  // 1 3 5 7
    const Bytes third = listOf({8, 3});         // 8..11
    const Bytes clash = listOf({5});
    const Bytes within = listOf({11});
    const Bytes after = listOf({12});
    const auto numbers = [](const Bytes& list, std::uint64_t count) {
        return RunCursor(list, count, RunCursor::Coding::numbers, 100);
    };
    const RunCursor run(third, 1, RunCursor::Coding::runs, 100);
    must(checkDisjoint({}, ImageKind::disk));
    must(checkDisjoint({numbers(first, 4), run, numbers(second, 4)}, ImageKind::disk));
    const Result<void> found = checkDisjoint(
        {run, numbers(first, 4), numbers(clash, 1), numbers(second, 4)}, ImageKind::memory);
    QVERIFY(!found);
    QVERIFY(found.error().message.starts_with("memory chunk 5"));
    QVERIFY(!checkDisjoint({run, numbers(within, 1)}, ImageKind::disk));
    QVERIFY(checkDisjoint({run, numbers(after, 1)}, ImageKind::disk));
}

QTEST_GUILESS_MAIN(TestRunCursor)
#include "tst_run_cursor.moc"
