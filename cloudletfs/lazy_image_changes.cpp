// How the content of a LazyImage changes: by the guest's writes and by placements.
#include <algorithm>

#include "cloudletfs/lazy_image.h"

namespace cloudlet {

namespace {

bool isZeroChunk(ByteView bytes, std::uint64_t index) {
    return isAllZero(bytes.subspan(index * kChunkSize, kChunkSize));
}

}  // namespace

// Puts whole chunks in the upper, with holes for zeros. Returns which are zero.
Result<std::vector<bool>> LazyImage::store(std::uint64_t first, ByteView bytes) {
    const std::uint64_t count = bytes.size() / kChunkSize;
    std::vector<bool> zeros(count);
    for (std::uint64_t i = 0; i < count; ++i) zeros[i] = isZeroChunk(bytes, i);
    for (std::uint64_t i = 0; i < count;) {
        std::uint64_t end = i + 1;
        while (end < count && zeros[end] == zeros[i]) ++end;
        if (zeros[i]) {
            TRY(clear(first + i, first + end));
        } else {
            const ByteView part = bytes.subspan(i * kChunkSize, (end - i) * kChunkSize);
            const Result<void> done = m_upper.writeAt(part, (first + i) * kChunkSize);
            if (!done) {
                const std::lock_guard lock(m_mutex);
                m_holesAreTrue = false;
                return done.error();
            }
        }
        i = end;
    }
    return zeros;
}

// Makes holes of what is none yet.
Result<void> LazyImage::clear(std::uint64_t first, std::uint64_t end) {
    {
        const std::lock_guard lock(m_mutex);
        bool isHole = m_holesAreTrue;
        for (std::uint64_t i = first; isHole && i < end; ++i) {
            isHole = m_states.isPending(i) || !m_states.isUpper(i) || m_states.isZeroed(i);
        }
        if (isHole) return {};
    }
    return m_upper.punchHole({first * kChunkSize, (end - first) * kChunkSize});
}

Result<void> LazyImage::overwrite(std::uint64_t first, ByteView bytes) {
    const std::uint64_t end = first + bytes.size() / kChunkSize;
    std::vector<Request> ready;
    {
        const RangeLock::Held held = m_ranges.take(first, end);
        const std::vector<bool> zeros = TRY(store(first, bytes));
        const std::lock_guard lock(m_mutex);
        for (std::uint64_t i = first; i < end; ++i) {
            m_states.modify(
                i, zeros[i - first] ? ChunkStates::Content::zeros : ChunkStates::Content::bytes);
        }
        ready = m_waiting.take(first, end);
    }
    resume(std::move(ready));
    return {};
}

Result<void> LazyImage::overwriteWithZeros(std::uint64_t first, std::uint64_t end) {
    std::vector<Request> ready;
    {
        const RangeLock::Held held = m_ranges.take(first, end);
        TRY(clear(first, end));
        const std::lock_guard lock(m_mutex);
        for (std::uint64_t i = first; i < end; ++i) {
            m_states.modify(i, ChunkStates::Content::zeros);
        }
        ready = m_waiting.take(first, end);
    }
    resume(std::move(ready));
    return {};
}

// REQUIRES: the chunk is not pending, and so never will be again.
Result<void> LazyImage::apply(const Patch& patch) {
    const RangeLock::Held held = m_ranges.take(patch.chunk, patch.chunk + 1);
    bool isUpper = false;
    bool isZeroed = false;
    {
        const std::lock_guard lock(m_mutex);
        isUpper = m_states.isUpper(patch.chunk);
        isZeroed = m_states.isZeroed(patch.chunk);
    }
    const std::uint64_t begin = patch.chunk * kChunkSize;
    ChunkStates::Content content = ChunkStates::Content::bytes;
    if (isUpper && !isZeroed) {
        TRY(m_upper.writeAt(patch.bytes, begin + patch.offset));
    } else {
        Bytes whole(kChunkSize);
        if (!isUpper) TRY(m_base.readAt(whole, begin));
        std::copy(patch.bytes.begin(), patch.bytes.end(),
                  whole.begin() + static_cast<std::ptrdiff_t>(patch.offset));
        if (TRY(store(patch.chunk, whole)).front()) content = ChunkStates::Content::zeros;
    }
    const std::lock_guard lock(m_mutex);
    m_states.modify(patch.chunk, content);
    return {};
}

Result<void> LazyImage::checkRange(std::uint64_t first, std::uint64_t count) const {
    const std::uint64_t chunks = size() / kChunkSize;
    if (first <= chunks && count <= chunks - first) return {};
    return Error{ErrorCode::corrupt, "a chunk to place lies outside of its image"};
}

std::vector<LazyImage::ChunkRange> LazyImage::pendingRuns(std::uint64_t first,
                                                          std::uint64_t end) const {
    const std::lock_guard lock(m_mutex);
    std::vector<ChunkRange> runs;
    for (std::uint64_t from = m_states.nextPending(first, end); from < end;) {
        const std::uint64_t to = m_states.pendingRunEnd(from, end);
        runs.push_back({m_kind, from, to - from});
        from = m_states.nextPending(to, end);
    }
    return runs;
}

// REQUIRES: the runs are taken, and their content is in the upper.
void LazyImage::placed(const std::vector<ChunkRange>& runs) {
    const std::lock_guard lock(m_mutex);
    for (const ChunkRange& run : runs) {
        for (std::uint64_t i = run.first; i < run.first + run.count; ++i) m_states.place(i);
    }
    m_lastPlaced = Clock::now();
}

Result<void> LazyImage::place(std::uint64_t first, ByteView bytes) {
    const std::uint64_t count = bytes.size() / kChunkSize;
    TRY(checkRange(first, count));
    {
        const RangeLock::Held held = m_ranges.take(first, first + count);
        // As the range is taken, none of these can be written by the guest meanwhile.
        const std::vector<ChunkRange> runs = pendingRuns(first, first + count);
        for (const ChunkRange& run : runs) {
            TRY(store(run.first,
                      bytes.subspan((run.first - first) * kChunkSize, run.count * kChunkSize)));
        }
        placed(runs);
    }
    std::vector<Request> ready;
    {
        const std::lock_guard lock(m_mutex);
        ready = m_waiting.take(first, first + count);
    }
    resume(std::move(ready));
    return {};
}

Result<void> LazyImage::placeZero(std::uint64_t first, std::uint64_t count) {
    TRY(checkRange(first, count));
    const std::uint64_t end = first + count;
    for (std::uint64_t from = first; from < end; from += kSlice) {
        const std::uint64_t to = std::min(from + kSlice, end);
        std::vector<Request> ready;
        {
            const RangeLock::Held held = m_ranges.take(from, to);
            const std::vector<ChunkRange> runs = pendingRuns(from, to);
            for (const ChunkRange& run : runs) TRY(clear(run.first, run.first + run.count));
            placed(runs);
            const std::lock_guard lock(m_mutex);
            ready = m_waiting.take(from, to);
        }
        resume(std::move(ready));
    }
    return {};
}

}  // namespace cloudlet
