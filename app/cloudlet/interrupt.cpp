#include "app/cloudlet/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <thread>

namespace cloudlet {

namespace {

constexpr int kInterruptedExit = 130;
constexpr time_t kPatienceSeconds = 5;

time_t monotonicSeconds() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

}  // namespace

std::stop_token stopOnSignals() {
    // Lives until the process ends: the waiting thread is detached and uses it.
    static std::stop_source source;
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
    // Blocked here and so in every later thread; only the thread below takes them.
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::thread([set] {
        time_t first = 0;
        while (true) {
            int number = 0;
            if (::sigwait(&set, &number) != 0) continue;
            if (first != 0 && monotonicSeconds() - first >= kPatienceSeconds) {
                ::_exit(kInterruptedExit);
            }
            if (first == 0) first = monotonicSeconds();
            source.request_stop();
        }
    }).detach();
    return source.get_token();
}

}  // namespace cloudlet
