#include "engine/net/url_pull.h"

#include <algorithm>
#include <condition_variable>
#include <thread>

#include "engine/net/offer_head.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;

// Requests that are under way at once: a round trip of one is spent with the others.
constexpr int kLanes = 4;
// Of one request: large enough for a fast link, small enough that what is urgent comes soon.
constexpr std::uint32_t kMostPieces = 16;
constexpr auto kMoment = 50ms;

}  // namespace

// In the place of a connection: asks the session what it wants, and brings it.
class UrlPulls::Feeder {
public:
    Feeder(std::unique_ptr<HttpSource> source, std::shared_ptr<PushSession> session)
        : m_source(std::move(source)), m_session(std::move(session)) {
        m_turn = m_session->attach([wake = m_wake] { wake->notify_all(); });
        for (int i = 0; i < kLanes; ++i) {
            m_lanes.emplace_back([this](const std::stop_token& stop) { feed(stop); });
        }
    }
    ~Feeder() {
        for (std::jthread& lane : m_lanes) lane.request_stop();
        m_source->interrupt();
        m_wake->notify_all();
        m_lanes.clear();  // joins
    }
    Feeder(const Feeder&) = delete;
    Feeder& operator=(const Feeder&) = delete;

    bool isOver() const {
        const std::lock_guard lock(m_mutex);
        return m_over;
    }

private:
    void feed(const std::stop_token& stop) {
        while (const std::optional<push::PieceRange> range = nextRange(stop)) {
            const std::uint64_t offset = std::uint64_t{range->first} * push::kPieceSize;
            const std::uint64_t end = std::min(range->end() * push::kPieceSize, m_size);
            Bytes bytes(static_cast<std::size_t>(end - offset));
            Result<void> done = m_source->read(bytes, offset);
            if (done) {
                done = m_session->store({range->first, bytes}, std::chrono::steady_clock::now());
            }
            if (!done) fail(done.error());
        }
        m_session->detach(m_turn);  // the first lane that sees the end
    }

    // What is wanted most; nothing, when it is over.
    std::optional<push::PieceRange> nextRange(const std::stop_token& stop) {
        std::unique_lock lock(m_mutex);
        while (!m_over && !stop.stop_requested()) {
            listen();
            if (!m_wants.empty()) return takeRange();
            m_wake->wait_for(lock, kMoment);
        }
        return std::nullopt;
    }

    // REQUIRES: locked, as the next.
    void listen() {
        while (const auto bytes = m_session->next(m_turn, std::chrono::steady_clock::now())) {
            const Result<push::Message> message = push::parse(*bytes);
            if (!message) continue;
            if (const auto* want = std::get_if<push::Want>(&*message)) m_wants.push_back(*want);
            if (std::holds_alternative<push::Bye>(*message)) m_over = true;
        }
        // Nobody attends a session that is complete: it ends after its time.
        if (m_session->receivedBytes() == m_size || !m_session->isCurrent(m_turn)) m_over = true;
    }

    push::PieceRange takeRange() {
        const auto most =
            std::min_element(m_wants.begin(), m_wants.end(), [](const auto& a, const auto& b) {
                return a.urgency < b.urgency;  // of equal ones the first
            });
        const push::PieceRange range{most->range.first, std::min(most->range.count, kMostPieces)};
        most->range.first += range.count;
        most->range.count -= range.count;
        if (most->range.count == 0) m_wants.erase(most);
        return range;
    }

    void fail(const Error& error) {
        if (error.code != ErrorCode::cancelled) m_session->fail(error);
        const std::lock_guard lock(m_mutex);
        m_over = true;
        m_wake->notify_all();
    }

    const std::unique_ptr<HttpSource> m_source;
    const std::shared_ptr<PushSession> m_session;
    const std::uint64_t m_size = m_session->offer().size;
    PushSession::Turn m_turn = 0;
    mutable std::mutex m_mutex;  // guards the next two
    std::vector<push::Want> m_wants;
    bool m_over = false;
    // Shared: the session may be about to call when this object ends.
    const std::shared_ptr<std::condition_variable> m_wake =
        std::make_shared<std::condition_variable>();
    std::vector<std::jthread> m_lanes;
};

UrlPulls::UrlPulls(SessionTable& sessions, const HttpPolicy& policy)
    : m_sessions(sessions), m_policy(policy) {}

UrlPulls::~UrlPulls() = default;

Result<std::string> UrlPulls::begin(const Peer& peer, const UrlOffer& offer, std::stop_token stop) {
    reap();
    std::unique_ptr<HttpSource> source = TRY(HttpSource::open(offer.url, m_policy));
    const OfferedOverlay overlay = TRY(readOffered(*source));
    push::Offer pushed;
    pushed.id = overlay.id;
    pushed.size = overlay.size;
    pushed.start = offer.start;
    pushed.forwards = offer.forwards;
    const Manifest manifest = TRY(manifestOf(pushed, overlay.head));
    std::shared_ptr<PushSession> session =
        TRY(m_sessions.open(peer, pushed, &manifest, std::move(stop)));
    const std::string id = session->id();
    auto feeder = std::make_unique<Feeder>(std::move(source), std::move(session));
    const std::lock_guard lock(m_mutex);
    m_feeders.push_back(std::move(feeder));
    return id;
}

void UrlPulls::reap() {
    std::list<std::unique_ptr<Feeder>> over;  // ended when the lock is given up
    const std::lock_guard lock(m_mutex);
    for (auto it = m_feeders.begin(); it != m_feeders.end();) {
        const auto next = std::next(it);
        if ((*it)->isOver()) over.splice(over.end(), m_feeders, it);
        it = next;
    }
}

}  // namespace cloudlet
