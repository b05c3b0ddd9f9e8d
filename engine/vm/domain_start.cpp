#include "engine/vm/domain_start.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/base/file.h"
#include "engine/base/format.h"
#include "engine/vm/domain_xml.h"
#include "engine/vm/first_processor.h"
#include "engine/vm/libvirt_domain.h"
#include "engine/vm/libvirt_error.h"
#include "engine/vm/qemu_process.h"
#include "engine/vm/save_image.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;

// A resume over a mount takes as long as its pages do; the stop token is what ends it.
constexpr auto kStartLimit = 24h;
// For the killed QEMU to be gone before the caller takes its files away.
constexpr auto kStopGrace = 1500ms;

// libvirt's start cannot be interrupted, but fails when its QEMU dies: while this object lives
// and the stop token is set, the QEMU of `uuid` is killed whenever there is one.
class KillOnStop {
public:
    KillOnStop(std::string uuid, std::stop_token stop)
        : m_uuid(std::move(uuid)), m_stop(std::move(stop)) {
        if (m_stop.stop_possible()) {
            m_thread = std::jthread([this](std::stop_token over) { watch(over); });
        }
    }

private:
    void watch(std::stop_token over) {
        std::mutex mutex;
        std::condition_variable_any wake;
        const std::stop_callback onStop(m_stop, [&] {
            const std::lock_guard guard(mutex);
            wake.notify_all();
        });
        std::unique_lock lock(mutex);
        wake.wait(lock, over, [this] { return m_stop.stop_requested(); });
        while (!over.stop_requested()) {
            if (const auto process = findQemuProcess(m_uuid)) killQemu(process->pid, m_uuid);
            wake.wait_for(lock, over, 50ms, [] { return false; });
        }
    }

    std::string m_uuid;
    std::stop_token m_stop;
    std::jthread m_thread;
};

class RemoveAtEnd {
public:
    explicit RemoveAtEnd(fs::path path) : m_path(std::move(path)) {}
    ~RemoveAtEnd() {
        std::error_code ignored;  // it lies in the run directory, which goes as a whole
        fs::remove(m_path, ignored);
    }
    RemoveAtEnd(const RemoveAtEnd&) = delete;
    RemoveAtEnd& operator=(const RemoveAtEnd&) = delete;

private:
    fs::path m_path;
};

// What the call that starts a domain needs, owned by it: it may be abandoned.
struct Request {
    std::shared_ptr<LibvirtConnection> connection;
    std::string name;
    std::string uuid;
    std::string xml;
    fs::path image;  // empty: boot
};

Result<DomainHandle> create(const Request& request) {
    stayOnFirstProcessor();
    TRY(request.connection->mend());
    const virConnectPtr connection = request.connection->get();
    if (request.image.empty()) {
        DomainHandle handle =
            ownDomain(virDomainCreateXML(connection, request.xml.c_str(), VIR_DOMAIN_START_PAUSED));
        if (!handle) return libvirtError("cannot start VM " + request.name);
        return handle;
    }
    const RemoveAtEnd cleanUp(request.image);
    if (virDomainRestoreFlags(connection, request.image.c_str(), nullptr, VIR_DOMAIN_SAVE_PAUSED) <
        0) {
        return libvirtError("cannot resume VM " + request.name);
    }
    DomainHandle handle = ownDomain(virDomainLookupByUUIDString(connection, request.uuid.c_str()));
    if (!handle) return libvirtError("cannot find VM " + request.name + " after its resume");
    return handle;
}

Result<DomainHandle> createUnlessStopped(const Request& request, std::stop_token stop) {
    const KillOnStop guard(request.uuid, stop);
    Result<DomainHandle> handle = create(request);
    if (!stop.stop_requested()) return handle;
    if (handle) virDomainDestroy(handle->get());
    return Error{ErrorCode::cancelled, "starting VM " + request.name + " was cancelled"};
}

Result<fs::path> writeImage(const DomainPlan& plan, const std::string& xml, ByteView state) {
    const fs::path path = plan.runFiles().restoreImage();
    std::error_code ignored;  // of an earlier try that was killed
    fs::remove(path, ignored);
    File file = TRY(File::open(path, File::Mode::createNew));
    TRY(file.writeAt(buildSaveImage(xml, state), 0));
    return path;
}

Result<void> checkFiles(const DomainPlan& plan) {
    static_cast<void>(TRY(File::open(plan.disk, File::Mode::readWrite)));
    const File memory = TRY(File::open(plan.memory, File::Mode::readWrite));
    const std::uint64_t size = TRY(memory.size());
    if (size == plan.machine.memoryBytes) return {};
    return Error{ErrorCode::incompatible, plan.memory.string() + " holds " + formatBytes(size) +
                                              ", the machine has " +
                                              formatBytes(plan.machine.memoryBytes)};
}

}  // namespace

Result<std::unique_ptr<Domain>> startDomain(std::shared_ptr<LibvirtConnection> connection,
                                            const DomainPlan& plan, ByteView state, Start start,
                                            std::stop_token stop) {
    if (stop.stop_requested()) {
        return Error{ErrorCode::cancelled, "starting VM " + plan.name + " was cancelled"};
    }
    TRY(checkFiles(plan));
    TRY(makeDirectories(plan.runDirectory));
    DomainPlan networked = plan;
    networked.reach = connection->network().reach;
    Request request{connection, plan.name, plan.uuid, domainXml(networked), {}};
    if (!state.empty()) request.image = TRY(writeImage(plan, request.xml, state));
    connection->ends().watch(plan.uuid);  // before the domain exists, so that no end is missed
    BlockingCalls calls;
    Result<DomainHandle> handle =
        calls.run([request, stop] { return createUnlessStopped(request, stop); },
                  "starting VM " + plan.name, kStartLimit, stop, kStopGrace);
    if (!handle) {
        connection->ends().forget(plan.uuid);
        return std::move(handle).error();
    }
    auto domain = std::make_unique<LibvirtDomain>(
        connection, *handle, LibvirtDomain::Identity{plan.name, plan.uuid, plan.runDirectory});
    TRY(domain->connectSerial());
    if (start == Start::running) TRY(domain->resume(stop));
    return std::unique_ptr<Domain>(std::move(domain));
}

}  // namespace cloudlet
