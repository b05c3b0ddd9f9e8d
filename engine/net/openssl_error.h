// The oldest error in OpenSSL's queue of this thread as an Error; the queue is empty afterwards.
#pragma once

#include <openssl/err.h>

#include <string>

#include "engine/base/result.h"

namespace cloudlet {

inline Error opensslError(ErrorCode code, const std::string& what) {
    const unsigned long first = ERR_get_error();
    ERR_clear_error();
    const char* reason = first != 0 ? ERR_reason_error_string(first) : nullptr;
    return {code, what + (reason != nullptr ? std::string(": ") + reason : std::string())};
}

}  // namespace cloudlet
