#include "engine/net/tls.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "engine/net/openssl_error.h"
#include "engine/net/secret.h"

namespace cloudlet {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

void freePin(void*, void* pin, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<Hash*>(pin);
}

// The pinned fingerprint lives and dies with its SSL_CTX.
int pinIndex() {
    static const int index =
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, nullptr, nullptr, nullptr, freePin);
    return index;
}

// In place of OpenSSL's chains, names and dates: the pinned key or nothing.
int verifyPin(X509_STORE_CTX* store, void*) {
    const auto* connection = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const auto* pin =
        static_cast<const Hash*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), pinIndex()));
    X509* certificate = X509_STORE_CTX_get0_cert(store);
    if (pin != nullptr && certificate != nullptr) {
        const Result<Hash> fingerprint = fingerprintOf(certificate);
        if (fingerprint && sameHash(*fingerprint, *pin)) return 1;
    }
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

Result<TlsContext> makeContext(const SSL_METHOD* method) {
    TlsContext context(SSL_CTX_new(method));
    if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1) {
        return opensslError(ErrorCode::failed, "cannot set up TLS");
    }
    // First the cheapest where the processor has AES, which is nearly everywhere; then OpenSSL's
    // own order. The server takes the client's first.
    if (SSL_CTX_set_ciphersuites(context.get(),
                                 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                 "TLS_CHACHA20_POLY1305_SHA256") != 1) {
        return opensslError(ErrorCode::failed, "cannot set up TLS");
    }
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);  // 34 KiB less an idle connection
    return context;
}

}  // namespace

void TlsContextEnd::operator()(ssl_ctx_st* context) const {
    SSL_CTX_free(context);
}

Result<TlsContext> serverTls(const ServerIdentity& identity) {
    TlsContext context = TRY(makeContext(TLS_server_method()));
    const Memory in(BIO_new_mem_buf(identity.pem.data(), static_cast<int>(identity.pem.size())),
                    BIO_free_all);
    const Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    const Certificate certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr),
                                  X509_free);
    // No tickets: a resumed handshake would not look at the certificate again.
    if (!key || !certificate || SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1 ||
        SSL_CTX_set_num_tickets(context.get(), 0) != 1) {
        return opensslError(ErrorCode::failed, "cannot use the server's key");
    }
    return context;
}

Result<TlsContext> clientTls(const Hash& fingerprint) {
    TlsContext context = TRY(makeContext(TLS_client_method()));
    auto pin = std::make_unique<Hash>(fingerprint);
    if (SSL_CTX_set_ex_data(context.get(), pinIndex(), pin.get()) != 1) {
        return opensslError(ErrorCode::failed, "cannot set up TLS");
    }
    pin.release();  // freePin has it now
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context.get(), verifyPin, nullptr);
    return context;
}

bool isOtherIdentity(const ssl_st* connection) {
    return SSL_get_verify_result(connection) == X509_V_ERR_APPLICATION_VERIFICATION;
}

Error otherIdentity(const std::string& server) {
    return {ErrorCode::permission,
            server +
                " shows another key than the one it was paired with: it was set up anew, or "
                "somebody else answers in its place. Nothing was sent. If you know that it was set "
                "up anew, run \"cloudlet forget-server " +
                server + "\" and pair again"};
}

}  // namespace cloudlet
