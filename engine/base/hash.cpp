#include "engine/base/hash.h"

#include <openssl/evp.h>
#include <xxhash.h>

namespace cloudlet {

namespace {

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string Hash::hex() const {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const std::byte b : bytes) {
        text += kDigits[std::to_integer<unsigned>(b) >> 4];
        text += kDigits[std::to_integer<unsigned>(b) & 15];
    }
    return text;
}

Result<Hash> Hash::fromHex(std::string_view text) {
    Hash hash;
    const Error malformed{ErrorCode::invalid, "a hash is 64 hexadecimal digits, this is not one"};
    if (text.size() != 2 * hash.bytes.size()) return malformed;
    for (std::size_t i = 0; i < hash.bytes.size(); ++i) {
        const int high = hexDigit(text[2 * i]);
        const int low = hexDigit(text[2 * i + 1]);
        if (high < 0 || low < 0) return malformed;
        hash.bytes[i] = static_cast<std::byte>(high * 16 + low);
    }
    return hash;
}

struct Sha256::Context {
    EVP_MD_CTX* evp = nullptr;
    Context() : evp(EVP_MD_CTX_new()) {
        CHECK(evp != nullptr);
        CHECK(EVP_DigestInit_ex(evp, EVP_sha256(), nullptr) == 1);
    }
    ~Context() { EVP_MD_CTX_free(evp); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
};

Sha256::Sha256() : m_context(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> data) {
    CHECK(EVP_DigestUpdate(m_context->evp, data.data(), data.size()) == 1);
}

Hash Sha256::finish() {
    Hash hash;
    CHECK(EVP_DigestFinal_ex(m_context->evp, reinterpret_cast<unsigned char*>(hash.bytes.data()),
                             nullptr) == 1);
    return hash;
}

Hash sha256(std::span<const std::byte> data) {
    Sha256 sha;
    sha.update(data);
    return sha.finish();
}

Fingerprint fingerprint(std::span<const std::byte> data) {
    const XXH128_hash_t h = XXH3_128bits(data.data(), data.size());
    return {h.low64, h.high64};
}

std::uint64_t checksum64(std::span<const std::byte> data) {
    return XXH3_64bits(data.data(), data.size());
}

}  // namespace cloudlet
