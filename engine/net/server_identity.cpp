#include "engine/net/server_identity.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <memory>

#include "engine/catalog/file_lock.h"
#include "engine/net/openssl_error.h"

namespace cloudlet {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

constexpr std::uint64_t kLongestPem = 64 << 10;

// Self-signed, for all times: RFC 5280 (4.1.2.5) has this date for "no end".
Result<Certificate> makeCertificate(EVP_PKEY* key) {
    Certificate certificate(X509_new(), X509_free);
    std::uint64_t serial = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) {
        return opensslError(ErrorCode::unavailable, "cannot make a random number");
    }
    X509_NAME* name = X509_get_subject_name(certificate.get());
    const auto* text = reinterpret_cast<const unsigned char*>("cloudlet");
    const bool made =
        X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1) == 1 &&
        ASN1_TIME_set_string(X509_getm_notBefore(certificate.get()), "20000101000000Z") == 1 &&
        ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), "99991231235959Z") == 1 &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1 &&
        X509_set_issuer_name(certificate.get(), name) == 1 &&
        X509_set_pubkey(certificate.get(), key) == 1 &&
        X509_sign(certificate.get(), key, EVP_sha256()) > 0;
    if (!made) return opensslError(ErrorCode::failed, "cannot make a certificate");
    return certificate;
}

Result<std::string> makePem() {
    const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    if (!key) return opensslError(ErrorCode::failed, "cannot make a key");
    const Certificate certificate = TRY(makeCertificate(key.get()));
    const Memory out(BIO_new(BIO_s_mem()), BIO_free_all);
    if (PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
            1 ||
        PEM_write_bio_X509(out.get(), certificate.get()) != 1) {
        return opensslError(ErrorCode::failed, "cannot write a key");
    }
    char* text = nullptr;
    const long length = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<std::size_t>(length));
}

Error unusable(const fs::path& file) {
    return opensslError(ErrorCode::corrupt,
                        file.string() +
                            " holds no private key and certificate that belong together; restore "
                            "it, or remove it, upon which all devices must be paired again");
}

Result<ServerIdentity> parse(std::string pem, const fs::path& file) {
    const auto length = static_cast<int>(pem.size());
    const Memory in(BIO_new_mem_buf(pem.data(), length), BIO_free_all);
    const Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    const Certificate certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr),
                                  X509_free);
    if (!key || !certificate || X509_check_private_key(certificate.get(), key.get()) != 1) {
        return unusable(file);
    }
    return ServerIdentity{std::move(pem), TRY(fingerprintOf(certificate.get()))};
}

// A key that others could read may be known to them.
Result<void> checkPrivate(const fs::path& file) {
    struct stat info {};
    if (::lstat(file.c_str(), &info) != 0) return systemError(errno, "examine", file);
    if (!S_ISREG(info.st_mode)) {
        return Error{ErrorCode::invalid, file.string() + " is not a regular file"};
    }
    if ((info.st_mode & 077) != 0) {
        return Error{ErrorCode::permission, "others may read " + file.string() +
                                                ": chmod 600 it, and if they did, "
                                                "remove it and pair all devices again"};
    }
    return {};
}

}  // namespace

Result<Hash> fingerprintOf(x509_st* certificate) {
    unsigned char* bytes = nullptr;
    const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes);
    if (length <= 0) return opensslError(ErrorCode::corrupt, "a certificate has no key");
    const Hash hash = sha256(std::as_bytes(std::span(bytes, static_cast<std::size_t>(length))));
    OPENSSL_free(bytes);
    return hash;
}

Result<ServerIdentity> ServerIdentity::openOrCreate(const fs::path& folder) {
    TRY(makeDirectories(folder));
    const FileLock lock =
        TRY(FileLock::wait(folder, FileLock::Kind::exclusive, std::chrono::seconds(5)));
    const fs::path file = folder / "server.pem";
    std::error_code ignored;  // what cannot be examined fails with its reason at the next step
    if (!fs::exists(fs::symlink_status(file, ignored))) {
        TRY(writeWholeFile(file, asBytes(TRY(makePem()))));
    }
    TRY(checkPrivate(file));
    const Bytes bytes = TRY(readWholeFile(file, kLongestPem));
    return parse(std::string(asText(bytes)), file);
}

}  // namespace cloudlet
