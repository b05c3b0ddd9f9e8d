// The sample base: a small Debian guest built from distribution packages by
// resources/guest/build_sample_disk.sh, booted, cleaned and saved.
#pragma once

#include "engine/jobs/create_base.h"

namespace cloudlet {

struct SampleBaseRequest {
    std::string name = "sample";
    MachineSpec machine;
};

// Errors: notFound (a tool or the build script is missing, with the remedy), failed (with the
// last lines of the build), cancelled, and those of createBase.
Result<CreateBaseReport> createSampleBase(const SampleBaseRequest& request,
                                          const Services& services);

// The folder with the guest build scripts: CLOUDLET_RESOURCES, or beside the program as
// installed, or the source tree it was built from.
Result<fs::path> guestScriptFolder();

}  // namespace cloudlet
