// A VM of the catalog while it runs: its run folder, its row among the sessions, the base it
// relies on, the mount under its images, its domain. Destroyed, it ends all of them in the order
// that is safe; kept, it leaves them for a later start to find. One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/catalog/catalog.h"
#include "engine/jobs/services.h"
#include "engine/mount/mount.h"
#include "engine/vm/domain.h"
#include "engine/vm/hypervisor.h"

namespace cloudlet {

class Guest {
public:
    struct Plan {
        SessionKind kind = SessionKind::synthesis;
        MachineSpec machine;
        std::optional<BaseRecord> base;  // leased as long as the guest lives
        std::optional<Hash> overlay;
        std::string title;  // for list-session
    };

    // The folder, the lease and the row; no VM yet.
    static Result<Guest> create(Plan plan, const Services& services);
    ~Guest();
    Guest(Guest&& other) noexcept;
    Guest& operator=(Guest&&) = delete;

    // The VM of a session whose owner is gone, synthesised or being authored, as if this program
    // had started it: the session is this program's now.
    // REQUIRES: `domain` is the session's, sweepDeadGuests() has seen the catalog.
    // Errors: inUse (somebody else has it now), unavailable (its file system is gone); the VM goes
    // on as it is.
    static Result<Guest> adopt(const SessionRecord& session, std::unique_ptr<Domain> domain,
                               const Services& services);

    const std::string& sessionId() const { return m_session.id; }
    const fs::path& folder() const { return m_folder.path(); }
    // Once mounted: the files of the mount. A booting guest's own images otherwise.
    fs::path disk() const;
    fs::path memory() const;

    // What becomes of the memory of a guest on a mount.
    enum class Memory {
        copied,   // its own file, which can be captured: a sparse copy of the base's
        mounted,  // in the mount; what the guest writes is private to QEMU
    };
    // Mounts the base's images (engine/mount), with these chunks pending. Checks the free space
    // first, for the pending chunks, a copy of the memory and some more.
    // Errors: noSpace with the numbers; Mount::start()'s. REQUIRES: a base.
    struct MountOptions {
        Memory memory = Memory::mounted;
        ChunkSet pendingDisk;  // of no size: nothing is pending
        ChunkSet pendingMemory;
        std::uint32_t maxReadahead = 0;
        bool recordTouches = false;
    };
    Result<void> mountBase(MountOptions options);
    // That its folder can take that much. Errors: noSpace with the numbers.
    Result<void> checkSpace(std::uint64_t needed) const;
    // REQUIRES: mounted. Its address stays the same when the guest moves.
    Mount& mount() const { return *m_mount; }

    // Starts the domain on `disk` and `memory`, from its disk or from a saved state.
    Result<void> boot(const fs::path& disk, const fs::path& memory, const fs::path& cdrom);
    Result<void> resume(const fs::path& disk, const fs::path& memory, ByteView state);
    bool isRunning() const { return m_domain != nullptr; }
    // REQUIRES: it was made with a base.
    const BaseRecord& base() const { return *m_plan.base; }
    // That it was synthesised from, if it was.
    const std::optional<Hash>& overlay() const { return m_plan.overlay; }
    // Why the VM can run no longer though its domain may not have ended yet: its file system is
    // gone. Known within two seconds.
    std::optional<Error> lost() const;
    // REQUIRES: isRunning().
    Domain& domain() { return *m_domain; }

    // Opens the forwards, besides those that are open, and keeps them in the session's row.
    Result<void> forward(const std::vector<PortForward>& forwards);
    // The same, and closes those that are not among these; host port 0 is content with any that is
    // open. On error some are open, as forwards() tells.
    Result<void> setForwards(const std::vector<PortForward>& forwards);
    const std::vector<PortForward>& forwards() const { return m_forwards; }
    // What an overlay of it keeps of them: each with any free port of the host.
    std::vector<PortForward> forwardsAnywhere() const;

    // The session's row will say why.
    void fail(const Error& error) { m_problem = error.message; }
    // Ends the VM now; the object then only closes the rest.
    Result<void> end();
    // The VM outlives this object and this process. Returns the session's id. Errors: those of
    // Mount::detach(), and the VM is ended with this object.
    Result<std::string> keep();

private:
    Guest(Plan plan, const Services& services, RunFolder folder, std::optional<BaseLease> lease,
          SessionRecord session);
    Result<DomainPlan> domainPlan(const fs::path& disk, const fs::path& memory) const;
    Result<void> copyMemory();

    Plan m_plan;
    const Services* m_services;  // null when moved from
    RunFolder m_folder;
    std::optional<BaseLease> m_lease;
    SessionRecord m_session;
    std::unique_ptr<Mount> m_mount;
    Memory m_memory = Memory::copied;
    std::unique_ptr<Domain> m_domain;
    std::vector<PortForward> m_forwards;
    std::string m_problem;
    bool m_kept = false;
};

// The forwards as they stand in a session's row, and back (unreadable ones are left out).
std::string forwardsToJson(const std::vector<PortForward>& forwards);
std::vector<PortForward> forwardsFromJson(std::string_view text);

// Where the VM of a session whose owner is gone can be found: in the owner's libvirt root, if it
// had one. Errors: those of survivors().
Result<HypervisorOptions> hypervisorOf(const SessionRecord& session);

// Ends what VMs of dead processes have left: sessions whose QEMU is gone become "lost" and their
// folders go; one whose QEMU lives is left running, for list-session and stop.
// Returns sentences about what was done.
Result<std::vector<std::string>> sweepDeadGuests(Catalog& catalog);

// Ends the VM of a session that runs without its owner: by its process, without libvirt.
Result<void> endSurvivor(Catalog& catalog, const SessionRecord& session);

}  // namespace cloudlet
