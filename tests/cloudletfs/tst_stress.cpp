// Random reads, writes, trims and placements from several threads, against a model in memory: a
// byte is what was last written there, else what was or will be placed, else the base's, however
// the threads meet.
#include <linux/falloc.h>
#include <sys/mman.h>

#include <random>

#include "tests/support/mount_fixture.h"

using namespace cloudlet;
using namespace cloudlet::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kRegion = 48;  // chunks of each thread
constexpr std::size_t kThreads = 4;
constexpr int kSteps = 1200;
constexpr int kPunch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

struct Free {
    void operator()(void* memory) const { std::free(memory); }
};
using Aligned = std::unique_ptr<std::byte, Free>;

Aligned aligned(std::size_t size) {
    return Aligned(static_cast<std::byte*>(std::aligned_alloc(kChunkSize, size)));
}

// One thread's part of the disk and what it must hold.
class Region {
public:
    Region(const fs::path& path, std::uint64_t first, Bytes model, unsigned seed)
        : m_cached(path),
          m_direct(path, Access::direct),
          m_first(first),
          m_model(std::move(model)),
          m_written(m_model.size() / kChunkSize),
          m_random(seed) {}

    // What went wrong; empty if nothing.
    std::string run() {
        for (int step = 0; step < kSteps; ++step) {
            const std::string problem = doSomething();
            if (!problem.empty()) return "step " + std::to_string(step) + ": " + problem;
        }
        return check(0, m_model.size(), false);
    }

    const std::vector<bool>& written() const { return m_written; }
    ByteView model() const { return m_model; }

private:
    std::size_t below(std::size_t limit) { return m_random() % limit; }

    std::string doSomething() {
        std::size_t from = below(m_model.size());
        std::size_t size = 1 + below(below(4) == 0 ? 10 * kChunkSize : 3 * kChunkSize);
        const bool direct = below(3) == 0;
        if (direct || below(3) == 0) {
            from -= from % kChunkSize;
            size += kChunkSize - 1;
            size -= size % kChunkSize;
        }
        size = std::min(size, m_model.size() - from);
        const std::size_t what = below(100);
        if (what < 55) return check(from, size, direct);
        if (what < 85) return write(from, size, direct);
        if (what < 95) return trim(from, size);
        const auto begin = static_cast<off_t>(m_first * kChunkSize + from);
        ::posix_fadvise(m_cached.fd(), begin, static_cast<off_t>(size), POSIX_FADV_DONTNEED);
        return {};
    }

    std::string check(std::size_t from, std::size_t size, bool direct) {
        const Aligned buffer = aligned((size + kChunkSize - 1) / kChunkSize * kChunkSize);
        const auto at = static_cast<off_t>(m_first * kChunkSize + from);
        const ssize_t n = ::pread(file(direct).fd(), buffer.get(), size, at);
        if (n != static_cast<ssize_t>(size)) return describe("read", from, size, n);
        const ByteView wanted = ByteView(m_model).subspan(from, size);
        const auto [a, b] = std::mismatch(wanted.begin(), wanted.end(), buffer.get());
        if (a == wanted.end()) return {};
        return describe("wrong byte", from + static_cast<std::size_t>(a - wanted.begin()), size,
                        static_cast<ssize_t>(*b));
    }

    std::string write(std::size_t from, std::size_t size, bool direct) {
        const Aligned buffer = aligned((size + kChunkSize - 1) / kChunkSize * kChunkSize);
        const auto letter = below(5) == 0 ? std::byte{0} : static_cast<std::byte>(m_random());
        std::fill_n(buffer.get(), size, letter);
        if (below(4) == 0) buffer.get()[below(size)] = std::byte{1};
        const auto at = static_cast<off_t>(m_first * kChunkSize + from);
        const ssize_t n = ::pwrite(file(direct).fd(), buffer.get(), size, at);
        if (n != static_cast<ssize_t>(size)) return describe("write", from, size, n);
        std::copy_n(buffer.get(), size, m_model.begin() + static_cast<std::ptrdiff_t>(from));
        note(from, size);
        return {};
    }

    std::string trim(std::size_t from, std::size_t size) {
        const int error = m_cached.allocate(below(2) == 0 ? kPunch : FALLOC_FL_ZERO_RANGE,
                                            m_first * kChunkSize + from, size);
        if (error != 0) return describe("trim", from, size, error);
        std::fill_n(m_model.begin() + static_cast<std::ptrdiff_t>(from), size, std::byte{0});
        note(from, size);
        return {};
    }

