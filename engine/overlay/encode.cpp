#include "engine/overlay/encode.h"

#include "engine/overlay/assemble.h"
#include "engine/overlay/classify.h"
#include "engine/overlay/pack.h"

namespace cloudlet {

namespace {

Result<Manifest> describe(const EncodeInput& input) {
    Manifest manifest;
    manifest.base = input.base.description();
    manifest.machine = input.machine;
    manifest.diskSize = TRY(input.disk.size());
    manifest.memorySize = TRY(input.memory.size());
    if (input.state) manifest.state = OverlayState{input.state->size(), sha256(*input.state), 0};
    manifest.ports = input.ports;
    manifest.parent = input.parent;
    manifest.title = input.title;
    manifest.notes = input.notes;
    manifest.created = input.created;
    manifest.creator = kOverlayCreator;
    manifest.preview = input.preview;
    const Result<void> valid = manifest.validate();
    if (!valid) return Error{ErrorCode::invalid, valid.error().message};
    return manifest;
}

}  // namespace

Result<OverlayPlan> planOverlay(const EncodeInput& input, std::span<const ChunkRef> startSet,
                                Progress& progress, std::stop_token stop) {
    OverlayPlan plan(input.disk, input.memory);
    // Memory first: it is what a VM needs first.
    const ComparedImage images[] = {{input.memory, ImageKind::memory, input.memoryMayDiffer},
                                    {input.disk, ImageKind::disk, input.diskMayDiffer}};
    for (const ComparedImage& image : images) {
        progress.beginStage(std::string("comparing the ") + toString(image.kind),
                            TRY(image.file.size()));
        const auto sink = [&](const Finding& finding) { return plan.add(image.kind, finding); };
        TRY(classify(image, input.base, sink, progress, stop));
    }
    TRY(plan.finish(startSet));
    return plan;
}

Result<OverlaySummary> encodeOverlay(const EncodeInput& input, const EncodeOptions& options,
                                     const fs::path& out, Progress& progress,
                                     std::stop_token stop) {
    const Profile profile = options.profile.value_or(Profile::balanced);
    Manifest manifest = TRY(describe(input));
    manifest.profile = toString(profile);
    const OverlayPlan plan = TRY(planOverlay(input, options.startSet, progress, stop));
    const PackSources sources{input.base,   input.disk,
                              input.memory, input.state.value_or(ByteView()),
                              plan,         Compression::of(profile, options.codec)};
    return assembleOverlay(sources, std::move(manifest), {out, {}}, progress, stop);
}

}  // namespace cloudlet
