// How fast one push is beside a bare TLS copy, server and client in this process; whether a hundred
// at once leave anything behind, and what a session that only waits costs a server, which is a
// process of its own then.
//
// Usage: push_rate [MIB [all|idle|many|rate]]   (default: 512 all)
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <fstream>
#include <semaphore>
#include <thread>

#include "engine/base/stopwatch.h"
#include "engine/net/admission.h"
#include "engine/net/cloudlet_server.h"
#include "engine/net/offer_head.h"
#include "engine/net/push_client.h"
#include "engine/net/stream.h"
#include "engine/net/tls.h"
#include "tests/net/push_parts.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

constexpr std::size_t kBlock = 256 << 10;
constexpr int kRuns = 9;
constexpr unsigned kIdle = 100;
constexpr unsigned kAtOnce = 100;
constexpr std::uint64_t kSizeAtOnce = 8 << 20;
constexpr int kRounds = 6;
constexpr std::uint64_t kIdleFile = 8 << 20;  // that each of them has pushed

// A file that is one MiB of noise again and again, so that no disk is measured.
class RepeatedSource : public ChunkSource {
public:
    explicit RepeatedSource(std::uint64_t size) : m_size(size), m_noise(1 << 20) {
        for (std::size_t i = 0; i < m_noise.size(); ++i) {
            m_noise[i] = static_cast<std::byte>(i * 2654435761u >> 13);
        }
    }
    Result<void> read(std::span<std::byte> into, std::uint64_t offset) override {
        for (std::size_t done = 0; done < into.size();) {
            const std::size_t from = (offset + done) % m_noise.size();
            const std::size_t some = std::min(into.size() - done, m_noise.size() - from);
            std::memcpy(&into[done], &m_noise[from], some);
            done += some;
        }
        return {};
    }
    Result<std::uint64_t> size() override { return m_size; }
    std::string name() const override { return "noise"; }

private:
    std::uint64_t m_size;
    Bytes m_noise;
};

// Compares all that arrives with its hash, in order.
class HashingWork : public SessionWork {
public:
    Result<SessionNeeds> examine(const push::Offer& offer, const Manifest*,
                                 std::stop_token) override {
        return SessionNeeds{0, offer.size, "noise"};
    }
    Result<void> run(PushSession& session, std::stop_token stop) override {
        if (TRY(hashOfSource(session, stop)) != session.offer().id) {
            return Error{ErrorCode::corrupt, "other bytes"};
        }
        session.tell({push::Phase::complete, {}, {}});
        while (!TRY(session.waitForFinish(std::chrono::milliseconds(100), stop))) continue;
        return {};
    }
};

