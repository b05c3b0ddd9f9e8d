#include "cloudletfs/lazy_image.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

#include "cloudletfs/killed.h"

namespace cloudlet {

namespace {

// From here on, mapping pages costs less than copying them once more.
constexpr std::size_t kWorthMapping = 64 << 10;

int errnoOf(const Error& error) {
    return error.code == ErrorCode::noSpace ? ENOSPC : EIO;
}

std::uint64_t endChunk(std::uint64_t offset, std::uint64_t size) {
    return (offset + size + kChunkSize - 1) / kChunkSize;
}

}  // namespace

LazyImage::LazyImage(Plan plan, File base, MappedFile baseMap, File upper)
    : m_kind(plan.kind),
      m_base(std::move(base)),
      m_baseMap(std::move(baseMap)),
      m_upper(std::move(upper)),
      m_touchLog(plan.touchLog),
      m_onDemand(std::move(plan.onDemand)),
      m_states(std::move(plan.pending)),
      m_demanded(m_states.chunks()),
      m_touched(m_states.chunks()) {}

Result<std::unique_ptr<LazyImage>> LazyImage::open(Plan plan) {
    File base = TRY(File::open(plan.base, File::Mode::read));
    const std::uint64_t size = plan.pending.chunks() * kChunkSize;
    if (TRY(base.size()) != size) {
        return Error{ErrorCode::corrupt, plan.base.string() + " has " +
                                             std::to_string(*base.size()) + " bytes instead of " +
                                             std::to_string(size)};
    }
    MappedFile baseMap = TRY(MappedFile::map(base));
    File upper = TRY(File::temporary(plan.folder));
    TRY(upper.resize(size));
    return std::unique_ptr<LazyImage>(
        new LazyImage(std::move(plan), std::move(base), std::move(baseMap), std::move(upper)));
}

void LazyImage::read(std::uint64_t offset, std::size_t size, std::unique_ptr<Answer> answer) {
    if (offset >= this->size() || size == 0) return answer->bytes({});
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, this->size() - offset));
    Request request{offset, size, true, {}, std::move(answer), {}};
    serveRead(std::move(request));
}

void LazyImage::serve(Request request) {
    request.isRead ? serveRead(std::move(request)) : servePatches(std::move(request));
}

void LazyImage::resume(std::vector<Request> requests) {
    for (Request& request : requests) serve(std::move(request));
}

void LazyImage::serveRead(Request request) {
    const std::uint64_t first = request.offset / kChunkSize;
    const std::uint64_t end = endChunk(request.offset, request.size);
    std::vector<Piece> parts;
    std::vector<ChunkRange> demanded;
    bool waits = false;
    {
        const std::lock_guard lock(m_mutex);
        touch(first, end);
        const std::uint64_t missing = m_states.nextPending(first, end);
        waits = missing < end && park(missing, request);
        if (waits) demanded = demand(missing, end);
        if (missing == end) parts = pieces(request);
    }
    for (const ChunkRange& range : demanded) m_onDemand(range);
    if (waits) return;
    if (parts.empty()) return finish(request, EIO);

    const std::optional<ByteView> whole = parts.size() == 1 ? mapped(parts.front()) : std::nullopt;
    if (whole) {
        m_bytesFromBase += whole->size();
        request.answer->bytes(*whole);
        return finish(request, 0);
    }
    thread_local Bytes buffer;
    if (buffer.size() < request.size) buffer.resize(request.size);
    for (const Piece& part : parts) {
        const auto into = std::span(buffer).subspan(part.offset - request.offset, part.size);
        const Result<void> done = (part.upper ? m_upper : m_base).readAt(into, part.offset);
        if (!done) return finish(request, errnoOf(done.error()));
        (part.upper ? m_bytesFromUpper : m_bytesFromBase) += part.size;
    }
    request.answer->bytes(ByteView(buffer).first(request.size));
    finish(request, 0);
}

std::optional<ByteView> LazyImage::mapped(const Piece& piece) const {
    if (piece.upper || piece.size < kWorthMapping) return std::nullopt;
    const ByteView bytes = m_baseMap.bytes().subspan(piece.offset, piece.size);
    const std::size_t before = piece.offset % kChunkSize;  // of the page that it begins in
    // Reads it in, and fails where touching it would be a bus error.
    void* const begin = const_cast<std::byte*>(bytes.data() - before);
    if (::madvise(begin, piece.size + before, MADV_POPULATE_READ) != 0) return std::nullopt;
    return bytes;
}

