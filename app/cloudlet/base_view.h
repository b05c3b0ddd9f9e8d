// How a base VM is told to people and machines.
#pragma once

#include "engine/base/json.h"
#include "engine/catalog/records.h"

namespace cloudlet {

json::Object baseToJson(const BaseRecord& base);
// Bytes a file takes on the device; 0 if it cannot be read.
std::uint64_t allocatedOrZero(const fs::path& path);

}  // namespace cloudlet
