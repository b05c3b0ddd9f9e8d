// Work on several cores at once. The calling thread takes part in no callback but the ones
// named so; the first error stops everything and is returned. Cancelled within one work item.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>

#include "engine/base/result.h"

namespace cloudlet {

// Usable cores, at least 1.
unsigned coreCount();

// The most that coreCount() says.
inline constexpr unsigned kMostCores = 64;

// Calls body(0) .. body(count - 1) from up to coreCount() threads, at most `mostThreads`, which
// bounds memory, in any order. Errors: the first of any body; cancelled.
Result<void> parallelFor(std::size_t count, const std::function<Result<void>(std::size_t)>& body,
                         std::stop_token stop, unsigned mostThreads = kMostCores);

// next -> work -> sink, with the order of next kept: `next` (calling thread) yields items until
// nullopt, `work` runs on up to coreCount() threads, `sink` (calling thread) gets the results in
// order. At most `depth` (REQUIRES: > 0) items are between next and sink, which bounds memory.
// Item and Output are movable. Errors: the first of any callback; cancelled.
template <typename Item, typename Output>
Result<void> orderedPipeline(std::size_t depth,
                             const std::function<Result<std::optional<Item>>()>& next,
                             const std::function<Result<Output>(Item)>& work,
                             const std::function<Result<void>(Output)>& sink, std::stop_token stop);

}  // namespace cloudlet

#include "engine/base/parallel_impl.h"
