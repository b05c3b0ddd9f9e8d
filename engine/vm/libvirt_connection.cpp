#include "engine/vm/libvirt_connection.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>

#include "engine/base/file.h"
#include "engine/base/xdg.h"
#include "engine/vm/embed_root.h"
#include "engine/vm/first_processor.h"
#include "engine/vm/libvirt_error.h"
#include "engine/vm/libvirt_process.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;

constexpr auto kOpenLimit = 120s;  // the first one starts QEMU several times
constexpr std::uint64_t kLargestLog = 1 << 20;
constexpr const char* kSession = "qemu:///session";
constexpr const char* kEmbed = "qemu:///embed";

// libvirt's embedded driver is one per process, for good; so is its root. Removed at exit.
struct EmbedProcess {
    std::mutex mutex;  // guards the root
    std::optional<EmbedRoot> root;
};

EmbedProcess& embedProcess() {
    static EmbedProcess process;
    return process;
}

bool isEmbedOpen() {
    EmbedProcess& process = embedProcess();
    const std::lock_guard lock(process.mutex);
    return process.root.has_value();
}

Result<std::string> embedUri(const fs::path& wanted) {
    EmbedProcess& process = embedProcess();
    const std::lock_guard lock(process.mutex);
    if (!process.root) {
        EmbedRoot root =
            TRY(wanted.empty() ? EmbedRoot::create(embedParent()) : EmbedRoot::adopt(wanted));
        process.root.emplace(std::move(root));
    } else if (!wanted.empty() && wanted != process.root->path()) {
        return Error{ErrorCode::inUse, "this process already uses the libvirt root " +
                                           process.root->path().string() +
                                           "; another one needs a process of its own"};
    }
    return process.root->uri();
}

void keepCapabilities() {
    EmbedProcess& process = embedProcess();
    const std::lock_guard lock(process.mutex);
    if (process.root) process.root->keepCapabilities();
}

DomainStatus endOf(int detail) {
    switch (detail) {
        case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN:
            return {DomainState::shutOff, "the guest shut down"};
        case VIR_DOMAIN_EVENT_STOPPED_DESTROYED:
            return {DomainState::shutOff, "it was ended"};
        case VIR_DOMAIN_EVENT_STOPPED_SAVED:
            return {DomainState::shutOff, "it was saved"};
        case VIR_DOMAIN_EVENT_STOPPED_CRASHED:
            return {DomainState::crashed, "the guest's kernel panicked"};
        default:
            return {DomainState::crashed, "QEMU ended unexpectedly"};
    }
}

using SharedEnds = std::shared_ptr<DomainEnds>;

int onLifecycle(virConnectPtr, virDomainPtr domain, int event, int detail, void* opaque) {
    char uuid[VIR_UUID_STRING_BUFLEN] = {};
    if (event == VIR_DOMAIN_EVENT_STOPPED && virDomainGetUUIDString(domain, uuid) == 0) {
        (*static_cast<SharedEnds*>(opaque))->record(uuid, endOf(detail));
    }
    return 0;
}

void freeEnds(void* opaque) {
    delete static_cast<SharedEnds*>(opaque);
}

fs::path logFile(const HypervisorOptions& options) {
    if (!options.logFile.empty()) return options.logFile;
    const fs::path path = runtimeDirectory() / "libvirt.log";
    std::error_code error;
    if (fs::file_size(path, error) > kLargestLog && !error) fs::remove(path, error);
    return path;
}

std::string wantedUri(const HypervisorOptions& options) {
    if (!options.embedRoot.empty()) return kEmbed;
    if (!options.uri.empty()) return options.uri;
    if (const char* uri = std::getenv("CLOUDLET_LIBVIRT_URI"); uri && *uri) return uri;
    return ::getuid() == 0 || isEmbedOpen() ? kEmbed : "";
}

}  // namespace

LibvirtConnection::LibvirtConnection(ConnectionHandle handle, std::string uri, GuestNetwork network)
    : m_handle(std::move(handle)), m_uri(std::move(uri)), m_network(std::move(network)) {}

virConnectPtr LibvirtConnection::get() const {
    const std::lock_guard lock(m_mutex);
    return m_handle.get();
}

Result<void> LibvirtConnection::mend() {
    const std::lock_guard lock(m_mutex);
    if (virConnectIsAlive(m_handle.get()) != 0) return {};
    ConnectionHandle handle(virConnectOpen(m_uri.c_str()));
    if (!handle) return libvirtError("libvirt (" + m_uri + ") has gone and does not come back");
    m_gone.push_back(std::exchange(m_handle, std::move(handle)));
    return listen();
}

LibvirtConnection::~LibvirtConnection() {
    if (m_callback >= 0) virConnectDomainEventDeregisterAny(m_handle.get(), m_callback);
    keepCapabilities();
}

Result<std::shared_ptr<LibvirtConnection>> LibvirtConnection::connect(const std::string& uri,
                                                                      const GuestNetwork& network) {
    stayOnFirstProcessor();
    ConnectionHandle handle;
    if (uri.starts_with(kEmbed)) {
        const std::scoped_lock lock(openingAndClosing());
        handle.reset(virConnectOpen(uri.c_str()));
    } else {
        handle.reset(virConnectOpen(uri.c_str()));  // a daemon may let it hang
    }
    if (!handle) return libvirtError("cannot open libvirt (" + uri + ")");
    std::shared_ptr<LibvirtConnection> connection(
        new LibvirtConnection(std::move(handle), uri, network));
    TRY(connection->prepare());
    keepCapabilities();
    return connection;
}

Result<void> LibvirtConnection::prepare() {
    unsigned long version = 0;
    if (virConnectGetVersion(get(), &version) < 0) {
        return libvirtError("cannot read the version of QEMU");
    }
    m_qemuVersion =
        fmt::format("{}.{}.{}", version / 1'000'000, version / 1'000 % 1'000, version % 1'000);
    return listen();
}

// To the ends of domains; REQUIRES: m_handle does not change meanwhile.
Result<void> LibvirtConnection::listen() {
    auto ends = std::make_unique<SharedEnds>(m_ends);
    m_callback = virConnectDomainEventRegisterAny(
        m_handle.get(), nullptr, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
        VIR_DOMAIN_EVENT_CALLBACK(onLifecycle), ends.get(), freeEnds);
    if (m_callback < 0) return libvirtError("cannot listen to libvirt's events");
    static_cast<void>(ends.release());  // libvirt frees it
    return {};
}

Result<std::shared_ptr<LibvirtConnection>> LibvirtConnection::open(const HypervisorOptions& options,
                                                                   std::stop_token stop) {
    TRY(prepareLibvirt(logFile(options)));
    BlockingCalls calls;
    const auto openUri = [&](const std::string& uri) {
        return calls.run([uri, network = options.network] { return connect(uri, network); },
                         "opening libvirt", kOpenLimit, stop);
    };
    std::string uri = wantedUri(options);
    if (uri.empty()) {
        auto session = openUri(kSession);
        if (session || session.error().code != ErrorCode::unavailable) return session;
        uri = kEmbed;
    }
    if (uri == kEmbed || uri == "embed") uri = TRY(embedUri(options.embedRoot));
    return openUri(uri);
}

}  // namespace cloudlet
