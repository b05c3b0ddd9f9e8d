// Base64 (RFC 4648, section 4) for binary fields of JSON texts. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace cloudlet {

std::string toBase64(ByteView bytes);
// The one canonical form only: padded, no other characters, spare bits zero. Errors: corrupt.
Result<Bytes> fromBase64(std::string_view text);

}  // namespace cloudlet
