// The file that virDomainRestore reads: a domain's XML and a plain device state behind a header
// (libvirt src/qemu/qemu_saveimage.h; written by our own hand so that name, UUID and paths are
// those of the new domain). Numbers are little-endian:
//
//   char[16] "LibvirtQemudSave"   u32 2 (version)   u32 length of what stands before the stream
//   u32 1 (was running)   u32 0 (not compressed)   u32 0 (no cookie)   14 x u32 0
//   XML, NUL, padding with zeros   ->   the QEMU stream begins at 92 + length
#pragma once

#include <string_view>

#include "engine/base/bytes.h"

namespace cloudlet {

// REQUIRES: `xml` holds no NUL.
Bytes buildSaveImage(std::string_view xml, ByteView state);

}  // namespace cloudlet
