#include "engine/base/result.h"

namespace cloudlet {

const char* toString(ErrorCode code) {
    switch (code) {
        case ErrorCode::failed:
            return "failed";
        case ErrorCode::invalid:
            return "invalid";
        case ErrorCode::notFound:
            return "notFound";
        case ErrorCode::exists:
            return "exists";
        case ErrorCode::inUse:
            return "inUse";
        case ErrorCode::corrupt:
            return "corrupt";
        case ErrorCode::unsupported:
            return "unsupported";
        case ErrorCode::incompatible:
            return "incompatible";
        case ErrorCode::noSpace:
            return "noSpace";
        case ErrorCode::permission:
            return "permission";
        case ErrorCode::unavailable:
            return "unavailable";
        case ErrorCode::timedOut:
            return "timedOut";
        case ErrorCode::cancelled:
            return "cancelled";
    }
    return "unknown";
}

}  // namespace cloudlet