    void note(std::size_t from, std::size_t size) {
        for (std::size_t i = from / kChunkSize; i <= (from + size - 1) / kChunkSize; ++i) {
            m_written[i] = true;
        }
    }
    const MountedFile& file(bool direct) const { return direct ? m_direct : m_cached; }
    std::string describe(const char* what, std::size_t from, std::size_t size, ssize_t result) {
        return std::string(what) + " at byte " + std::to_string(from) + " of region " +
               std::to_string(m_first / kRegion) + ", " + std::to_string(size) +
               " bytes: " + std::to_string(result) + " (errno " + std::to_string(errno) + ")";
    }

    MountedFile m_cached;
    MountedFile m_direct;
    std::uint64_t m_first;
    Bytes m_model;
    std::vector<bool> m_written;
    std::mt19937 m_random;
};

// A disk of base and pending chunks, and what it holds once all is placed.
struct Picture {
    std::string letters;  // '?' is pending
    Bytes whole;

    explicit Picture(std::mt19937& random) {
        for (std::uint64_t i = 0; i < kThreads * kRegion; ++i) {
            letters.push_back(random() % 2 == 0 ? '?' : "AB0"[random() % 3]);
        }
        std::string placed = letters;
        for (char& letter : placed) {
            if (letter == '?') letter = "xyz0"[random() % 4];
        }
        whole = letterImage(placed);
    }
    ByteView chunks(std::uint64_t first, std::uint64_t count) const {
        return ByteView(whole).subspan(first * kChunkSize, count * kChunkSize);
    }
};

// Places what is demanded at once, and the rest in no order, in runs, some of it twice.
void placeAll(Mount& mount, const Picture& picture, unsigned seed, std::atomic<int>& problems) {
    std::mt19937 random(seed);
    std::vector<std::uint64_t> order(picture.letters.size());
    for (std::uint64_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    for (const std::uint64_t first : order) {
        auto demands = mount.demands(std::chrono::milliseconds(random() % 4), {});
        if (!demands) ++problems;
        if (demands) {
            for (const ChunkRef& chunk : *demands) {
                if (!mount.place(ImageKind::disk, chunk.index, picture.chunks(chunk.index, 1))) {
                    ++problems;
                }
            }
        }
        const std::uint64_t count = std::min<std::uint64_t>(1 + random() % 3, order.size() - first);
        if (!mount.place(ImageKind::disk, first, picture.chunks(first, count))) ++problems;
        // It is there: whatever comes now is too late.
        if (!mount.place(ImageKind::disk, first, letterChunk('!'))) ++problems;
    }
}

}  // namespace

class TestStress : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { REQUIRE_FUSE(); }

    void agreesWithAModel_data() {
        QTest::addColumn<unsigned>("readahead");
        QTest::newRow("without read-ahead") << 0U;
        QTest::newRow("with read-ahead") << (128U << 10);
    }
    void agreesWithAModel() {
        QFETCH(unsigned, readahead);
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const Picture picture(random);
        MountPlace place(picture.letters);
        place.plan().maxReadahead = readahead;
        VALUE(mount, place.start());
        std::vector<Region> regions;
        for (std::uint64_t t = 0; t < kThreads; ++t) {
            const ByteView part = picture.chunks(t * kRegion, kRegion);
            regions.emplace_back(mount.disk(), t * kRegion, Bytes(part.begin(), part.end()),
                                 static_cast<unsigned>(random()));
        }
        std::vector<std::string> problems(kThreads);
        std::atomic<int> placeProblems{0};
        {
            std::vector<std::jthread> threads;
            for (std::size_t t = 0; t < kThreads; ++t) {
                threads.emplace_back([&, t] { problems[t] = regions[t].run(); });
            }
            placeAll(mount, picture, static_cast<unsigned>(random()), placeProblems);
        }
        for (const std::string& problem : problems) QCOMPARE(problem, std::string());
        QCOMPARE(placeProblems.load(), 0);
        VERIFY_OK(mount.allPlaced({}));
        compareChanges(mount, regions);
    }

private:
    // The sets name what was written, all of it and nothing else, and zeros are zeros.
    static void compareChanges(Mount& mount, const std::vector<Region>& regions) {
        VALUE(changes, mount.changes(ImageKind::disk));
        const MountedFile disk(mount.disk());
        for (std::uint64_t t = 0; t < kThreads; ++t) {
            for (std::uint64_t i = 0; i < kRegion; ++i) {
                const std::uint64_t chunk = t * kRegion + i;
                const bool zeroed = changes.zeroed.contains(chunk);
                const bool modified = changes.modified.contains(chunk);
                QVERIFY(!(zeroed && modified));
                QCOMPARE(zeroed || modified, static_cast<bool>(regions[t].written()[i]));
                const ByteView wanted = regions[t].model().subspan(i * kChunkSize, kChunkSize);
                if (zeroed) QVERIFY(isAllZero(wanted));
                QCOMPARE(disk.letters(chunk, 1), lettersOf(wanted));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestStress)
#include "tst_stress.moc"
