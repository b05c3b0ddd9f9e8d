// Synthesises a VM from an overlay and its base and resumes it: no boot, no install, bit for bit
// what was authored. Blocks until the guest runs.
#pragma once

#include "engine/jobs/guest.h"
#include "engine/overlay/chunk_source.h"
#include "engine/overlay/manifest.h"

namespace cloudlet {

struct SynthesisRequest {
    ChunkSource* source = nullptr;  // of the overlay; not owned
    // In addition to the ports that the overlay names; one with the same guest port replaces it.
    std::vector<PortForward> forwards;
};

struct SynthesisReport {
    BaseRecord base;
    Manifest manifest;
    double copySeconds = 0;    // private copies of the base's images
    double replaySeconds = 0;  // decoding the overlay into them
    double resumeSeconds = 0;  // from the save image to the running guest
};

struct Synthesised {
    Guest guest;
    SynthesisReport report;
};

// The base that an overlay was made from. Errors: notFound, with its name, its id and the remedy.
Result<BaseRecord> findBaseOf(const Manifest& manifest, Catalog& catalog);

// Errors: notFound (no such base here, with its name and id), incompatible (machine, CPU, QEMU),
// corrupt (overlay or base, named), noSpace, inUse (a port), cancelled. `services` must outlive
// the guest.
Result<Synthesised> synthesise(const SynthesisRequest& request, const Services& services);

}  // namespace cloudlet
