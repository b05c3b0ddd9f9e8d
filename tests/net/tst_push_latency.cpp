// N11: how long a guest waits for a piece while everything else is on its way, over links of any
// delay, rate and loss. Both sides of a push on a clock of the test's own; no sockets.
#include <QtTest>
#include <random>

#include "engine/net/sender_session.h"
#include "engine/net/transfer.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::push;
using namespace std::chrono_literals;

namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::uint64_t kSize = 2000 * kPieceSize;
// What the client's kernel takes besides what is on the wire (TCP_NOTSENT_LOWAT).
constexpr double kUnsent = 128 << 10;
constexpr double kPacket = 1448;

// A push over a link: what is said arrives in order, half a round trip after the link was free for
// it; what is lost comes a round trip later, and all that is behind it waits.
class Simulation {
public:
    Simulation(Seconds roundTrip, double bytesPerSecond, double loss, unsigned seed)
        : m_roundTrip(roundTrip),
          m_rate(bytesPerSecond),
          m_loss(loss),
          m_random(seed),
          m_transfer(kSize),
          m_sender(offer(), Bytes(100), "tst") {
        while (m_sender.nextMessage()) continue;
        CHECK(m_sender.receive(toBytes(Hello{kVersion, "tst"})));
        CHECK(m_sender.receive(toBytes(Accept{"s", 0})));
        serverSpeaks();
    }

    // Until all has arrived. Now and then the guest touches what is missing.
    void run() {
        while (!m_transfer.isComplete()) {
            const Seconds heard = m_toClient.empty() ? kNever : m_toClient.front().first;
            const Seconds arrives = m_toServer.empty() ? kNever : m_toServer.front().at;
            const Seconds speaks = m_chosenUntil > m_now ? m_chosenUntil : kNever;
            m_now = std::min({heard, arrives, speaks});
            CHECK(m_now < kNever);
            if (m_now == heard) {
                CHECK(m_sender.receive(toBytes(m_toClient.front().second)));
                m_toClient.pop_front();
            } else if (m_now == arrives) {
                piecesArrive();
            }
            clientSpeaks();
        }
    }
    // By how much the slowest piece missed what it may take: a round trip and the time of 256 KiB,
    // and a round trip for each time that something it waited for was lost.
    Seconds worstExcess() const { return m_worst; }
    unsigned measured() const { return m_measured; }

private:
    static constexpr Seconds kNever{1e9};

    struct Sent {
        Seconds at;
        PieceRange range;
        unsigned losses = 0;  // of it, and of what it waited behind
    };
    struct Waiting {
        Seconds since;
        std::uint32_t piece = 0;
    };

    static Offer offer() {
        Offer offer;
        offer.what = What::base;
        offer.size = kSize;
        return offer;
    }
    Time clock() const { return Time(1h) + std::chrono::duration_cast<Time::duration>(m_now); }

    // How many rounds it takes until all packets of so many bytes have come through.
    unsigned rounds(double bytes) {
        unsigned rounds = 0;
        for (auto left = static_cast<unsigned>(bytes / kPacket) + 1; m_loss > 0 && left > 0;) {
            left = std::binomial_distribution<unsigned>(left, m_loss)(m_random);
            if (left > 0) ++rounds;
        }
        return rounds;
    }

    // The next message is chosen when the one before lies in the kernel.
    void clientSpeaks() {
        while (m_chosenUntil <= m_now) {
            const auto range = m_sender.nextPieces();
            if (!range) return;
            const double bytes = static_cast<double>(range->count * kPieceSize);
            m_linkFree = std::max(m_linkFree, m_now) + Seconds(bytes / m_rate);
            m_chosenUntil = m_linkFree - Seconds(kUnsent / m_rate);
            const unsigned losses = rounds(bytes);
            const Seconds own = m_linkFree + m_roundTrip / 2 + losses * m_roundTrip;
            m_lastArrival = std::max(m_lastArrival, own);
            m_losses += losses;
            m_toServer.push_back({m_lastArrival, *range, m_losses});
        }
    }
    void piecesArrive() {
        const Sent sent = m_toServer.front();
        m_toServer.pop_front();
        const Bytes bytes(sent.range.count * kPieceSize);
        const auto fresh = m_transfer.fresh({sent.range.first, bytes});
        CHECK(fresh);
        for (const PieceRange& range : *fresh) m_transfer.arrived(range, clock());
        if (m_waiting && m_transfer.has({m_waiting->piece, 1})) {
            const unsigned losses = sent.losses - m_lossesBefore;
            const Seconds may = m_roundTrip * (1 + losses) + Seconds((256 << 10) / m_rate);
            m_worst = std::max(m_worst, m_now - m_waiting->since - may);
            ++m_measured;
            m_waiting.reset();
        }
        touch(sent.losses);
        serverSpeaks();
    }
    void touch(unsigned losses) {
        const auto piece = static_cast<std::uint32_t>(m_random() % pieceCount(kSize));
        if (m_waiting || m_transfer.has({piece, 1})) return;
        m_waiting = Waiting{m_now, piece};
        m_lossesBefore = losses;
        m_transfer.request({piece, 1}, Urgency::guestWaits);
    }
    void serverSpeaks() {
        while (const auto want = m_transfer.nextWant(clock())) {
            m_toClient.emplace_back(m_now + m_roundTrip / 2, *want);
        }
    }

    const Seconds m_roundTrip;
    const double m_rate;
    const double m_loss;
    std::mt19937 m_random;
    Transfer m_transfer;
    SenderSession m_sender;
    Seconds m_now{0};
    Seconds m_linkFree{0};
    Seconds m_chosenUntil{0};
    Seconds m_lastArrival{0};
    std::deque<std::pair<Seconds, Want>> m_toClient;
    std::deque<Sent> m_toServer;
    unsigned m_losses = 0;
    unsigned m_lossesBefore = 0;
    std::optional<Waiting> m_waiting;
    Seconds m_worst{-1e9};
    unsigned m_measured = 0;
};

}  // namespace

class TestPushLatency : public QObject {
    Q_OBJECT

private slots:
    void N11_anUrgentPieceWaitsForLittle_data() {
        QTest::addColumn<int>("roundTrip");
        QTest::addColumn<int>("megabits");
        QTest::addColumn<double>("loss");
        for (const int roundTrip : {1, 50, 200}) {
            for (const int megabits : {10, 100}) {
                for (const double loss : {0.0, 0.01, 0.05}) {
                    QTest::addRow("%d ms, %d Mbit/s, loss %.2f", roundTrip, megabits, loss)
                        << roundTrip << megabits << loss;
                }
            }
        }
    }
    void N11_anUrgentPieceWaitsForLittle() {
        QFETCH(const int, roundTrip);
        QFETCH(const int, megabits);
        QFETCH(const double, loss);
        Simulation push(std::chrono::milliseconds(roundTrip), megabits * 1e6 / 8, loss, 11);
        push.run();
        QVERIFY(push.measured() >= 5);
        const double excess = push.worstExcess().count();
        QVERIFY2(excess <= 0.05, qPrintable(QString("%1 s too late").arg(excess)));
    }
};

QTEST_GUILESS_MAIN(TestPushLatency)
#include "tst_push_latency.moc"
