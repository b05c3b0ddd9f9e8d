// The key by which a server is known: made at its first start, never changed by itself. Clients
// pin the fingerprint, SHA-256 of the public key (SubjectPublicKeyInfo), and nothing else of the
// certificate, so that neither names nor clocks matter. Any thread.
#pragma once

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/result.h"

struct x509_st;

namespace cloudlet {

struct ServerIdentity {
    std::string pem;  // private key (ECDSA P-256), then the self-signed certificate
    Hash fingerprint;

    // FOLDER/server.pem, made (mode 0600, whole or not at all) if it is missing. Two processes
    // that come first at once get one key. Errors: permission, if others may read the file;
    // corrupt, both with the remedy.
    static Result<ServerIdentity> openOrCreate(const fs::path& folder);
};

Result<Hash> fingerprintOf(x509_st* certificate);

}  // namespace cloudlet
