#include "engine/vm/libvirt_process.h"

#include <glib.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <signal.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/base/file.h"
#include "engine/vm/libvirt_error.h"

namespace cloudlet {

namespace {

void ignoreError(void*, virErrorPtr) {}

// A QEMU that dies before libvirt has reached its guest agent leaves libvirt 9 an agent without a
// context, which it gives up all the same (qemuAgentDispose): GLib tells the terminal, and nothing
// has happened.
void printUnlessContextless(const char* domain, GLogLevelFlags level, const char* message, void*) {
    if (std::string_view(message).starts_with("g_main_context_unref: assertion")) return;
    g_log_default_handler(domain, level, message, nullptr);
}

void* runEvents(void*) {
    while (true) {
        if (virEventRunDefaultImpl() < 0) {
            const timespec pause{0, 10'000'000};  // rather than spin on a failing poll
            ::nanosleep(&pause, nullptr);
        }
    }
    return nullptr;
}

// A plain detached thread: libvirt's loop has no end, and must outlive static destructors.
// Signals are left to the threads of the program.
Result<void> startEventLoop() {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread{};
    const int error = ::pthread_create(&thread, nullptr, runEvents, nullptr);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (error != 0) {
        return Error{ErrorCode::failed,
                     std::string("cannot start the libvirt event loop: ") + std::strerror(error)};
    }
    ::pthread_detach(thread);
    return {};
}

Result<void> prepare(const std::filesystem::path& logFile) {
    TRY(makeDirectories(logFile.parent_path()));
    // libvirt reads the variable here, once. Gone again, as a session daemon that libvirt starts
    // would inherit it and write into our file for as long as it lives.
    const char* outputs = "LIBVIRT_LOG_OUTPUTS";
    if (std::getenv(outputs) == nullptr) {
        ::setenv(outputs, ("3:file:" + logFile.string()).c_str(), 1);
        const int initialized = virInitialize();
        ::unsetenv(outputs);
        if (initialized < 0) return libvirtError("cannot initialize libvirt");
    }
    virSetErrorFunc(nullptr, ignoreError);
    g_log_set_handler("GLib", G_LOG_LEVEL_CRITICAL, printUnlessContextless, nullptr);
    if (virEventRegisterDefaultImpl() < 0) return libvirtError("cannot register the event loop");
    return startEventLoop();
}

}  // namespace

Result<void> prepareLibvirt(const std::filesystem::path& logFile) {
    static std::mutex mutex;  // guards `done`
    static bool done = false;
    const std::lock_guard lock(mutex);
    if (done) return {};
    TRY(prepare(logFile));
    done = true;
    return {};
}

}  // namespace cloudlet
