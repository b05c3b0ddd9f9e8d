#include "engine/jobs/guest.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/format.h"
#include "engine/image/forward_list.h"
#include "engine/mount/sweep_mounts.h"
#include "engine/vm/embed_root.h"
#include "engine/vm/qemu_process.h"

namespace cloudlet {

namespace {

// What a VM writes besides its images: logs, and room for the guest to write at all.
constexpr std::uint64_t kSpareBytes = 64 << 20;
constexpr std::chrono::seconds kEndLimit{10};

// False if its file system is gone, as when the program died that was bringing the overlay: then
// the VM cannot go on, though QEMU may not have noticed yet.
bool hasItsFiles(const SessionRecord& session) {
    std::error_code error;
    if (!fs::exists(session.runFolder / "mnt", error)) return true;  // never had one
    Result<Mount> mount = Mount::attach(session.runFolder, {});
    if (!mount) return mount.error().code == ErrorCode::inUse;
    return static_cast<bool>(mount->detach());
}

}  // namespace

Guest::Guest(Plan plan, const Services& services, RunFolder folder, std::optional<BaseLease> lease,
             SessionRecord session)
    : m_plan(std::move(plan)),
      m_services(&services),
      m_folder(std::move(folder)),
      m_lease(std::move(lease)),
      m_session(std::move(session)) {}

Guest::Guest(Guest&& other) noexcept
    : m_plan(std::move(other.m_plan)),
      m_services(std::exchange(other.m_services, nullptr)),
      m_folder(std::move(other.m_folder)),
      m_lease(std::move(other.m_lease)),
      m_session(std::move(other.m_session)),
      m_mount(std::move(other.m_mount)),
      m_memory(other.m_memory),
      m_domain(std::move(other.m_domain)),
      m_forwards(std::move(other.m_forwards)),
      m_problem(std::move(other.m_problem)),
      m_kept(other.m_kept) {}

Guest::~Guest() {
    if (m_services == nullptr || m_kept) return;
    // In this order: a VM that waits for a page cannot be ended, and a file in use not unmounted.
    if (m_mount) m_mount->fail();
    m_domain.reset();
    m_mount.reset();  // before the folder goes in which it lies
    const SessionState state = m_problem.empty() ? SessionState::closed : SessionState::failed;
    // Nothing can be done here about a catalog that cannot be written; the sweep mends it.
    (void)m_services->catalog.endSession(m_session.id, state, m_problem);
}

Result<Guest> Guest::create(Plan plan, const Services& services) {
    std::optional<BaseLease> lease;
    SessionRecord session;
    session.kind = plan.kind;
    session.title = plan.title;
    session.overlay = plan.overlay;
    session.hypervisor = services.hypervisor.uri();
    if (plan.base) {
        session.base = plan.base->id;
        lease.emplace(TRY(services.catalog.leaseBase(plan.base->id, "VM \"" + plan.title + "\"")));
    }
    RunFolder folder = TRY(services.catalog.runFolder());
    session.runFolder = folder.path();
    session.domainUuid = newUuid();
    session.domainName = "cloudlet-" + session.domainUuid.substr(0, 8);
    session = TRY(services.catalog.beginSession(std::move(session)));
    return Guest(std::move(plan), services, std::move(folder), std::move(lease),
                 std::move(session));
}

Result<Guest> Guest::adopt(const SessionRecord& session, std::unique_ptr<Domain> domain,
                           const Services& services) {
    const auto isOurs = [&](const RunFolder& folder) { return folder.path() == session.runFolder; };
    std::vector<RunFolder> folders = TRY(services.catalog.staleRunFolders());
    const auto folder = std::find_if(folders.begin(), folders.end(), isOurs);
    if (folder == folders.end() || session.kind == SessionKind::base || !session.base) {
        domain->detach();
        return Error{ErrorCode::inUse, "session " + session.id.substr(0, 8) +
                                           " is not a VM on a base that nobody watches"};
    }
    Plan plan;
    plan.kind = session.kind;
    plan.overlay = session.overlay;
    plan.title = session.title;
    Guest guest(std::move(plan), services, std::move(*folder), std::nullopt, session);
    guest.m_domain = std::move(domain);
    guest.m_kept = true;
    const auto attach = [&]() -> Result<void> {
        guest.m_plan.base = TRY(services.catalog.baseById(*session.base));
        guest.m_plan.machine = guest.m_plan.base->vm.machine;
        guest.m_lease.emplace(
            TRY(services.catalog.leaseBase(*session.base, "VM \"" + session.title + "\"")));
        guest.m_mount =
            std::make_unique<Mount>(TRY(Mount::attach(session.runFolder, services.stop)));
        guest.m_session.owner = ProcessIdentity::self();
        return services.catalog.updateSession(guest.m_session);
    };
    const Result<void> attached = attach();
    if (!attached) {
        guest.m_domain->detach();
        return attached.error();
    }
    guest.m_memory = session.kind == SessionKind::author ? Memory::copied : Memory::mounted;
    guest.m_forwards = forwardsFromJson(session.forwards);
    guest.m_folder.discard();  // at the end, unless it is kept again
    guest.m_kept = false;
    return guest;
}

fs::path Guest::disk() const {
    return m_mount ? m_mount->disk() : folder() / "disk.raw";
}

fs::path Guest::memory() const {
    return m_mount && m_memory == Memory::mounted ? m_mount->memory() : folder() / "memory.raw";
}

Result<void> Guest::checkSpace(std::uint64_t needed) const {
    const std::uint64_t free = TRY(freeSpace(folder()));
    if (free >= needed) return {};
    return Error{ErrorCode::noSpace,
                 fmt::format("{} has {} free, the VM needs {}: free some space, or put the "
                             "catalog elsewhere with --catalog",
                             folder().string(), formatBytes(free), formatBytes(needed))};
}

Result<void> Guest::mountBase(MountOptions options) {
    CHECK(m_lease.has_value() && m_plan.base.has_value());
    const bool copies = options.memory == Memory::copied;
    const std::uint64_t pending = options.pendingDisk.count() + options.pendingMemory.count();
    TRY(checkSpace(pending * kChunkSize + (copies ? m_plan.machine.memoryBytes : 0) + kSpareBytes));
    const auto imageOf = [&](ImageKind image, ChunkSet& chunks) {
        const BaseVm& vm = m_plan.base->vm;
        const std::uint64_t size = image == ImageKind::disk ? vm.diskSize : vm.memorySize;
        if (chunks.chunks() == 0) chunks = ChunkSet(chunkCount(size));
        return MountImage{m_lease->files().image(image), std::move(chunks)};
    };
    MountPlan plan;
    plan.folder = folder();
    plan.disk = imageOf(ImageKind::disk, options.pendingDisk);
    plan.memory = imageOf(ImageKind::memory, options.pendingMemory);
    plan.maxReadahead = options.maxReadahead;
    plan.recordTouches = options.recordTouches;
    m_mount = std::make_unique<Mount>(TRY(Mount::start(plan, m_services->stop)));
    m_memory = options.memory;
    if (pending == 0) TRY(m_mount->allPlaced(m_services->stop));  // it may outlive this process
    return copies ? copyMemory() : Result<void>();
}

Result<void> Guest::copyMemory() {
    const File base = TRY(File::open(m_lease->files().memory(), File::Mode::read));
    m_services->progress.beginStage("copying the base's memory", TRY(base.allocatedBytes()));
    File copy = TRY(File::open(memory(), File::Mode::createNew));
    TRY(copySparse(base, copy, m_services->progress, m_services->stop));
    // A full device would otherwise show when the guest touches its memory, and end QEMU.
    return copy.reserve();
}

std::optional<Error> Guest::lost() const {
    return m_mount ? m_mount->lost() : std::nullopt;
}

Result<DomainPlan> Guest::domainPlan(const fs::path& disk, const fs::path& memory) const {
    DomainPlan plan;
    plan.name = m_session.domainName;
    plan.uuid = m_session.domainUuid;
    plan.machine = m_plan.machine;
    plan.disk = disk;
    plan.memory = memory;
    plan.runDirectory = folder();
    plan.diskCached = !m_mount;
    if (m_mount && m_memory == Memory::mounted) {
        plan.memoryShared = false;
        plan.emulator = TRY(defaultMountEmulator());
    }
    return plan;
}

Result<void> Guest::boot(const fs::path& disk, const fs::path& memory, const fs::path& cdrom) {
    DomainPlan plan = TRY(domainPlan(disk, memory));
    plan.cdrom = cdrom;
    m_domain = TRY(m_services->hypervisor.boot(plan, Start::running, m_services->stop));
    return {};
}

Result<void> Guest::resume(const fs::path& disk, const fs::path& memory, ByteView state) {
    const DomainPlan plan = TRY(domainPlan(disk, memory));
    // A QEMU that waits for a page cannot be ended: the reads fail first.
    const std::stop_callback onStop(m_services->stop, [this] {
        if (m_mount) m_mount->fail();
    });
    m_domain = TRY(m_services->hypervisor.resume(plan, state, Start::running, m_services->stop));
    return {};
}

Result<void> Guest::forward(const std::vector<PortForward>& forwards) {
    for (const PortForward& wanted : forwards) {
        m_forwards.push_back(TRY(m_domain->addForward(wanted, m_services->stop)));
    }
    m_session.forwards = forwardsToJson(m_forwards);
    return m_services->catalog.updateSession(m_session);
}

Result<void> Guest::setForwards(const std::vector<PortForward>& forwards) {
    const auto serves = [](const PortForward& open, const PortForward& wanted) {
        return open.protocol == wanted.protocol && open.guestPort == wanted.guestPort &&
               (wanted.hostPort == 0 || wanted.hostPort == open.hostPort);
    };
    for (const PortForward& open : std::vector<PortForward>(m_forwards)) {
        if (std::ranges::any_of(forwards, [&](const auto& each) { return serves(open, each); })) {
            continue;
        }
        TRY(m_domain->removeForward(open, m_services->stop));
        std::erase(m_forwards, open);
    }
    std::vector<PortForward> missing;
    for (const PortForward& wanted : forwards) {
        if (std::ranges::none_of(m_forwards,
                                 [&](const auto& each) { return serves(each, wanted); })) {
            missing.push_back(wanted);
        }
    }
    return forward(missing);
}

std::vector<PortForward> Guest::forwardsAnywhere() const {
    std::vector<PortForward> forwards = m_forwards;
    for (PortForward& forward : forwards) forward.hostPort = 0;
    return forwards;
}

Result<void> Guest::end() {
    if (!m_domain) return {};
    if (m_mount) m_mount->fail();
    TRY(m_domain->destroy());
    m_domain.reset();
    return {};
}

Result<std::string> Guest::keep() {
    CHECK(m_domain != nullptr);
    if (m_mount) TRY(m_mount->detach());
    m_domain->detach();
    m_folder.keep();
    m_kept = true;
    return m_session.id;
}

std::string forwardsToJson(const std::vector<PortForward>& forwards) {
    return json::serialize(toJson(forwards));
}

std::vector<PortForward> forwardsFromJson(std::string_view text) {
    const std::string wrapped = "{\"forwards\":" + std::string(text) + "}";
    const Result<json::Object> object = json::parseObject(wrapped, "the forwards");
    if (!object) return {};
    const Result<const json::Array*> list = json::array(*object, "forwards");
    if (!list) return {};
    std::vector<PortForward> forwards;
    for (const json::Value& value : **list) {
        if (!value.is_string()) continue;
        const auto& string = value.get_string();
        const auto forward = PortForward::parse({string.data(), string.size()});
        if (forward) forwards.push_back(*forward);
    }
    return forwards;
}

Result<HypervisorOptions> hypervisorOf(const SessionRecord& session) {
    HypervisorOptions options;
    options.uri = session.hypervisor;
    for (const Survivor& survivor : TRY(survivors())) {
        if (survivor.process.uuid == session.domainUuid) options.embedRoot = survivor.embedRoot;
    }
    return options;
}

Result<std::vector<std::string>> sweepDeadGuests(Catalog& catalog) {
    std::vector<std::string> notes;
    std::vector<RunFolder> folders = TRY(catalog.staleRunFolders());
    for (const SessionRecord& session : TRY(catalog.runningSessions())) {
        if (session.owner.isAlive()) continue;
        if (const auto process = findQemuProcess(session.domainUuid)) {
            if (hasItsFiles(session)) continue;
            TRY(endQemu(*process, kEndLimit));
        }
        TRY(catalog.endSession(session.id, SessionState::lost,
                               "its VM ended while no program was watching it"));
        notes.push_back(
            fmt::format("the VM of session {} had ended on its own; its files are "
                        "removed",
                        session.id.substr(0, 8)));
    }
    std::vector<fs::path> inUse;
    for (const SessionRecord& session : TRY(catalog.runningSessions())) {
        inUse.push_back(session.runFolder);
    }
    const auto isAbandoned = [&](const fs::path& path) {
        return std::find(inUse.begin(), inUse.end(), path) == inUse.end() &&
               std::any_of(folders.begin(), folders.end(),
                           [&](const RunFolder& folder) { return folder.path() == path; });
    };
    for (std::string& note : TRY(sweepMounts(catalog.layout().run(), isAbandoned))) {
        notes.push_back(std::move(note));
    }
    for (RunFolder& folder : folders) {
        if (isAbandoned(folder.path())) folder.discard();
    }
    return notes;
}

Result<void> endSurvivor(Catalog& catalog, const SessionRecord& session) {
    if (const std::optional<QemuProcess> process = findQemuProcess(session.domainUuid)) {
        TRY(endQemu(*process, kEndLimit));
    }
    TRY(catalog.endSession(session.id, SessionState::closed));
    // The mount goes by itself when the VM has closed its files; this waits for it.
    TRY(sweepMounts(catalog.layout().run(),
                    [&](const fs::path& folder) { return folder == session.runFolder; }));
    for (RunFolder& folder : TRY(catalog.staleRunFolders())) {
        if (folder.path() == session.runFolder) folder.discard();
    }
    return {};
}

}  // namespace cloudlet
