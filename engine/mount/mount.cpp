#include "engine/mount/mount.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "engine/mount/chunk_bits.h"
#include "engine/mount/mount_link.h"

namespace cloudlet {

namespace {

using namespace mountChannel;
using std::chrono::milliseconds;

constexpr milliseconds kStartLimit{10'000};
constexpr milliseconds kAttachLimit{2'000};
// Longer than a device takes to write what a socket's buffer and the page cache hold back.
constexpr milliseconds kPlacedLimit{120'000};

Result<void> makeMountPoint(const fs::path& path) {
    if (::mkdir(path.c_str(), 0700) == 0) return {};
    if (errno != EEXIST) return systemError(errno, "make the mount point", path);
    return Error{ErrorCode::exists, "the mount point " + path.string() +
                                        " is taken: end the VM that uses it, or remove it"};
}

Result<fs::path> realPath(const fs::path& path) {
    std::error_code error;
    fs::path result = fs::canonical(path, error);
    if (error) return systemError(error.value(), "find", path);
    return result;
}

Result<void> sendPending(MountLink& link, const ChunkSet& chunks, ImageKind image) {
    return sendChunks(chunks, BitSet::pending, image, [&](const Bits& bits) {
        return link.send(toPacket({0, bits}), {});
    });
}

Result<void> setUp(MountLink& link, const MountPlan& plan, std::stop_token stop) {
    SetUp values;
    values.diskChunks = plan.disk.pending.chunks();
    values.memoryChunks = plan.memory.pending.chunks();
    values.maxReadahead = plan.maxReadahead;
    values.readDeadlineMs = static_cast<std::uint32_t>(plan.readDeadline.count());
    values.recordTouches = plan.recordTouches;
    values.folder = link.folder().string();
    values.diskBase = TRY(realPath(plan.disk.base)).string();
    values.memoryBase = TRY(realPath(plan.memory.base)).string();
    link.setSizes(values.diskChunks, values.memoryChunks);
    TRY(link.send(toPacket({0, values}), {}));
    TRY(sendPending(link, plan.disk.pending, ImageKind::disk));
    TRY(sendPending(link, plan.memory.pending, ImageKind::memory));
    return link.call(Start{}, {}, stop, kStartLimit);
}

}  // namespace

ChunkSet ImageChanges::all() const {
    ChunkSet result = modified;
    for (const ChunkSet* set : {&zeroed, &placed}) {
        for (std::uint64_t i = set->next(0); i < set->chunks(); i = set->next(i + 1)) {
            result.insert(i);
        }
    }
    return result;
}

Mount::Mount(std::unique_ptr<MountLink> link) : m_link(std::move(link)) {}
Mount::~Mount() = default;
Mount::Mount(Mount&& other) noexcept = default;

Result<Mount> Mount::start(const MountPlan& plan, std::stop_token stop) {
    CHECK(plan.disk.pending.chunks() > 0 && plan.memory.pending.chunks() > 0);
    CHECK(plan.readDeadline.count() > 0 && plan.readDeadline.count() <= UINT32_MAX);
    TRY(checkMountPossible());
    const fs::path program = plan.program.empty() ? TRY(defaultMountProgram()) : plan.program;
    const fs::path folder = TRY(realPath(plan.folder));
    TRY(makeMountPoint(folder / "mnt"));
    auto ends = TRY(PacketSocket::makePair());
    // From here on its destructor clears up.
    auto link = std::make_unique<MountLink>(std::move(ends.first), folder);
    TRY(MountProcess::start(program, ends.second, folder));
    ends.second = PacketSocket();
    TRY(link->run());
    TRY(link->waitForProcess(kStartLimit, stop));  // cancelled, it ends when we hang up
    TRY(setUp(*link, plan, stop));
    return Mount(std::move(link));
}

Result<Mount> Mount::attach(const fs::path& folder, std::stop_token stop) {
    const fs::path place = TRY(realPath(folder));
    PacketSocket socket = TRY(PacketSocket::connect(place / "mount.sock"));
    auto link = std::make_unique<MountLink>(std::move(socket), place);
    link->setComplete();  // or it would have ended with its engine
    // It says who it is once it has taken us; until then it may be somebody else's.
    Result<void> done = link->run();
    Ready sizes;
    const MountLink::Collect collect = [&](const Message& message) -> Result<void> {
        if (const auto* ready = std::get_if<Ready>(&message.body)) sizes = *ready;
        return {};
    };
    if (done) done = link->call(Attach{}, collect, stop, kAttachLimit);
    if (done) done = link->waitForProcess(kAttachLimit, stop);
    if (done) {
        link->setSizes(sizes.diskChunks, sizes.memoryChunks);
        return Mount(std::move(link));
    }
    link->abandon();  // it belongs to somebody else, or is the sweep's to end
    return done.error();
}

fs::path Mount::disk() const {
    return m_link->mountPoint() / "disk";
}

fs::path Mount::memory() const {
    return m_link->mountPoint() / "memory";
}

Result<void> Mount::place(ImageKind image, std::uint64_t first, ByteView bytes) {
    CHECK(bytes.size() % kChunkSize == 0);
    CHECK(first + bytes.size() / kChunkSize <= m_link->chunks(image));
    constexpr std::size_t kMostBytes = kMostPlaced * kChunkSize;
    for (; !bytes.empty(); first += kMostPlaced) {
        const std::size_t size = std::min(bytes.size(), kMostBytes);
        TRY(m_link->send(toPacket({0, Place{image, first, {}}}), bytes.first(size)));
        bytes = bytes.subspan(size);
    }
    return {};
}

Result<void> Mount::placeZero(ImageKind image, std::uint64_t first, std::uint64_t count) {
    CHECK(first + count <= m_link->chunks(image));
    if (count == 0) return {};
    return m_link->send(toPacket({0, PlaceZero{{image, first, count}}}), {});
}

Result<void> Mount::allPlaced(std::stop_token stop) {
    TRY(m_link->call(AllPlaced{}, {}, stop, kPlacedLimit));
    m_link->setComplete();
    return {};
}

Result<std::vector<ChunkRef>> Mount::demands(milliseconds limit, std::stop_token stop) {
    return m_link->demands(limit, stop);
}

Result<ImageChanges> Mount::changes(ImageKind image) {
    const fs::path path = image == ImageKind::disk ? disk() : memory();
    {
        const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!fd || ::fsync(fd.get()) != 0) return systemError(errno, "write back", path);
    }
    const std::uint64_t chunks = m_link->chunks(image);
    ImageChanges changes{ChunkSet(chunks), ChunkSet(chunks), ChunkSet(chunks)};
    const MountLink::Collect collect = [&](const Message& message) -> Result<void> {
        const auto* bits = std::get_if<Bits>(&message.body);
        if (bits == nullptr || bits->image != image || bits->set == BitSet::pending) {
            return Error{ErrorCode::corrupt, "the file system of the VM answers something else"};
        }
        return addChunks(bits->set == BitSet::modified ? changes.modified
                         : bits->set == BitSet::zeroed ? changes.zeroed
                                                       : changes.placed,
                         *bits);
    };
    TRY(m_link->call(GetChanges{image}, collect, {}));
    return changes;
}

Result<std::vector<ChunkRef>> Mount::touches() {
    std::vector<ChunkRef> chunks;
    const std::uint64_t disk = m_link->chunks(ImageKind::disk);
    const std::uint64_t memory = m_link->chunks(ImageKind::memory);
    const MountLink::Collect collect = [&](const Message& message) -> Result<void> {
        const auto* touches = std::get_if<Touches>(&message.body);
        const auto isInside = [&](const ChunkRef& chunk) {
            return chunk.index < (chunk.image == ImageKind::disk ? disk : memory);
        };
        if (touches == nullptr || chunks.size() + touches->chunks.size() > disk + memory ||
            !std::all_of(touches->chunks.begin(), touches->chunks.end(), isInside)) {
            return Error{ErrorCode::corrupt, "the file system of the VM answers something else"};
        }
        chunks.insert(chunks.end(), touches->chunks.begin(), touches->chunks.end());
        return {};
    };
    TRY(m_link->call(GetTouches{}, collect, {}));
    return chunks;
}

Result<MountStatistics> Mount::statistics() {
    MountStatistics values;
    const MountLink::Collect collect = [&](const Message& message) -> Result<void> {
        if (const auto* answer = std::get_if<Statistics>(&message.body)) values = answer->values;
        return {};
    };
    TRY(m_link->call(GetStatistics{}, collect, {}));
    return values;
}

void Mount::fail() {
    m_link->fail();
}

std::optional<Error> Mount::lost() const {
    return m_link->lost();
}

Result<void> Mount::detach() {
    return m_link->detach();
}

}  // namespace cloudlet
