// The libvirt description of a domain. The same hardware for every VM, at fixed PCI addresses,
// so that a state saved by one domain loads into another. Pure function; any thread.
//
// On bus 0 of the q35 board (changing any of it makes every saved base useless):
//
//   01 VGA   02 virtio disk   03 virtio network   04 virtio-serial (guest agent)
//   05 virtio-rng   06 USB 3 controller with a tablet (absolute pointer for the console)
//   1f.2 SATA controller with a CD-ROM drive; serial port, VM generation id; no balloon
//
// No balloon: with private memory (memoryShared false) QEMU 7.2 punches holes into the file
// below. No port forwards: a busy port would fail the whole start; they are added afterwards.
#pragma once

#include <string>

#include "engine/vm/domain_plan.h"

namespace cloudlet {

// REQUIRES: plan.validate() succeeded.
std::string domainXml(const DomainPlan& plan);

}  // namespace cloudlet
