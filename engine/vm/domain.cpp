#include "engine/vm/domain.h"

#include "engine/base/file.h"
#include "engine/base/format.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kNoSpaceToSpeakOf = 1 << 20;

}  // namespace

const char* toString(DomainState state) {
    switch (state) {
        case DomainState::running:
            return "running";
        case DomainState::paused:
            return "paused";
        case DomainState::shutOff:
            return "shut off";
        case DomainState::crashed:
            return "crashed";
    }
    return "";
}

Error guestEnded(const DomainStatus& status) {
    const std::string reason = status.reason.empty() ? "" : ": " + status.reason;
    return {ErrorCode::failed,
            std::string("the guest has ended (") + toString(status.state) + reason + ")"};
}

Result<void> requireRunning(Domain& domain) {
    const DomainStatus status = TRY(domain.status());
    if (status.state == DomainState::running) return {};
    if (status.ended()) return guestEnded(status);
    const Result<std::uint64_t> space = freeSpace(domain.runDirectory());
    if (space && *space < kNoSpaceToSpeakOf) {
        return Error{ErrorCode::noSpace,
                     "the guest stands still: " + domain.runDirectory().string() +
                         " has no space left for what it writes; free some "
                         "space, or put the catalog elsewhere with --catalog"};
    }
    return Error{ErrorCode::failed,
                 "the guest stands still" + (status.reason.empty() ? "" : ": " + status.reason)};
}

}  // namespace cloudlet
