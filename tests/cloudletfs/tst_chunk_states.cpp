#include "cloudletfs/chunk_states.h"

#include <QtTest>
#include <random>
#include <string>

using namespace cloudlet;

class TestChunkStates : public QObject {
    Q_OBJECT

private slots:
    // Against one letter for each chunk: base, pending, placed, modified, zeroed.
    void agreesWithAModel() {
        constexpr std::uint64_t kChunks = 300;
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937_64 random(seed);
        ChunkSet pending(kChunks);
        std::string model(kChunks, 'b');
        for (std::uint64_t i = 0; i < kChunks; ++i) {
            if (random() % 2 == 0) continue;
            pending.insert(i);
            model[i] = 'p';
        }
        ChunkStates states(std::move(pending));
        for (int step = 0; step < 2000; ++step) {
            const std::uint64_t i = random() % kChunks;
            if (model[i] == 'p' && random() % 2 == 0) {
                states.place(i);
                model[i] = 'l';
            } else if (random() % 10 == 0) {
                const bool zero = random() % 2 == 0;
                states.modify(i, zero ? ChunkStates::Content::zeros : ChunkStates::Content::bytes);
                model[i] = zero ? 'z' : 'm';
            }
            compare(states, model, random() % kChunks);
        }
    }

private:
    static void compare(const ChunkStates& states, const std::string& model, std::uint64_t from) {
        const auto is = [&](std::uint64_t i, const char* letters) {
            return std::string(letters).find(model[i]) != std::string::npos;
        };
        const auto runEnd = [&](const char* letters) {
            std::uint64_t i = from;
            while (i < model.size() && is(i, letters) == is(from, letters)) ++i;
            return i;
        };
        const std::uint64_t end = model.size();
        QCOMPARE(states.isPending(from), is(from, "p"));
        QCOMPARE(states.isPlaced(from), is(from, "l"));
        QCOMPARE(states.isZeroed(from), is(from, "z"));
        QCOMPARE(states.nextPending(from, end), std::min(model.find('p', from), end));
        QCOMPARE(states.pendingRunEnd(from, end), runEnd("p"));
        const std::uint64_t sourceEnd = states.nextPending(from, end);
        if (sourceEnd > from) {
            QCOMPARE(states.isUpper(from), is(from, "lmz"));
            QCOMPARE(states.sourceRunEnd(from, sourceEnd), std::min(runEnd("lmz"), sourceEnd));
        }
        MountImageStatistics counts;
        states.count(counts);
        const auto count = [&](char letter) {
            return static_cast<std::uint64_t>(std::count(model.begin(), model.end(), letter));
        };
        QCOMPARE(counts.base, count('b'));
        QCOMPARE(counts.pending, count('p'));
        QCOMPARE(counts.placed, count('l'));
        QCOMPARE(counts.modified, count('m') + count('z'));
        QCOMPARE(counts.zeroed, count('z'));
    }
};

QTEST_GUILESS_MAIN(TestChunkStates)
#include "tst_chunk_states.moc"
