// How both sides set up TLS: version 1.3 only; the client knows the server by its pinned
// fingerprint, the server its clients by their tokens. Contexts may be shared by threads.
#pragma once

#include <memory>
#include <string>

#include "engine/net/server_identity.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX
struct ssl_st;      // OpenSSL's SSL

namespace cloudlet {

struct TlsContextEnd {
    void operator()(ssl_ctx_st* context) const;
};
using TlsContext = std::unique_ptr<ssl_ctx_st, TlsContextEnd>;

Result<TlsContext> serverTls(const ServerIdentity& identity);
// A handshake with any other key fails before a byte of ours is sent.
Result<TlsContext> clientTls(const Hash& fingerprint);

// Whether a failed handshake was one with another key than the pinned one.
bool isOtherIdentity(const ssl_st* connection);
// What to tell about it.
Error otherIdentity(const std::string& server);

}  // namespace cloudlet
