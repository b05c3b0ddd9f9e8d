// Reads what is needed here of the XML that libvirt writes about its host. libvirt's own text,
// not a guest's; still nothing is taken for granted. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cloudlet {

// Machine types of x86_64, aliases included, of virConnectGetCapabilities.
std::vector<std::string> parseMachineTypes(std::string_view capabilities);

enum class CpuUse { usable, unusable, unknownModel };

// Whether virConnectGetDomainCapabilities lists `model` as a named CPU, and as usable.
CpuUse parseCpuUse(std::string_view domainCapabilities, std::string_view model);

}  // namespace cloudlet
