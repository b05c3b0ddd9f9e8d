// Reads one segment record of a table (FORMAT.md, "Segment record"); used by table.cpp alone.
#pragma once

#include "engine/overlay/table.h"

namespace cloudlet {

// Fills `segment` from the record at the reader's position; `segment.stored.offset` and
// `segment.statePiece` are the caller's and set before. Errors: corrupt; unsupported.
Result<RecordLists> readRecord(ByteReader& reader, const TableBounds& bounds, Segment& segment);

}  // namespace cloudlet