std::vector<LazyImage::Piece> LazyImage::pieces(const Request& request) const {
    const std::uint64_t end = endChunk(request.offset, request.size);
    std::vector<Piece> result;
    for (std::uint64_t chunk = request.offset / kChunkSize; chunk < end;) {
        const std::uint64_t next = m_states.sourceRunEnd(chunk, end);
        const std::uint64_t from = std::max(chunk * kChunkSize, request.offset);
        const std::uint64_t to = std::min(next * kChunkSize, request.offset + request.size);
        result.push_back({m_states.isUpper(chunk), from, static_cast<std::size_t>(to - from)});
        chunk = next;
    }
    return result;
}

bool LazyImage::park(std::uint64_t chunk, Request& request) {
    if (m_failed || m_waiting.isFull()) return false;
    m_waiting.add(chunk, std::move(request));
    return true;
}

std::vector<LazyImage::ChunkRange> LazyImage::demand(std::uint64_t first, std::uint64_t end) {
    std::vector<ChunkRange> result;
    for (std::uint64_t chunk = first; chunk < end; ++chunk) {
        if (!m_states.isPending(chunk) || !m_demanded.insert(chunk)) continue;
        if (!result.empty() && result.back().first + result.back().count == chunk) {
            ++result.back().count;
        } else {
            result.push_back({m_kind, chunk, 1});
        }
    }
    return result;
}

void LazyImage::touch(std::uint64_t first, std::uint64_t end) {
    for (std::uint64_t chunk = first; chunk < end; ++chunk) {
        if (!m_touched.insert(chunk)) continue;
        if (m_states.isPlaced(chunk) && !m_demanded.contains(chunk)) ++m_placedInTime;
        if (m_touchLog != nullptr) m_touchLog->add({m_kind, chunk});
    }
}

// A request's end: its answer, unless it has had one (0), and the books.
void LazyImage::finish(Request& request, int errorNumber) {
    if (errorNumber != 0) request.answer->fail(errorNumber);
    if (!request.waitsSince) return;
    const auto waited = Clock::now() - *request.waitsSince;
    const std::lock_guard lock(m_mutex);
    if (errorNumber == 0) {
        m_times.add(std::chrono::duration_cast<std::chrono::microseconds>(waited));
    } else {
        ++m_failedWaits;
    }
}

void LazyImage::write(std::uint64_t offset, ByteView bytes, std::unique_ptr<Answer> answer) {
    if (offset > size() || bytes.size() > size() - offset) return answer->fail(EFBIG);
    const std::uint64_t end = offset + bytes.size();
    const std::uint64_t wholeEnd = end / kChunkSize;
    const std::uint64_t wholeFirst = std::min(endChunk(offset, 0), wholeEnd);
    Request request{offset, bytes.size(), false, {}, std::move(answer), {}};
    const auto patch = [&](std::uint64_t from, std::uint64_t to) {
        const ByteView part = bytes.subspan(from - offset, to - from);
        request.patches.push_back(
            {from / kChunkSize, from % kChunkSize, Bytes(part.begin(), part.end())});
    };
    if (offset / kChunkSize == end / kChunkSize) {
        if (!bytes.empty()) patch(offset, end);
        return servePatches(std::move(request));
    }
    if (offset % kChunkSize != 0) patch(offset, (offset / kChunkSize + 1) * kChunkSize);
    if (end % kChunkSize != 0) patch(wholeEnd * kChunkSize, end);
    if (wholeFirst < wholeEnd) {
        const Result<void> done = overwrite(
            wholeFirst,
            bytes.subspan(wholeFirst * kChunkSize - offset, (wholeEnd - wholeFirst) * kChunkSize));
        if (!done) return finish(request, errnoOf(done.error()));
    }
    servePatches(std::move(request));
}

