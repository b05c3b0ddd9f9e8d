// What a Server does with each message of the engine. All on the thread that receives.
#include <algorithm>

#include "cloudletfs/server.h"
#include "engine/mount/chunk_bits.h"

namespace cloudlet {

using namespace mountChannel;

Result<void> Server::handle(const Message& message) {
    const std::uint32_t tag = message.tag;
    const Body& body = message.body;
    if (std::holds_alternative<Place>(body) || std::holds_alternative<PlaceZero>(body)) {
        return place(message);
    }
    if (std::holds_alternative<Attach>(body)) return m_link.send({tag, ready()});
    if (std::holds_alternative<AllPlaced>(body)) return finishPlacing(tag);
    if (std::holds_alternative<GetChanges>(body)) return sendChanges(message);
    if (std::holds_alternative<GetTouches>(body)) return sendTouches(tag);
    if (std::holds_alternative<GetStatistics>(body)) {
        return m_link.send({tag, Statistics{statistics()}});
    }
    if (std::holds_alternative<Fail>(body)) {
        failAll();
        return m_link.send({tag, Done{}});
    }
    if (std::holds_alternative<ShutDown>(body)) {
        failAll();
        requestEnd();
        return {};
    }
    return Error{ErrorCode::corrupt, "the engine says what only cloudletfs may"};
}

Result<void> Server::sendFailure(std::uint32_t tag, const Error& error) {
    return m_link.send({tag, Failed{error}});
}

// An error of ours (a full device) is told; one of the engine's ends the connection.
Result<void> Server::place(const Message& message) {
    Result<void> done;
    if (const auto* bytes = std::get_if<Place>(&message.body)) {
        done = image(bytes->image).place(bytes->first, bytes->bytes);
    } else {
        const ChunkRange& range = std::get<PlaceZero>(message.body).range;
        done = image(range.image).placeZero(range.first, range.count);
    }
    if (done) return {};
    if (done.error().code == ErrorCode::corrupt) return done;
    if (m_placeError) return {};
    m_placeError = done.error();
    return sendFailure(0, done.error());
}

Result<void> Server::finishPlacing(std::uint32_t tag) {
    if (m_placeError) return sendFailure(tag, *m_placeError);
    const std::uint64_t pending = m_disk->pendingCount() + m_memory->pendingCount();
    if (pending > 0) {
        return sendFailure(tag, {ErrorCode::corrupt,
                                 std::to_string(pending) + " chunks of the VM were never placed"});
    }
    m_complete = true;
    return m_link.send({tag, Done{}});
}

Result<void> Server::sendChanges(const Message& message) {
    const ImageKind kind = std::get<GetChanges>(message.body).image;
    const LazyImage::Changes changes = image(kind).changes();
    const auto send = [&](const Bits& bits) { return m_link.send({message.tag, bits}); };
    TRY(sendChunks(changes.modified, BitSet::modified, kind, send));
    TRY(sendChunks(changes.zeroed, BitSet::zeroed, kind, send));
    TRY(sendChunks(changes.placed, BitSet::placed, kind, send));
    return m_link.send({message.tag, Done{}});
}

Result<void> Server::sendTouches(std::uint32_t tag) {
    const std::vector<ChunkRef> chunks = m_touches.chunks();
    for (auto from = chunks.begin(); from != chunks.end();) {
        const auto count = std::min<std::ptrdiff_t>(chunks.end() - from, kMostEntries);
        TRY(m_link.send({tag, Touches{{from, from + count}}}));
        from += count;
    }
    return m_link.send({tag, Done{}});
}

MountStatistics Server::statistics() const {
    MountStatistics result;
    m_disk->statistics(result.disk);
    m_memory->statistics(result.memory);
    LazyImage::Waits waits = m_disk->waits();
    const LazyImage::Waits more = m_memory->waits();
    waits.times.add(more.times);
    result.waits = waits.times.count();
    result.waitP50 = waits.times.percentile(0.50);
    result.waitP99 = waits.times.percentile(0.99);
    result.waitMost = waits.times.most();
    result.failedWaits = waits.failed + more.failed;
    result.waitingNow = waits.waitingNow + more.waitingNow;
    for (const auto& oldest : {waits.oldest, more.oldest}) {
        if (!oldest) continue;
        const auto age = std::chrono::duration_cast<std::chrono::microseconds>(
            LazyImage::Clock::now() - *oldest);
        result.oldestWaiting = std::max(result.oldestWaiting, age);
    }
    result.openFiles = m_fileSystem->openFiles();
    return result;
}

Ready Server::ready() const {
    return {m_disk->size() / kChunkSize, m_memory->size() / kChunkSize};
}

}  // namespace cloudlet
