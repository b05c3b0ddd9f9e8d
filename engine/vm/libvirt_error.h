// libvirt's errors as ours, with what to do about them: the one place for it.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace cloudlet {

// The numbers and text of a virError.
struct LibvirtFailure {
    int code = 0;
    int domain = 0;
    std::string message;
};

// The failure of the last libvirt call of this thread. To be read before any handle is freed:
// freeing resets it.
LibvirtFailure lastLibvirtFailure();

// "ACTION: message; remedy". `action` says what was tried ("cannot resume VM x").
Error toError(const LibvirtFailure& failure, const std::string& action);
// Of the last failure.
Error libvirtError(const std::string& action);

// True if no libvirt daemon answers, so that the embedded driver may be tried instead.
bool isDaemonMissing(const LibvirtFailure& failure);

}  // namespace cloudlet
