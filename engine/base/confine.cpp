#include "engine/base/confine.h"

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <semaphore>
#include <span>
#include <thread>

#include "engine/base/hash.h"
#include "engine/base/parallel.h"

namespace cloudlet {

namespace {

#ifdef CLOUDLET_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

// Memory, locks, clocks, signals, the end; bytes of files that are open.
constexpr int kDecode[] = {SCMP_SYS(brk),
                           SCMP_SYS(munmap),
                           SCMP_SYS(mremap),
                           SCMP_SYS(madvise),
                           SCMP_SYS(futex),
                           SCMP_SYS(sched_yield),
                           SCMP_SYS(sched_getaffinity),
                           SCMP_SYS(clock_gettime),
                           SCMP_SYS(clock_nanosleep),
                           SCMP_SYS(nanosleep),
                           SCMP_SYS(gettimeofday),
                           SCMP_SYS(getrandom),
                           SCMP_SYS(getpid),
                           SCMP_SYS(gettid),
                           SCMP_SYS(rt_sigaction),
                           SCMP_SYS(rt_sigprocmask),
                           SCMP_SYS(rt_sigreturn),
                           SCMP_SYS(sigaltstack),
                           SCMP_SYS(restart_syscall),
                           SCMP_SYS(tgkill),
                           SCMP_SYS(exit),
                           SCMP_SYS(exit_group),
                           SCMP_SYS(read),
                           SCMP_SYS(pread64),
                           SCMP_SYS(write),
                           SCMP_SYS(writev)};

constexpr int kServeFiles[] = {
    SCMP_SYS(pwrite64),  SCMP_SYS(pwritev),         SCMP_SYS(preadv),     SCMP_SYS(readv),
    SCMP_SYS(close),     SCMP_SYS(lseek),           SCMP_SYS(fstat),      SCMP_SYS(newfstatat),
    SCMP_SYS(fallocate), SCMP_SYS(ftruncate),       SCMP_SYS(fsync),      SCMP_SYS(fdatasync),
    SCMP_SYS(fstatfs),   SCMP_SYS(copy_file_range), SCMP_SYS(splice),     SCMP_SYS(vmsplice),
    SCMP_SYS(pipe2),     SCMP_SYS(fcntl),           SCMP_SYS(poll),       SCMP_SYS(ppoll),
    SCMP_SYS(sendmsg),   SCMP_SYS(sendto),          SCMP_SYS(recvmsg),    SCMP_SYS(recvfrom),
    SCMP_SYS(accept4),   SCMP_SYS(getsockopt),      SCMP_SYS(setsockopt), SCMP_SYS(shutdown),
    SCMP_SYS(getuid),    SCMP_SYS(geteuid),         SCMP_SYS(getgid),     SCMP_SYS(getegid)};

int allow(void* filter, std::span<const int> calls) {
    for (const int call : calls) {
        if (const int failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0)) return failed;
    }
    return 0;
}

// Memory, but none to execute.
int allowMemory(void* filter) {
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
        const scmp_arg_cmp noCode{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
        const int failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, noCode);
        if (failed != 0) return failed;
    }
    return 0;
}

// All of them live as long as the process; nobody waits for one that has been told to end.
class DecoderThreads {
public:
    DecoderThreads() : m_pool(coreCount(), begin) {}

    void run(const std::function<void()>& work) {
        std::binary_semaphore done(0);
        m_pool.submit([&] {
            work();
            done.release();
        });
        done.acquire();
    }

private:
    static void begin() {
        ::prctl(PR_SET_NAME, "decoder");
        (void)sha256({});                   // OpenSSL reads its configuration with the first hash
        (void)confineThread(Duty::decode);  // who wants to know asks checkConfinement()
    }

    detail::WorkerPool m_pool;
};

}  // namespace

Result<void> confineThread(Duty duty) {
    if (kSanitized) {  // whose library makes calls of its own
        return Error{ErrorCode::unsupported,
                     "a build with sanitizers does not confine its threads"};
    }
    const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release);
    int failed = filter ? 0 : -ENOMEM;
    if (failed == 0) failed = allowMemory(filter.get());
    if (failed == 0) failed = allow(filter.get(), kDecode);
    if (failed == 0 && duty == Duty::serveFiles) failed = allow(filter.get(), kServeFiles);
    if (failed == 0) failed = seccomp_load(filter.get());
    if (failed == 0) return {};
    return Error{ErrorCode::unavailable, "the kernel takes no filter of system calls: " +
                                             std::string(std::strerror(-failed))};
}

Result<void> checkConfinement() {
    Result<void> confined;
    std::jthread([&] { confined = confineThread(Duty::decode); }).join();
    return confined;
}

void detail::runConfined(const std::function<void()>& work) {
    static DecoderThreads threads;
    threads.run(work);
}

}  // namespace cloudlet
