// How an overlay is told to people and machines.
#pragma once

#include <string>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/jobs/overlay_files.h"
#include "engine/jobs/rehearse.h"
#include "engine/jobs/write_overlay.h"
#include "engine/overlay/estimate.h"
#include "engine/overlay/manifest.h"

namespace cloudlet {

json::Object overlayToJson(const Manifest& manifest, const Hash& id, std::uint64_t fileBytes);
// A table of disk and memory by kind of chunk.
std::string compositionText(const Manifest& manifest);
// What findOverlayFiles() found; the text names the largest ones.
json::Object overlayFilesToJson(const OverlayFiles& found);
std::string overlayFilesText(const OverlayFiles& found);
// Before a long job: can this file be written? Errors: notFound (its folder), permission,
// invalid.
Result<void> checkOutput(const std::filesystem::path& file);

// An overlay that was just made of a running VM; the text is some lines.
json::Object createdToJson(const CreatedOverlay& created, const std::filesystem::path& file);
std::string createdText(const CreatedOverlay& created, const std::filesystem::path& file);

// What a rehearsal found; the text is one line.
json::Object rehearsalToJson(const RehearsalReport& report);
std::string rehearsalText(const RehearsalReport& report);

// What an overlay would weigh if it were made now, in a few words.
std::string meterText(const OverlayEstimate& estimate);

}  // namespace cloudlet
