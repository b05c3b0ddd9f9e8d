// Brings a base VM of this computer to a cloudlet that an overlay needs it at: packs it
// (jobs/PACKAGE.md), pushes the package and waits until it is imported there. Any thread; blocks.
#pragma once

#include "engine/catalog/catalog.h"
#include "engine/net/paired_servers.h"
#include "engine/overlay/chunk_source.h"
#include "engine/overlay/manifest.h"

namespace cloudlet {

// The package lies in a folder of the catalog that goes away with the call, however it ends. A
// cut of the line costs what was on its way; the cloudlet imports nothing but what was packed here.
// Errors: exportBase's and pushToServer's.
Result<void> sendBase(Catalog& catalog, const BaseId& base, const ServerAccess& server,
                      Progress& progress, std::stop_token stop);

// Sends the overlay's base unless the cloudlet holds it. Whether it was sent. Errors: as
// sendBase(); permission, if the cloudlet takes bases from other devices only.
Result<bool> sendBaseIfMissing(Catalog& catalog, const Manifest& overlay,
                               const PairedServer& server, Progress& progress,
                               std::stop_token stop);

// At most so many bytes are sent for it.
Result<std::uint64_t> mostBytesOf(const BaseRecord& base);

// By this a push of `overlay` was refused. If the base is what is missing there: with the remedy
// that this device has.
Error explainRefusal(const Error& refusal, const PairedServer& server, ChunkSource& overlay,
                     std::stop_token stop);

}  // namespace cloudlet
