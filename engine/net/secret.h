// Secrets of 256 bits as text: what a device shows to a server (its token) and, once, to be
// admitted (an invitation). A server keeps only their SHA-256. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/result.h"

namespace cloudlet {

// 43 letters of base64url, from OpenSSL's generator. Errors: unavailable, if it has no entropy.
Result<std::string> randomSecret();
// Whether `text` may be a secret at all: the length and the letters are right.
bool looksLikeSecret(std::string_view text);
Hash hashOfSecret(std::string_view secret);
// In a time that does not tell where they differ.
bool sameHash(const Hash& a, const Hash& b);

}  // namespace cloudlet
