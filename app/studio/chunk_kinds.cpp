#include "app/studio/chunk_kinds.h"

#include <QCoreApplication>

#include "app/studio/qt_text.h"
#include "engine/image/chunk.h"

namespace cloudlet {

namespace {

struct ChunkKinds {
    Q_DECLARE_TR_FUNCTIONS(cloudlet::ChunkKinds)
};

}  // namespace

QStringList chunkKindNames() {
    return {ChunkKinds::tr("New"),      ChunkKinds::tr("Changed"), ChunkKinds::tr("In the base"),
            ChunkKinds::tr("Repeated"), ChunkKinds::tr("Zero"),    ChunkKinds::tr("Start set")};
}

ChunksByKind chunksByKind(const std::array<Composition, 2>& composition) {
    ChunksByKind chunks{};
    for (const Composition& image : composition) {
        chunks[rawChunk] += image.raw;
        chunks[deltaChunk] += image.delta;
        chunks[copiedChunk] += image.fromBaseDisk + image.fromBaseMemory;
        chunks[repeatedChunk] += image.repeats;
        chunks[zeroChunk] += image.zero;
    }
    return chunks;
}

QList<CompositionPart> compositionOf(const ChunksByKind& chunks) {
    const QStringList names = chunkKindNames();
    QList<CompositionPart> parts;
    for (std::size_t kind = 0; kind < chunks.size(); ++kind) {
        parts.append({names.at(static_cast<qsizetype>(kind)), chunks[kind],
                      chunks[kind] > 0 ? bytesText(chunks[kind] * kChunkSize) : QString()});
    }
    return parts;
}

}  // namespace cloudlet
