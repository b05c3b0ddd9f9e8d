// The picture of a console as PNG. libvirt hands over PPM or PNG, made by QEMU of what the guest
// shows; both are decoded with limits and written anew. Any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/vm/libvirt_handle.h"

namespace cloudlet {

// `picture`: PPM ("P6", 8 bits per colour) or PNG. Errors: corrupt.
Result<Bytes> toPng(ByteView picture);

// Blocks as libvirt does.
Result<Bytes> takeScreenshot(virDomainPtr domain);

}  // namespace cloudlet
