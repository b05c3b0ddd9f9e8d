// What the chunks of an overlay are, as people read it: the same kinds with the same names, in the
// order of their colours (widgets/part_colour.h), on every page. GUI thread.
#pragma once

#include <QStringList>
#include <array>

#include "engine/overlay/manifest.h"
#include "widgets/composition_bar.h"

namespace cloudlet {

enum ChunkKind : std::size_t {
    rawChunk,
    deltaChunk,
    copiedChunk,
    repeatedChunk,
    zeroChunk,
    startSetChunk,
    chunkKindCount
};
using ChunksByKind = std::array<quint64, chunkKindCount>;

QStringList chunkKindNames();
// Of disk and memory together.
ChunksByKind chunksByKind(const std::array<Composition, 2>& composition);
// The bar's parts, each with its size before compression; those that are not there have no text.
QList<CompositionPart> compositionOf(const ChunksByKind& chunks);

}  // namespace cloudlet
