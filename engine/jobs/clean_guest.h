// Cleans a guest before it is measured: what it has freed must not weigh in a base or an overlay.
#pragma once

#include <stop_token>

#include "engine/base/progress.h"
#include "engine/base/result.h"

namespace cloudlet {

class Domain;

enum class Cleaning { never, whereAgentAnswers };

// Through the guest agent: writes file systems back, trims them, drops the page cache, twice with
// pauses, so that init_on_free can zero what was freed. Takes about eight seconds.
// Errors: unavailable (no agent), failed, cancelled.
Result<void> cleanGuest(Domain& domain, Progress& progress, std::stop_token stop);

// cleanGuest where it was asked for and an agent answers; else says why not, as a notice.
// Returns whether it was cleaned. Errors: cancelled.
Result<bool> cleanIfPossible(Domain& domain, Cleaning cleaning, Progress& progress,
                             std::stop_token stop);

}  // namespace cloudlet
