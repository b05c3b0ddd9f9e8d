// Migrations into something else than another host (monitor.h). captureDeviceState: into a nameless
// file, with the pages of shared memory left out. startStream: into a pipe, with all pages, while
// the guest runs. QEMU's state is "postmigrate" afterwards, from which it can go on.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "engine/base/fd.h"
#include "engine/base/file.h"
#include "engine/base/format.h"
#include "engine/image/base_vm.h"
#include "engine/vm/monitor.h"
#include "engine/vm/state_stream.h"

namespace cloudlet {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kLimit = 60s;
constexpr auto kCancelLimit = 10s;
constexpr auto kPollInterval = 1ms;             // the whole takes some 10 ms
constexpr std::int64_t kUnlimited = 1LL << 40;  // bytes per second

json::Object ignoreShared() {
    return {{"capabilities",
             json::Array{json::Object{{"capability", "x-ignore-shared"}, {"state", true}}}}};
}

// Private memory would come along in the stream, and the file below it lack what is written.
Result<void> checkShared(virDomainPtr domain) {
    const json::Value reply = TRY(qmp(domain, "query-memdev"));
    if (!reply.is_array()) return Error{ErrorCode::failed, "QEMU reports no memory"};
    for (const json::Value& entry : reply.get_array()) {
        if (!entry.is_object()) continue;
        const Result<std::string> id = json::string(entry.get_object(), "id");
        const Result<bool> share = json::boolean(entry.get_object(), "share");
        if (id && *id == kGuestMemoryBlock && share && *share) return {};
    }
    return Error{ErrorCode::unsupported,
                 "a VM whose memory is private cannot be captured; start it with shared memory"};
}

Result<json::Object> migration(virDomainPtr domain) {
    json::Value reply = TRY(qmp(domain, "query-migrate"));
    if (!reply.is_object()) return Error{ErrorCode::failed, "QEMU reports no capture"};
    return std::move(reply.get_object());
}

// Errors: failed, if it has ended any other way.
Result<bool> isCompleted(const json::Object& migration) {
    const std::string status = TRY(json::string(migration, "status"));
    if (status != "failed" && status != "cancelled") return status == "completed";
    const Result<std::string> reason = json::string(migration, "error-desc");
    return Error{ErrorCode::failed,
                 "QEMU could not save the VM's state" +
                     (reason ? ": " + escapeForTerminal(*reason) : std::string())};
}

// Completed, and QEMU has come to rest: for a moment after that it is in "finish-migrate" still and
// refuses to go on.
Result<bool> isOver(virDomainPtr domain, const json::Object& migration) {
    if (!TRY(isCompleted(migration))) return false;
    const json::Value reply = TRY(qmp(domain, "query-status"));
    if (!reply.is_object()) return Error{ErrorCode::failed, "QEMU reports no status"};
    return TRY(json::string(reply.get_object(), "status")) != "finish-migrate";
}

Result<void> waitUntilMigrated(virDomainPtr domain, std::stop_token stop) {
    const auto deadline = Clock::now() + kLimit;
    while (!TRY(isOver(domain, TRY(migration(domain))))) {
        const bool late = Clock::now() > deadline;
        if (late || stop.stop_requested()) {
            static_cast<void>(qmp(domain, "migrate_cancel"));
            if (!late) return Error{ErrorCode::cancelled, "the capture was cancelled"};
            return Error{ErrorCode::timedOut, "QEMU does not finish saving the device state"};
        }
        std::this_thread::sleep_for(kPollInterval);
    }
    return {};
}

Result<void> migrateInto(virDomainPtr domain, const Fd& file) {
    TRY(qmp(domain, "migrate-set-parameters", {{"max-bandwidth", kUnlimited}}));
    TRY(qmpWithFile(domain, "getfd", {{"fdname", "cloudlet-state"}}, file.get()));
    TRY(qmp(domain, "migrate", {{"uri", "fd:cloudlet-state"}}));
    return {};
}

Result<Bytes> readAll(const Fd& file) {
    const off_t size = ::lseek(file.get(), 0, SEEK_END);
    if (size <= 0 || static_cast<std::uint64_t>(size) > kMostStateBytes) {
        return Error{ErrorCode::failed, "QEMU wrote a device state of " + std::to_string(size) +
                                            " bytes; the memory is perhaps not shared"};
    }
    Bytes bytes(static_cast<std::size_t>(size));
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n =
            ::pread(file.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return systemError(errno, "read", "the captured device state");
        done += static_cast<std::size_t>(n);
    }
    return bytes;
}

}  // namespace

Result<Bytes> captureDeviceState(virDomainPtr domain, std::stop_token stop) {
    const Fd file(::memfd_create("cloudlet-state", MFD_CLOEXEC));
    if (!file) return systemError(errno, "create", "a memory file");
    TRY(checkShared(domain));
    TRY(qmp(domain, "migrate-set-capabilities", ignoreShared()));
    TRY(migrateInto(domain, file));
    TRY(waitUntilMigrated(domain, stop));
    return readAll(file);
}

Result<Fd> startStream(virDomainPtr domain) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return systemError(errno, "make", "a pipe");
    Fd toRead(ends[0]);
    const Fd toWrite(ends[1]);
    TRY(migrateInto(domain, toWrite));
    return toRead;
}

Result<StreamPhase> streamPhase(virDomainPtr domain) {
    const json::Object now = TRY(migration(domain));
    if (TRY(isOver(domain, now))) return StreamPhase::ended;
    const Result<const json::Object*> ram = json::object(now, "ram");
    if (!ram) return StreamPhase::firstPass;
    // Counts the looks at what the guest has written: the first is before the first pass.
    const std::uint64_t looks = TRY(json::number(**ram, "dirty-sync-count", UINT64_MAX));
    return looks < 2 ? StreamPhase::firstPass : StreamPhase::laterPasses;
}

Result<void> cancelStream(virDomainPtr domain) {
    TRY(qmp(domain, "migrate_cancel"));
    const auto deadline = Clock::now() + kCancelLimit;
    while (Clock::now() < deadline) {
        const json::Object now = TRY(migration(domain));
        const Result<bool> completed = isCompleted(now);
        if (!completed || *completed || !now.contains("status")) return {};
        std::this_thread::sleep_for(kPollInterval);
    }
    return Error{ErrorCode::timedOut, "QEMU does not give up saving the VM's state"};
}

}  // namespace cloudlet
