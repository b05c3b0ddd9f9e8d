// LazyImage without a kernel: requests go in, answers come out.
#include "cloudletfs/lazy_image.h"

#include <QtTest>

#include "tests/support/mount_fixture.h"

using namespace cloudlet;
using namespace cloudlet::test;
using namespace std::chrono_literals;

namespace {

struct Outcome {
    int answers = 0;
    int error = 0;
    std::size_t done = 0;
    Bytes content;

    std::string letters() const { return answers == 0 ? "waits" : lettersOf(content); }
};

class KeptAnswer final : public Answer {
public:
    explicit KeptAnswer(std::shared_ptr<Outcome> outcome, pid_t asker = 0)
        : m_outcome(std::move(outcome)), m_asker(asker) {}
    void bytes(ByteView content) override {
        ++m_outcome->answers;
        m_outcome->content.assign(content.begin(), content.end());
    }
    void done(std::size_t size) override {
        ++m_outcome->answers;
        m_outcome->done = size;
    }
    void fail(int errorNumber) override {
        ++m_outcome->answers;
        m_outcome->error = errorNumber;
    }
    pid_t asker() const override { return m_asker; }

private:
    std::shared_ptr<Outcome> m_outcome;
    pid_t m_asker;
};

using Kept = std::shared_ptr<Outcome>;

struct Fixture {
    Scratch scratch;
    TouchLog touches;
    std::vector<mountChannel::ChunkRange> demands;
    std::unique_ptr<LazyImage> image;

    explicit Fixture(std::string_view letters) {
        imageFile(scratch / "base", baseLetters(letters));
        image =
            LazyImage::open({ImageKind::disk, scratch / "base", scratch.path(), pendingOf(letters),
                             &touches, [this](const auto& range) { demands.push_back(range); }})
                .value();
    }
    Kept read(std::uint64_t first, std::size_t count) const {
        auto outcome = std::make_shared<Outcome>();
        image->read(first * kChunkSize, count * kChunkSize, std::make_unique<KeptAnswer>(outcome));
        return outcome;
    }
    Kept write(ByteView bytes, std::uint64_t offset) const {
        auto outcome = std::make_shared<Outcome>();
        image->write(offset, bytes, std::make_unique<KeptAnswer>(outcome));
        return outcome;
    }
    Kept zero(std::uint64_t offset, std::uint64_t length) const {
        auto outcome = std::make_shared<Outcome>();
        image->zero(offset, length, std::make_unique<KeptAnswer>(outcome));
        return outcome;
    }
    void place(std::uint64_t first, std::string_view letters) const {
        image->place(first, letterImage(letters)).value();
    }
};

}  // namespace

class TestLazyImage : public QObject {
    Q_OBJECT

private slots:
    void answersOnceEverythingIsThere() {
        Fixture f("A??B?");
        const Kept early = f.read(0, 1);
        QCOMPARE(early->letters(), std::string("A"));
        const Kept all = f.read(0, 5);
        const Kept one = f.read(2, 1);
        QCOMPARE(all->letters() + one->letters(), std::string("waitswaits"));
        QCOMPARE(f.demands.size(), 2U);  // each chunk once, in runs
        QVERIFY((f.demands[0] == mountChannel::ChunkRange{ImageKind::disk, 1, 2}));
        QVERIFY((f.demands[1] == mountChannel::ChunkRange{ImageKind::disk, 4, 1}));
        f.place(2, "xyz");  // 3 is the base's
        QCOMPARE(one->letters(), std::string("x"));
        QCOMPARE(all->letters(), std::string("waits"));
        f.place(1, "w");
        QCOMPARE(all->letters(), std::string("AwxBz"));
        QCOMPARE(all->answers, 1);
    }