void LazyImage::zero(std::uint64_t offset, std::uint64_t length, std::unique_ptr<Answer> answer) {
    if (offset > size() || length > size() - offset) return answer->fail(EFBIG);
    const std::uint64_t end = offset + length;
    const std::uint64_t firstEnd = std::min(endChunk(offset, 0) * kChunkSize, end);
    const std::uint64_t lastBegin = std::max(end / kChunkSize * kChunkSize, firstEnd);
    Request request{offset, 0, false, {}, std::move(answer), {}};
    const auto patch = [&](std::uint64_t from, std::uint64_t to) {
        if (from == to) return;
        request.patches.push_back({from / kChunkSize, from % kChunkSize, Bytes(to - from)});
    };
    patch(offset, firstEnd);
    patch(lastBegin, end);
    const std::uint64_t wholeEnd = lastBegin / kChunkSize;
    for (std::uint64_t chunk = endChunk(offset, 0); chunk < wholeEnd; chunk += kSlice) {
        const Result<void> done = overwriteWithZeros(chunk, std::min(chunk + kSlice, wholeEnd));
        if (!done) return finish(request, errnoOf(done.error()));
    }
    servePatches(std::move(request));
}

void LazyImage::servePatches(Request request) {
    while (!request.patches.empty()) {
        const Patch& patch = request.patches.back();
        const std::uint64_t chunk = patch.chunk;
        bool pending = false;
        bool waits = false;
        std::vector<ChunkRange> demanded;
        {
            const std::lock_guard lock(m_mutex);
            pending = m_states.isPending(chunk);
            waits = pending && park(chunk, request);
            if (waits) demanded = demand(chunk, chunk + 1);
        }
        for (const ChunkRange& range : demanded) m_onDemand(range);
        if (waits) return;
        if (pending) return finish(request, EIO);
        const Result<void> done = apply(patch);
        if (!done) return finish(request, errnoOf(done.error()));
        request.patches.pop_back();
    }
    request.answer->done(request.size);
    finish(request, 0);
}

void LazyImage::fail() {
    std::vector<Request> waiting;
    {
        const std::lock_guard lock(m_mutex);
        m_failed = true;
        waiting = m_waiting.takeAll();
    }
    for (Request& request : waiting) finish(request, EIO);
}

std::size_t LazyImage::failWaitingSince(Clock::time_point time) {
    std::vector<Request> late;
    {
        const std::lock_guard lock(m_mutex);
        late = m_waiting.takeIf([&](const Request& r) { return *r.waitsSince < time; });
    }
    for (Request& request : late) finish(request, EIO);
    return late.size();
}

void LazyImage::releaseKilled() {
    std::vector<pid_t> askers;
    {
        const std::lock_guard lock(m_mutex);
        askers = m_waiting.askers();
    }
    std::erase_if(askers, [](pid_t asker) { return !isBeingKilled(asker); });
    if (askers.empty()) return;
    std::sort(askers.begin(), askers.end());
    std::vector<Request> killed;
    {
        const std::lock_guard lock(m_mutex);
        killed = m_waiting.takeIf([&](const Request& r) {
            return std::binary_search(askers.begin(), askers.end(), r.answer->asker());
        });
    }
    for (Request& request : killed) finish(request, EINTR);
}

std::uint64_t LazyImage::pendingCount() const {
    const std::lock_guard lock(m_mutex);
    return m_states.pendingCount();
}

LazyImage::Clock::time_point LazyImage::lastPlaced() const {
    const std::lock_guard lock(m_mutex);
    return m_lastPlaced;
}

LazyImage::Changes LazyImage::changes() const {
    const std::lock_guard lock(m_mutex);
    Changes changes{m_states.modified(), m_states.zeroed(), m_states.placed()};
    const ChunkSet& zeroed = changes.zeroed;
    for (std::uint64_t i = zeroed.next(0); i < zeroed.chunks(); i = zeroed.next(i + 1)) {
        changes.modified.erase(i);
    }
    return changes;
}

void LazyImage::statistics(MountImageStatistics& into) const {
    const std::lock_guard lock(m_mutex);
    m_states.count(into);
    into.demanded = m_demanded.count();
    into.placedInTime = m_placedInTime;
    into.bytesFromBase = m_bytesFromBase;
    into.bytesFromUpper = m_bytesFromUpper;
}

LazyImage::Waits LazyImage::waits() const {
    const std::lock_guard lock(m_mutex);
    return {m_times, m_failedWaits, m_waiting.count(), m_waiting.oldest()};
}

}  // namespace cloudlet
