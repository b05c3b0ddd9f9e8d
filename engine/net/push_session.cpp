#include "engine/net/push_session.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/format.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;
using push::Time;

// Waits are cut into these, since a client's leave is known by the clock alone.
constexpr auto kMoment = 500ms;
constexpr auto kStatisticsPeriod = 1s;
// So often the same bytes may lie; then they are what the client has.
constexpr std::uint32_t kMostLies = 3;

Time now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

PushSession::PushSession(Plan plan, File spool, Limits limits, StoredCopies& copies)
    : m_plan(std::move(plan)),
      m_limits(limits),
      m_copies(copies),
      m_spool(std::make_shared<File>(std::move(spool))),
      m_transfer(m_plan.offer.size),
      m_leftAt(now()) {
    m_statistics.totalBytes = m_plan.offer.size;
}

Result<void> PushSession::reserve() {
    TRY(m_spool->resize(m_plan.offer.size));
    return m_spool->reserve();
}

PushSession::View PushSession::view() const {
    const std::lock_guard lock(m_mutex);
    View view{m_plan.id, m_plan.peer.id, m_plan.title, m_state, m_statistics, bool{m_wake}};
    view.statistics.receivedBytes = m_transfer.arrivedBytes();
    view.statistics.windowBytes = m_transfer.window();
    return view;
}

PushSession::Turn PushSession::attach(Wake wake) {
    Wake replaced;
    const std::lock_guard lock(m_mutex);
    replaced = std::exchange(m_wake, std::move(wake));
    if (replaced) replaced();  // sees that it is over
    m_transfer.cut();
    m_again.clear();  // a new connection knows of nothing that was sent
    m_residueAt.reset();
    m_stateIsNew = m_state.phase != push::Phase::receiving;
    return ++m_turn;
}

void PushSession::detach(Turn turn) {
    const std::lock_guard lock(m_mutex);
    if (turn != m_turn || !m_wake) return;
    m_wake = nullptr;
    m_leftAt = now();
    m_transfer.cut();
    m_changed.notify_all();
}

bool PushSession::isLeft() const {
    const std::lock_guard lock(m_mutex);
    return m_turn > 0 && !m_wake && !m_wasFinished && !m_interrupted && !m_failure;
}

bool PushSession::isCurrent(Turn turn) const {
    const std::lock_guard lock(m_mutex);
    return turn == m_turn;
}

void PushSession::wake(Lock& lock) {
    const Wake wake = m_wake;
    lock.unlock();
    if (wake) wake();
}

std::optional<Bytes> PushSession::nextOfResidue() {
    if (m_residue == nullptr || !m_residueAt || *m_residueAt >= m_residueSize) return std::nullopt;
    Bytes part(std::min<std::uint64_t>(push::kMostPieceBytes, m_residueSize - *m_residueAt));
    if (Result<void> read = m_residue->readAt(part, *m_residueAt); !read) {
        m_failure = read.error();
        m_changed.notify_all();
        return std::nullopt;
    }
    const std::uint64_t at = std::exchange(m_residueAt, *m_residueAt + part.size()).value();
    return toBytes(push::Residue{at, m_residueSize, part});
}

std::optional<Bytes> PushSession::next(Turn turn, Time time) {
    const std::lock_guard lock(m_mutex);
    if (turn != m_turn) return std::nullopt;
    if (std::exchange(m_stateIsNew, false)) return toBytes(m_state);
    if (std::exchange(m_byeIsDue, false)) return toBytes(push::Bye{});
    if (!m_again.empty()) {
        const push::Again again{m_again.front()};
        m_again.pop_front();
        return toBytes(again);
    }
    if (const auto want = m_transfer.nextWant(time)) return toBytes(*want);
    if (auto message = nextOfResidue()) return message;
    if (m_statistics.receivedBytes == m_transfer.arrivedBytes() ||
        time - m_statisticsSent < kStatisticsPeriod) {
        return std::nullopt;
    }
    m_statisticsSent = time;
    m_statistics.receivedBytes = m_transfer.arrivedBytes();
    m_statistics.windowBytes = m_transfer.window();
    return toBytes(m_statistics);
}

