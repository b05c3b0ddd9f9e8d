// Makes a base VM: boots a disk, waits until the guest is ready, cleans it, saves disk, memory
// and device state, and publishes them in the catalog. Blocks until done or cancelled; nothing
// is left behind on failure.
#pragma once

#include <optional>

#include "engine/catalog/catalog.h"
#include "engine/image/port_forward.h"
#include "engine/jobs/clean_guest.h"
#include "engine/jobs/services.h"
#include "engine/jobs/snapshot_trigger.h"

namespace cloudlet {

struct CreateBaseRequest {
    std::string name;
    fs::path disk;                      // raw or qcow2; copied, never changed
    std::uint64_t newDiskBytes = 0;     // instead of `disk`: an empty disk to install onto
    fs::path cdrom;                     // installer image, or empty
    MachineSpec machine;                // memoryBytes, vcpus, cpuModel from the caller
    std::vector<PortForward> forwards;  // while it runs
    SnapshotTrigger trigger;
    std::chrono::seconds triggerLimit{1800};
    Cleaning cleaning = Cleaning::whereAgentAnswers;
};

struct CreateBaseReport {
    BaseRecord base;
    double bootSeconds = 0;  // from start to the trigger
    double saveSeconds = 0;  // from there to the published base
    bool cleaned = false;
};

// The same in a staged folder that may hold disk.raw already, to be used as it is.
Result<CreateBaseReport> createBaseIn(StagedBase& staged, const CreateBaseRequest& request,
                                      const Services& services);
Result<CreateBaseReport> createBase(const CreateBaseRequest& request, const Services& services);

}  // namespace cloudlet
