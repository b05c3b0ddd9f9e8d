#include "engine/net/secret.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>

#include "engine/base/base64.h"
#include "engine/net/openssl_error.h"

namespace cloudlet {

namespace {

constexpr std::size_t kSecretLetters = 43;  // 32 bytes, without the padding

bool isSecretLetter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

}  // namespace

Result<std::string> randomSecret() {
    std::array<std::byte, 32> bytes{};
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()) != 1) {
        return opensslError(ErrorCode::unavailable, "cannot make a random secret");
    }
    std::string text = toBase64(bytes);
    text.resize(kSecretLetters);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

bool looksLikeSecret(std::string_view text) {
    return text.size() == kSecretLetters && std::all_of(text.begin(), text.end(), isSecretLetter);
}

Hash hashOfSecret(std::string_view secret) {
    return sha256(asBytes(secret));
}

bool sameHash(const Hash& a, const Hash& b) {
    return CRYPTO_memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0;
}

}  // namespace cloudlet