Result<void> PushSession::store(const push::Pieces& pieces, Time time) {
    std::vector<push::PieceRange> runs;
    std::shared_ptr<File> spool;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_spool) return {};
        runs = TRY(m_transfer.fresh(pieces));
        spool = m_spool;
        ++m_writers;
    }
    Result<void> written;
    for (auto run = runs.begin(); written && run != runs.end(); ++run) {
        written = write(*spool, pieces, *run, time);
    }
    const std::lock_guard lock(m_mutex);
    --m_writers;
    const auto has = [this](const push::PieceRange& range) { return m_transfer.has(range); };
    if (std::ranges::any_of(m_awaited, has)) m_changed.notify_all();
    return written;
}

Result<void> PushSession::write(File& spool, const push::Pieces& pieces, push::PieceRange run,
                                Time time) {
    const std::size_t from = (run.first - pieces.first) * push::kPieceSize;
    const std::size_t end = std::min(from + run.count * push::kPieceSize, pieces.bytes.size());
    // Before anybody is told that it is there.
    TRY(spool.writeAt(pieces.bytes.subspan(from, end - from),
                      std::uint64_t{run.first} * push::kPieceSize));
    const std::lock_guard lock(m_mutex);
    m_transfer.arrived(run, time);
    return {};
}

void PushSession::confirm() {
    const std::lock_guard lock(m_mutex);
    // A connection that was replaced may still write what it had begun to.
    if (m_writers > 0 || !m_spool || !m_transfer.isComplete()) return;
    m_isConfirmed = true;
    m_spool = m_copies.oneOf(m_plan.offer, m_spool);
}

void PushSession::giveUp() {
    const std::lock_guard lock(m_mutex);
    m_spool.reset();
}

std::shared_ptr<const File> PushSession::spool() const {
    const std::lock_guard lock(m_mutex);
    return m_spool;
}

void PushSession::finish(const push::Finish& finish) {
    const std::lock_guard lock(m_mutex);
    m_then = finish.then;
    m_wasFinished = true;
    if (finish.then == push::Then::residue) m_residueAt = finish.from;
    m_changed.notify_all();
}

void PushSession::taken() {
    const std::lock_guard lock(m_mutex);
    // One that did not get it cannot have taken it.
    m_residueTaken = m_residue != nullptr && m_residueAt == m_residueSize;
    m_changed.notify_all();
}

bool PushSession::isComplete() const {
    const std::lock_guard lock(m_mutex);
    return m_transfer.isComplete();
}

std::optional<Time> PushSession::waitingSince() const {
    const std::lock_guard lock(m_mutex);
    return m_transfer.waitingSince();
}

std::uint64_t PushSession::receivedBytes() const {
    const std::lock_guard lock(m_mutex);
    return m_transfer.arrivedBytes();
}

// Why nobody needs to wait any longer.
std::optional<Error> PushSession::gone(const Lock&) const {
    if (m_failure) return m_failure;
    if (m_interrupted) return Error{ErrorCode::cancelled, "cancelled"};
    if (m_wake) return std::nullopt;
    const std::chrono::seconds limit =
        m_transfer.isComplete() ? m_limits.complete : m_limits.incomplete;
    if (now() - m_leftAt < limit) return std::nullopt;
    return Error{ErrorCode::timedOut,
                 fmt::format("the client \"{}\" has not come back within {} s",
                             escapeForTerminal(m_plan.peer.name), limit.count())};
}