    // Such a read is answered from the base as it is mapped, unless something else is in it.
    void readsLongRunsOfTheBase() {
        std::string letters;
        for (int i = 0; i < 40; ++i) letters += static_cast<char>('A' + i % 26);
        const Fixture f(letters);
        QCOMPARE(f.read(0, 40)->letters(), letters);
        QCOMPARE(f.read(3, 20)->letters(), letters.substr(3, 20));
        const auto odd = std::make_shared<Outcome>();
        f.image->read(100, 30 * kChunkSize, std::make_unique<KeptAnswer>(odd));
        const Bytes whole = letterImage(letters);
        QVERIFY(std::ranges::equal(odd->content, ByteView(whole).subspan(100, 30 * kChunkSize)));
        f.write(letterImage("x"), 30 * kChunkSize);
        QCOMPARE(f.read(20, 20)->letters(), letters.substr(20, 10) + "x" + letters.substr(31));
        fs::resize_file(f.scratch / "base", 10 * kChunkSize);
        QCOMPARE(f.read(0, 20)->error, EIO);  // where the mapping would be a bus error
        QCOMPARE(f.read(0, 10)->letters(), letters.substr(0, 10));
    }

    void readsToItsEndOnly() {
        const Fixture f("AB");
        QCOMPARE(f.read(1, 5)->letters(), std::string("B"));
        QCOMPARE(f.read(2, 1)->letters(), std::string());
        QCOMPARE(f.read(0, 0)->answers, 1);
        const Kept odd = std::make_shared<Outcome>();
        f.image->read(100, 50, std::make_unique<KeptAnswer>(odd));
        QCOMPARE(odd->content, Bytes(50, std::byte('A')));
    }

    void refusesWhatReachesBeyond() {
        const Fixture f("AB");
        QCOMPARE(f.write(letterChunk('x'), kChunkSize + 1)->error, EFBIG);
        QCOMPARE(f.write(letterChunk('x'), UINT64_MAX)->error, EFBIG);
        QCOMPARE(f.zero(kChunkSize, kChunkSize + 1)->error, EFBIG);
        QCOMPARE(f.zero(1, UINT64_MAX)->error, EFBIG);
        VERIFY_ERROR(f.image->place(1, letterImage("xy")), ErrorCode::corrupt);
        VERIFY_ERROR(f.image->placeZero(3, 1), ErrorCode::corrupt);
        VERIFY_ERROR(f.image->placeZero(1, UINT64_MAX), ErrorCode::corrupt);
        QCOMPARE(f.read(0, 2)->letters(), std::string("AB"));
    }

    void needsABaseOfItsSize() {
        const Scratch scratch;
        imageFile(scratch / "base", "AB");
        VERIFY_ERROR(
            LazyImage::open(
                {ImageKind::disk, scratch / "base", scratch.path(), ChunkSet(3), nullptr, {}}),
            ErrorCode::corrupt);
        VERIFY_ERROR(
            LazyImage::open(
                {ImageKind::disk, scratch / "none", scratch.path(), ChunkSet(2), nullptr, {}}),
            ErrorCode::notFound);
    }

    void waitingIsBounded() {
        const Fixture f("A?");
        std::vector<Kept> kept;
        for (std::size_t i = 0; i < WaitingRequests::kMost; ++i) kept.push_back(f.read(1, 1));
        QCOMPARE(f.image->waits().waitingNow, WaitingRequests::kMost);
        QCOMPARE(f.read(1, 1)->error, EIO);
        QCOMPARE(f.read(0, 1)->letters(), std::string("A"));
        f.place(1, "x");
        for (const Kept& k : kept) QCOMPARE(k->letters(), std::string("x"));
        QCOMPARE(f.image->waits().times.count(), WaitingRequests::kMost);
    }