// Of all threads of this process.
double cpuSeconds() {
    rusage usage{};
    CHECK(::getrusage(RUSAGE_SELF, &usage) == 0);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// How long it takes, and how much work it is.
struct Cost {
    double seconds = 0;
    double cpuSeconds = 0;
};

class Meter {
public:
    Cost cost() const { return {m_watch.seconds(), cpuSeconds() - m_cpu}; }

private:
    double m_cpu = cpuSeconds();
    Stopwatch m_watch;
};

class Timer : public PushObserver {
public:
    std::optional<Meter> began;
    Cost cost;
    std::atomic<bool> complete = false;
    std::atomic<bool> stays = false;

    std::counting_semaphore<>* place = nullptr;  // given back once it is accepted

    void accepted(const push::Accept&) override {
        began.emplace();
        if (place != nullptr) place->release();
    }
    void state(const push::State& state) override {
        if (state.phase != push::Phase::complete) return;
        cost = began->cost();
        complete = true;
    }
    std::optional<push::Then> wanted() override {
        return complete && !stays ? std::optional(push::Then::end) : std::nullopt;
    }
};

// Of `size` bytes through OpenSSL alone, in blocks as large as a push's messages.
Cost bareCopy(const ServerIdentity& identity, std::uint64_t size) {
    asio::io_context context;
    asio::ssl::context serverContext(serverTls(identity).value().release());
    asio::ssl::context clientContext(clientTls(identity.fingerprint).value().release());
    asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    const std::jthread receiver([&] {
        asio::ssl::stream<asio::ip::tcp::socket> stream(acceptor.accept(), serverContext);
        stream.handshake(asio::ssl::stream_base::server);
        std::vector<char> block(kBlock);
        for (std::uint64_t at = 0; at < size; at += kBlock) {
            asio::read(stream, asio::buffer(block));
        }
        asio::write(stream, asio::buffer(block, 1));
    });
    asio::ssl::stream<asio::ip::tcp::socket> stream(context, clientContext);
    stream.lowest_layer().connect(acceptor.local_endpoint());
    stream.handshake(asio::ssl::stream_base::client);
    const Meter began;
    std::vector<char> block(kBlock);
    for (std::uint64_t at = 0; at < size; at += kBlock) asio::write(stream, asio::buffer(block));
    asio::read(stream, asio::buffer(block, 1));
    return began.cost();
}

std::uint64_t residentBytes(pid_t process) {
    std::ifstream file(fmt::format("/proc/{}/statm", process));
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
    file >> all >> resident;
    return resident * 4096;
}

struct Bench {
    Bench()
        : identity(ServerIdentity::openOrCreate(scratch / "key").value()),
          catalog(Catalog::open(scratch / "catalog").value()),
          sessions(work, scratch.path(), roomyLimits()),
          rest(catalog, sessions, gatekeeper),
          server(CloudletServer::start({identity, rest, sessions, gatekeeper}, "127.0.0.1", 0)
                     .value()) {}

    ServerAccess access() const {
        return {{"127.0.0.1", server.port()}, identity.fingerprint, "admin"};
    }

    Scratch scratch;
    FakeGatekeeper gatekeeper;
    HashingWork work;
    ServerIdentity identity;
    Catalog catalog;
    SessionTable sessions;
    Rest rest;
    CloudletServer server;
};

void push(const ServerAccess& server, ChunkSource& source, Timer& timer) {
    PushPlan plan;
    plan.server = server;
    plan.source = &source;
    plan.what = push::What::base;
    pushToServer(plan, timer, {}).value();
}

void measureRate(Bench& bench, std::uint64_t size) {
    fmt::print(
        "| bare TLS Gbit/s | CPU s/GiB | push Gbit/s, hash-checked | CPU s/GiB | ratio |\n"
        "|---|---|---|---|---|\n");
    const double bits = static_cast<double>(size) * 8 / 1e9;
    const double gib = static_cast<double>(size) / (1 << 30);
    std::vector<double> ratios;
    for (int run = 0; run < kRuns; ++run) {
        const Cost bare = bareCopy(bench.identity, size);
        RepeatedSource source(size);
        Timer timer;
        push(bench.access(), source, timer);
        ratios.push_back(bare.seconds / timer.cost.seconds);
        fmt::print("| {:.2f} | {:.2f} | {:.2f} | {:.2f} | {:.2f} |\n", bits / bare.seconds,
                   bare.cpuSeconds / gib, bits / timer.cost.seconds, timer.cost.cpuSeconds / gib,
                   ratios.back());
    }
    std::ranges::sort(ratios);
    fmt::print("the middle ratio: {:.2f}\n", ratios[ratios.size() / 2]);
}

// A server in a process of its own, which ends with this one's end of the pipe.
class OtherProcess {
public:
    OtherProcess() {
        CHECK(::pipe(m_toParent) == 0 && ::pipe(m_toChild) == 0);
        m_process = ::fork();
        CHECK(m_process >= 0);
        if (m_process == 0) serve();
        ::close(m_toChild[0]);
        CHECK(::read(m_toParent[0], &m_said, sizeof m_said) == sizeof m_said);
    }
    ~OtherProcess() {
        ::close(m_toChild[1]);
        ::waitpid(m_process, nullptr, 0);
    }
    OtherProcess(const OtherProcess&) = delete;
    OtherProcess& operator=(const OtherProcess&) = delete;

    pid_t process() const { return m_process; }
    ServerAccess access() const {
        return {{"127.0.0.1", m_said.port}, m_said.fingerprint, "admin"};
    }

private:
    struct Said {
        std::uint16_t port = 0;
        Hash fingerprint;
    };

    [[noreturn]] void serve() {
        ::close(m_toChild[1]);
        {
            const Bench bench;
            const Said said{bench.server.port(), bench.identity.fingerprint};
            CHECK(::write(m_toParent[1], &said, sizeof said) == sizeof said);
            char end = 0;
            while (::read(m_toChild[0], &end, 1) > 0) continue;
        }
        std::_Exit(0);
    }

    int m_toParent[2];
    int m_toChild[2];
    pid_t m_process = 0;
    Said m_said;
};

void measureIdle() {
    const OtherProcess server;
    std::deque<Timer> timers(kIdle);
    const std::uint64_t before = residentBytes(server.process());
    std::vector<std::jthread> threads;
    for (Timer& timer : timers) {
        timer.stays = true;
        threads.emplace_back([&server, &timer] {
            RepeatedSource source(kIdleFile);
            push(server.access(), source, timer);
        });
        // One source may not greet more often at once.
        while (!timer.complete) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const std::uint64_t each = (residentBytes(server.process()) - before) / kIdle;
    fmt::print("{} sessions that wait: {} KiB each in the server\n", kIdle, each >> 10);
    for (Timer& timer : timers) timer.stays = false;
}

// What is resident in the server after each round would grow if a push left something.
void measureMany() {
    const OtherProcess server;
    fmt::print(
        "| round of {} pushes of {} MiB | seconds | resident in the server after it, MiB |\n"
        "|---|---|---|\n",
        kAtOnce, kSizeAtOnce >> 20);
    for (int round = 1; round <= kRounds; ++round) {
        const Stopwatch began;
        {
            // One source may not greet more often at once.
            std::counting_semaphore<> places(Admission::kMostOfSource);
            std::deque<Timer> timers(kAtOnce);
            std::vector<std::jthread> threads;
            for (Timer& timer : timers) {
                timer.place = &places;
                threads.emplace_back([&server, &timer, &places] {
                    RepeatedSource source(kSizeAtOnce);
                    places.acquire();
                    push(server.access(), source, timer);  // ends the program if it fails
                });
            }
        }
        fmt::print("| {} | {:.1f} | {:.1f} |\n", round, began.seconds(),
                   static_cast<double>(residentBytes(server.process())) / (1 << 20));
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t mib = argc > 1 ? std::stoull(argv[1]) : 512;
    const std::string part = argc > 2 ? argv[2] : "all";
    // These two first, while this process has no threads that last.
    if (part == "all" || part == "idle") measureIdle();
    if (part == "all" || part == "many") measureMany();
    if (part == "all" || part == "rate") {
        Bench bench;
        measureRate(bench, mib << 20);
    }
    return 0;
}