Result<void> PushSession::read(std::span<std::byte> into, std::uint64_t offset) {
    if (offset > m_plan.offer.size || into.size() > m_plan.offer.size - offset) {
        return Error{ErrorCode::corrupt, name() + " ends too early"};
    }
    if (into.empty()) return {};
    std::shared_ptr<const File> spool;
    {
        Lock lock(m_mutex);
        const push::PieceRange range = m_transfer.piecesOf(offset, into.size());
        const auto awaited = m_awaited.insert(m_awaited.end(), range);
        const Result<void> there = await(lock, range);
        m_awaited.erase(awaited);
        TRY(there);
        spool = m_spool;
    }
    return spool->readAt(into, offset);
}

Result<void> PushSession::await(Lock& lock, push::PieceRange range) {
    std::optional<Turn> asked;  // a cut forgets what was asked for
    while (!m_transfer.has(range)) {
        if (auto error = gone(lock)) return *std::move(error);
        if (asked != m_turn) {
            asked = m_turn;
            m_transfer.request(range, push::Urgency::readerWaits);
            wake(lock);
            lock.lock();
        } else {
            m_changed.wait_for(lock, kMoment);
        }
    }
    if (m_interrupted || !m_spool) return Error{ErrorCode::cancelled, "cancelled"};
    return {};
}

void PushSession::hurry(std::uint64_t offset, std::uint64_t length) {
    Lock lock(m_mutex);
    const push::PieceRange range = m_transfer.piecesOf(offset, length);
    if (m_transfer.has(range)) return;
    m_transfer.request(range, push::Urgency::guestWaits);
    wake(lock);
}

bool PushSession::doubt(std::uint64_t offset, std::uint64_t length) {
    const std::lock_guard lock(m_mutex);
    if (m_isConfirmed || ++m_doubted[offset] >= kMostLies) return false;
    const push::PieceRange range = m_transfer.piecesOf(offset, length);
    m_transfer.forget(range);
    m_again.push_back(range);
    return true;
}

void PushSession::interrupt() {
    const std::lock_guard lock(m_mutex);
    m_interrupted = true;
    m_changed.notify_all();
}

std::string PushSession::name() const {
    return "the overlay that \"" + escapeForTerminal(m_plan.peer.name) + "\" pushes";
}

void PushSession::tell(push::State state) {
    Lock lock(m_mutex);
    m_state = std::move(state);
    m_stateIsNew = true;
    wake(lock);
}

void PushSession::tell(std::uint64_t demandedSegments, std::uint64_t waits) {
    const std::lock_guard lock(m_mutex);
    m_statistics.demandedSegments = demandedSegments;
    m_statistics.waits = waits;
}

void PushSession::setConsole(fs::path socket) {
    const std::lock_guard lock(m_mutex);
    m_console = std::move(socket);
}

fs::path PushSession::console() const {
    const std::lock_guard lock(m_mutex);
    return m_console;
}

Result<std::optional<push::Then>> PushSession::waitForFinish(std::chrono::milliseconds moment,
                                                             std::stop_token stop) {
    Lock lock(m_mutex);
    m_changed.wait_for(lock, stop, moment, [&] { return m_then || m_residueTaken; });
    if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
    if (m_then) return std::exchange(m_then, std::nullopt);
    if (auto error = gone(lock)) return *std::move(error);
    return std::optional<push::Then>();
}

Result<void> PushSession::sendResidue(const File& file, std::stop_token stop) {
    const std::uint64_t size = TRY(file.size());
    {
        Lock lock(m_mutex);
        m_residue = &file;
        m_residueSize = size;
        wake(lock);
    }
    while (true) {
        const auto then = waitForFinish(kMoment, stop);
        if (then && *then == push::Then::keep) close();
        const std::lock_guard lock(m_mutex);
        if (then && !m_residueTaken && *then != push::Then::end) continue;
        m_residue = nullptr;
        return then ? Result<void>() : then.error();
    }
}

void PushSession::fail(Error error) {
    const std::lock_guard lock(m_mutex);
    m_failure = std::move(error);
    m_changed.notify_all();
}

void PushSession::close() {
    Lock lock(m_mutex);
    m_byeIsDue = true;
    wake(lock);
}

}  // namespace cloudlet