    void failsThoseWhoWaitTooLong() {
        const Fixture f("A??");
        const Kept early = f.read(1, 1);
        const auto between = LazyImage::Clock::now();
        const Kept late = f.read(2, 1);
        QCOMPARE(f.image->failWaitingSince(between), 1U);
        QCOMPARE(early->error, EIO);
        QCOMPARE(late->answers, 0);
        f.image->fail();
        QCOMPARE(late->error, EIO);
        QCOMPARE(f.read(1, 1)->error, EIO);
        QCOMPARE(f.write(Bytes(1), kChunkSize)->error, EIO);
        QCOMPARE(f.write(letterChunk('g'), kChunkSize)->error, 0);
        QCOMPARE(f.image->waits().failed, 2U);
    }

    // Edges wait on their own; the chunks between are written at once.
    void writesTheWholeChunksOfAWriteFirst() {
        const Fixture f("????");
        const Bytes bytes(3 * kChunkSize, std::byte('w'));
        const Kept write = f.write(bytes, 100);
        QCOMPARE(write->answers, 0);
        QCOMPARE(f.read(1, 2)->letters(), std::string("ww"));
        f.place(0, "abcd");
        QCOMPARE(write->answers, 1);
        QCOMPARE(write->done, bytes.size());
        QCOMPARE(f.read(0, 4)->letters(), std::string("!ww!"));
    }

    void zerosAreHoles() {
        const Fixture f("AB?D");
        QCOMPARE(f.write(letterImage("x0y"), 0)->error, 0);
        f.place(2, "q");
        QCOMPARE(f.zero(3 * kChunkSize, kChunkSize)->error, 0);
        QCOMPARE(f.read(0, 4)->letters(), std::string("x0y0"));
        const auto changes = f.image->changes();
        QCOMPARE(membersOf(changes.modified), std::string("0 2"));
        QCOMPARE(membersOf(changes.zeroed), std::string("1 3"));
        QCOMPARE(membersOf(changes.placed), std::string());
        // Some bytes of zero into a zero chunk leave it zero; others do not.
        QCOMPARE(f.write(Bytes(10), 3 * kChunkSize + 5)->error, 0);
        QCOMPARE(membersOf(f.image->changes().zeroed), std::string("1 3"));
        QCOMPARE(f.write(Bytes(1, std::byte('z')), 3 * kChunkSize + 5)->error, 0);
        QCOMPARE(membersOf(f.image->changes().zeroed), std::string("1"));
        QCOMPARE(f.read(3, 1)->letters(), std::string("!"));
    }

    void countsWhatCameInTime() {
        Fixture f("A???");
        f.place(1, "x");
        (void)f.read(1, 1);
        (void)f.read(1, 1);
        (void)f.read(2, 1);
        f.place(2, "y");
        (void)f.read(2, 1);
        QCOMPARE(f.write(letterChunk('g'), 3 * kChunkSize)->error, 0);
        (void)f.read(3, 1);
        MountImageStatistics statistics;
        f.image->statistics(statistics);
        QCOMPARE(statistics.placedInTime, 1U);
        QCOMPARE(statistics.demanded, 1U);
        QCOMPARE(statistics.bytesFromUpper, static_cast<std::uint64_t>(5 * kChunkSize));
        const auto touches = f.touches.chunks();
        QCOMPARE(touches, (std::vector<ChunkRef>{
                              {ImageKind::disk, 1}, {ImageKind::disk, 2}, {ImageKind::disk, 3}}));
    }

    void readErrorsAreTold() {
        const Fixture f("AB");
        fs::resize_file(f.scratch / "base", kChunkSize);
        QCOMPARE(f.read(0, 1)->letters(), std::string("A"));
        QCOMPARE(f.read(0, 2)->error, EIO);
        QCOMPARE(f.write(Bytes(1), kChunkSize)->error, EIO);  // needs the rest
        QCOMPARE(f.write(letterChunk('g'), kChunkSize)->error, 0);
        QCOMPARE(f.read(0, 2)->letters(), std::string("Ag"));
    }
};

QTEST_GUILESS_MAIN(TestLazyImage)
#include "tst_lazy_image.moc"
