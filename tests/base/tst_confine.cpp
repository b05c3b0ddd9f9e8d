#include "engine/base/confine.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTest>
#include <cerrno>
#include <functional>
#include <thread>

#include "tests/support/result_checks.h"

using namespace cloudlet;

namespace {

// The error of a call that may not succeed; 0 if it did.
int refusal(const std::function<long()>& call) {
    errno = 0;
    return call() == -1 ? errno : 0;
}

// On a thread of its own with this duty.
void confinedTo(Duty duty, const std::function<void()>& body) {
    std::jthread([&] {
        VERIFY_OK(confineThread(duty));
        body();
    }).join();
}

void refusesWhatNobodyNeeds() {
    QCOMPARE(refusal([] { return ::open("/etc/passwd", O_RDONLY); }), EPERM);
    QCOMPARE(refusal([] { return ::socket(AF_INET, SOCK_STREAM, 0); }), EPERM);
    QCOMPARE(refusal([] { return ::fork(); }), EPERM);
    QCOMPARE(refusal([] { return ::execl("/bin/true", "true", nullptr); }), EPERM);
    QCOMPARE(refusal([] { return ::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr); }), EPERM);
    void* const page =
        ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    QVERIFY(page != MAP_FAILED);
    QCOMPARE(refusal([&] { return ::mprotect(page, 4096, PROT_READ | PROT_EXEC); }), EPERM);
    ::munmap(page, 4096);
}

}  // namespace

class TstConfine : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        if (const auto works = checkConfinement(); !works) QSKIP(works.error().message.c_str());
    }

    void aDecoderMayCompute() {
        confinedTo(Duty::decode, [] {
            refusesWhatNobodyNeeds();
            QCOMPARE(refusal([] { return ::accept(0, nullptr, nullptr); }), EPERM);
        });
    }

    void aServerOfFilesMoreOver() {
        int ends[2] = {};
        QCOMPARE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
        confinedTo(Duty::serveFiles, [&] {
            refusesWhatNobodyNeeds();
            QCOMPARE(::send(ends[0], "a", 1, 0), ssize_t{1});
            char byte = 0;
            QCOMPARE(::recv(ends[1], &byte, 1, 0), ssize_t{1});
        });
        for (const int end : ends) ::close(end);
    }

    // The thread that confined another, and the rest of the program, go on as they are.
    void otherThreadsStayFree() {
        QCOMPARE(confined([] { return refusal([] { return ::open("/dev/null", O_RDONLY); }); }),
                 EPERM);
        const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        QVERIFY(file >= 0);
        ::close(file);
    }

    void manyAtOnce() {
        std::vector<std::jthread> threads;
        std::atomic<int> sum{0};
        for (int i = 1; i <= 50; ++i) {
            threads.emplace_back([&sum, i] { sum += confined([i] { return i; }); });
        }
        threads.clear();
        QCOMPARE(sum.load(), 1275);
    }
};

QTEST_GUILESS_MAIN(TstConfine)
#include "tst_confine.moc"
