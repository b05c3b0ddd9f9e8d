// Which process serves, so that the next one can end the VMs that a killed one has left: they
// would run on with nobody to ask for them. VMs of other programs in the same catalog stay. Any
// thread.
#pragma once

#include "engine/catalog/catalog.h"

namespace cloudlet {

// Ends the VMs of the process that `file` names, if it is dead, and writes this one's name there.
// Returns sentences about what was done. Errors: inUse, if that process lives.
Result<std::vector<std::string>> takeOverFrom(const fs::path& file, Catalog& catalog);

}  // namespace cloudlet
