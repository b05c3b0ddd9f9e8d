// What the overlay page shows, read from an overlay's file: what takes how much of it, and what
// lies where. Plain values; made on a job's thread.
#pragma once

#include <QList>
#include <QString>
#include <array>

#include "app/studio/chunk_kinds.h"
#include "app/studio/library.h"

namespace cloudlet {

// Chunks of one image by what the overlay holds of them, in runs of neighbours. Those of the start
// set count as such, whatever else they are.
struct PlaceMap {
    quint64 chunks = 0;
    quint64 chunksPerRun = 1;
    QList<std::array<quint32, chunkKindCount>> runs;
};

struct OverlayFacts {
    OverlayDetails details;
    // These add up to the file's size.
    quint64 descriptionBytes = 0;  // header, manifest and table
    quint64 diskBytes = 0;
    quint64 memoryBytes = 0;
    quint64 stateBytes = 0;
    quint64 total() const { return descriptionBytes + diskBytes + memoryBytes + stateBytes; }
    std::array<PlaceMap, 2> maps;  // by ImageKind
    std::size_t segments = 0;
};

Result<OverlayFacts> readOverlayFacts(const QString& file);

}  // namespace cloudlet
