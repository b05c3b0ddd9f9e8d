// Secrets in the desktop's keyring (freedesktop.org's Secret Service, through libsecret), each
// under a key of ours. Every call blocks until the keyring answers, within a limit: never on the
// thread of a window. Any thread.
#pragma once

#include <stop_token>
#include <string>

#include "engine/base/result.h"

namespace cloudlet {

// `label` is what the keyring's own program shows. Asks nobody for a password: errors are
// unavailable (no keyring here, or it is locked), cancelled.
Result<void> storeInKeyring(const std::string& key, const std::string& label,
                            const std::string& secret, std::stop_token stop);
// The keyring may ask its user to unlock it. Errors: notFound, unavailable, cancelled.
Result<std::string> loadFromKeyring(const std::string& key, std::stop_token stop);
// Also if there is none. Errors: unavailable, cancelled.
Result<void> removeFromKeyring(const std::string& key, std::stop_token stop);

}  // namespace cloudlet
