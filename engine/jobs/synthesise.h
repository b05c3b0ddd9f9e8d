// Synthesises a VM from an overlay and its base and resumes it: no boot, no install, bit for bit
// what was authored. Blocks until the guest runs; with an early start that is before the overlay
// has arrived, and the rest follows while the guest works.
#pragma once

#include "engine/jobs/guest.h"
#include "engine/jobs/overlay_feed.h"
#include "engine/overlay/chunk_source.h"
#include "engine/overlay/manifest.h"

namespace cloudlet {

struct SynthesisRequest {
    ChunkSource* source = nullptr;  // of the overlay; not owned
    // In addition to the ports that the overlay names; one with the same guest port replaces it.
    std::vector<PortForward> forwards;
    // The host ports that overlay and person name, or any free ones instead.
    enum class HostPorts { named, free };
    HostPorts hostPorts = HostPorts::named;
    // When the guest is resumed: once all is placed, or at once.
    enum class Start { complete, early };
    Start start = Start::complete;
    // A segment that takes longer to arrive ends the synthesis.
    std::chrono::milliseconds stall = std::chrono::seconds(30);
    // Records which chunks the guest touches, in order, and opens no forwards.
    bool rehearsal = false;
};

struct SynthesisReport {
    BaseRecord base;
    Manifest manifest;
    double placeSeconds = 0;   // fetching, decoding and placing the overlay; 0: early start
    double resumeSeconds = 0;  // from the save image to the running guest
};

struct Synthesised {
    Guest guest;
    SynthesisReport report;
    std::unique_ptr<OverlayFeed> feed;  // uses the guest's mount: goes first

    // Nothing, while all is well. Errors: the overlay does not arrive, or the VM's file system is
    // gone; then the VM has no future and is to be destroyed.
    Result<void> check() const;
    // Sets the guest's clock through its agent; without one it drifts. synthesise() has done so,
    // unless it started early: the agent would touch what the guest can do without at first.
    // Blocks for some seconds at most.
    void setClock(std::stop_token stop);
    // What check() says, which is the reason of most that goes wrong later; else `error`.
    Error reasonOf(const Error& error) const;
};

// The base that an overlay was made from. Errors: notFound, with its name, its id and the remedy.
Result<BaseRecord> findBaseOf(const Manifest& manifest, Catalog& catalog);

// The machine that the overlay's VM has, which is its base's. Errors: invalid (an overlay of plain
// images), incompatible.
Result<MachineSpec> machineOf(const Manifest& manifest, const BaseRecord& base);

// Errors: notFound (no such base here, with its name and id), incompatible (machine, CPU, QEMU),
// corrupt (overlay or base, named), noSpace, inUse (a port), unavailable (no FUSE), cancelled.
// `services` and the source must outlive the result.
Result<Synthesised> synthesise(const SynthesisRequest& request, const Services& services);

}  // namespace cloudlet
