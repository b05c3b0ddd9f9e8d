// What reading through cloudletfs costs: a base file in sequence, as a VM reads its disk (past the
// page cache of the mount), and single faults of a mapping, each beside the same done to the file
// itself (through its page cache), in turns; and how soon the engine knows that cloudletfs is gone.
// Build the release preset, then
//   build/release/tests/bench/bench_mount_read [MiB, 512 by default] [rounds, 5]
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/mount/mount.h"
#include "engine/mount/packet_socket.h"

using namespace cloudlet;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::size_t kFaults = 4000;

struct Bench {
    std::uint64_t size;
    TemporaryDirectory folder;
    fs::path base;
};

Bench prepare(std::uint64_t size) {
    auto folder = TemporaryDirectory::create(fs::temp_directory_path(), "bench").value();
    const fs::path base = folder.path() / "base";
    File file = File::open(base, File::Mode::createNew).value();
    std::mt19937_64 random(1);
    std::vector<std::uint64_t> words(kMiB / 8);
    for (std::uint64_t at = 0; at < size; at += kMiB) {
        for (std::uint64_t& word : words) word = random();
        file.writeAt(std::as_bytes(std::span(words)), at).value();
    }
    file.sync().value();
    fs::create_directory(folder.path() / "run");
    return {size, std::move(folder), base};
}

enum class Cache { cold, warm };  // of the base's file

void prepareCache(const Bench& bench, Cache cache) {
    const Fd fd(::open(bench.base.c_str(), O_RDONLY | O_CLOEXEC));
    if (cache == Cache::cold) {
        ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
    } else {
        ::readahead(fd.get(), 0, bench.size);
    }
}

// What the mount's own cache holds goes with it.
Mount mountOf(const Bench& bench, std::uint32_t readahead) {
    MountPlan plan;
    plan.folder = bench.folder.path() / "run";
    plan.disk = {bench.base, ChunkSet(bench.size / kChunkSize)};
    plan.memory = plan.disk;
    plan.maxReadahead = readahead;
    return Mount::start(plan, {}).value();
}

double secondsToRead(const fs::path& path, int flags = 0) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
    void* buffer = std::aligned_alloc(kChunkSize, kMiB);
    const auto begin = Clock::now();
    while (::read(fd.get(), buffer, kMiB) > 0) continue;
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    std::free(buffer);
    return seconds;
}

// Microseconds of each of some first touches at random, sorted.
std::vector<double> faults(const fs::path& path, std::uint64_t size) {
    const Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    void* address =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd.get(), 0);
    if (address == MAP_FAILED) std::abort();
    // No huge pages and no read-around, as with cloudlet-qemu and a mount without read-ahead.
    ::madvise(address, size, MADV_RANDOM);
    std::vector<std::uint64_t> chunks(size / kChunkSize);
    std::iota(chunks.begin(), chunks.end(), 0);
    std::shuffle(chunks.begin(), chunks.end(), std::mt19937(2));
    chunks.resize(std::min(chunks.size(), kFaults));
    std::vector<double> times;
    for (const std::uint64_t chunk : chunks) {
        const auto begin = Clock::now();
        (void)*(static_cast<volatile char*>(address) + chunk * kChunkSize);
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    }
    ::munmap(address, size);
    std::sort(times.begin(), times.end());
    return times;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void compareReads(const Bench& bench, const char* name, Cache cache, int rounds) {
    std::vector<double> direct;
    std::vector<double> mounted;
    for (int i = 0; i < rounds; ++i) {
        prepareCache(bench, cache);
        direct.push_back(secondsToRead(bench.base));
        const Mount mount = mountOf(bench, 128 << 10);
        prepareCache(bench, cache);
        mounted.push_back(secondsToRead(mount.disk(), O_DIRECT));
    }
    const double mib = static_cast<double>(bench.size / kMiB);
    std::printf("%-28s %6.0f MiB/s   the file itself %6.0f MiB/s   ratio %.2f\n", name,
                mib / median(mounted), mib / median(direct), median(direct) / median(mounted));
}

void compareFaults(const Bench& bench, int rounds) {
    std::vector<double> p50[2];
    std::vector<double> p99[2];
    for (int i = 0; i < rounds; ++i) {
        const Mount mount = mountOf(bench, 0);
        for (const bool isMounted : {false, true}) {
            const auto times = faults(isMounted ? mount.memory() : bench.base, bench.size);
            p50[isMounted].push_back(times[times.size() / 2]);
            p99[isMounted].push_back(times[times.size() * 99 / 100]);
        }
    }
    std::printf("%-28s p50 %5.1f us, p99 %6.1f us   the file itself p50 %5.1f us, p99 %6.1f us\n",
                "random 4 KiB fault", median(p50[1]), median(p99[1]), median(p50[0]),
                median(p99[0]));
}

// From the signal to cloudletfs until its mount is declared lost.
double secondsUntilLost(const Bench& bench, int signal) {
    const Mount mount = mountOf(bench, 0);
    const pid_t server =
        PacketSocket::connect(bench.folder.path() / "run/mount.sock")->peer().value();
    std::this_thread::sleep_for(std::chrono::milliseconds(700));  // a sign of life has come
    const auto begin = Clock::now();
    ::kill(server, signal);
    while (!mount.lost()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

void measureLoss(const Bench& bench, int rounds) {
    double killed = 0;
    double stopped = 0;
    for (int i = 0; i < rounds; ++i) {
        killed = std::max(killed, secondsUntilLost(bench, SIGKILL));
        stopped = std::max(stopped, secondsUntilLost(bench, SIGSTOP));
    }
    std::printf("%-28s killed %.3f s, stopped %.3f s, at most\n", "declared lost", killed, stopped);
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t mib = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 512;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
    if (mib == 0 || rounds < 1) {
        std::fputs("usage: mount_read [MiB] [rounds]\n", stderr);
        return 2;
    }
    const Bench bench = prepare(mib * kMiB);
    compareReads(bench, "sequential, from the device", Cache::cold, rounds);
    compareReads(bench, "sequential, base in memory", Cache::warm, rounds);
    compareFaults(bench, rounds);
    measureLoss(bench, rounds);
    return 0;
}
