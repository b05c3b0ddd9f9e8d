// Looks at a base VM for what makes its overlays larger than need be. Changes nothing. Reads the
// base's memory image once: a second for each gigabyte that is not a hole.
#pragma once

#include <optional>

#include "engine/base/file.h"
#include "engine/catalog/records.h"
#include "engine/jobs/examine_host.h"

namespace cloudlet {

// Whether the guest in a memory image fills memory with zeros when it is freed, as its Linux said
// while it booted; nullopt if the image does not tell. Errors: I/O.
Result<std::optional<bool>> zeroesFreedMemory(const File& memory);

// Advice with its saving, or that all is well. A base that cannot be read is a problem.
HostFinding examineBase(const BaseRecord& base);

}  // namespace cloudlet
