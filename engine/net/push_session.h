// One push at the server, from accept to its end: the file as it arrives, what its connection is to
// say next, and whether anybody still cares. It outlives connections: a client that was cut off
// finds it again. The work with it (session_work.h) reads it as a ChunkSource on its own thread,
// while its connection fills it. Any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "engine/base/file.h"
#include "engine/net/gatekeeper.h"
#include "engine/net/stored_copies.h"
#include "engine/net/transfer.h"
#include "engine/overlay/chunk_source.h"

namespace cloudlet {

class PushSession : public ChunkSource {
public:
    struct Plan {
        std::string id;
        Peer peer;
        push::Offer offer;
        std::string title;  // escape it
    };
    struct Limits {
        std::chrono::seconds incomplete{120};  // without a connection while pieces are missing
        std::chrono::seconds complete{3600};   // without one while the VM runs
    };
    // What others may know of it.
    struct View {
        std::string id;
        std::string peer;  // id
        std::string title;
        push::State state;
        push::Statistics statistics;
        bool connected = false;
    };
    // Something to say is there. Called by any thread; must not block or call back.
    using Wake = std::function<void()>;
    // Which of its connections: the newest counts, older ones are over.
    using Turn = std::uint64_t;

    // `spool` is an empty file of its own, which it fills. The room for it is taken by reserve().
    // `copies` must outlive its work.
    PushSession(Plan plan, File spool, Limits limits, StoredCopies& copies);
    Result<void> reserve();

    const std::string& id() const { return m_plan.id; }
    const Peer& peer() const { return m_plan.peer; }
    const push::Offer& offer() const { return m_plan.offer; }
    View view() const;

    // Its connection.
    Turn attach(Wake wake);
    void detach(Turn turn);
    bool isCurrent(Turn turn) const;
    // It had a connection, has none, and was not said to be over.
    bool isLeft() const;
    // The next message to send, the most important first; nullopt: nothing now. A Bye is the last.
    std::optional<Bytes> next(Turn turn, push::Time now);
    // Errors: corrupt (pieces that the file does not have), noSpace, I/O.
    Result<void> store(const push::Pieces& pieces, push::Time now);
    void finish(const push::Finish& finish);
    // The client has the whole residue.
    void taken();
    bool isComplete() const;
    std::optional<push::Time> waitingSince() const;
    std::uint64_t receivedBytes() const;

    // Its work, as a ChunkSource. Reads wait for what has not arrived. Errors: timedOut, when the
    // client does not come back.
    Result<void> read(std::span<std::byte> into, std::uint64_t offset) override;
    Result<std::uint64_t> size() override { return m_plan.offer.size; }
    bool doubt(std::uint64_t offset, std::uint64_t length) override;
    void interrupt() override;
    void hurry(std::uint64_t offset, std::uint64_t length) override;
    std::string name() const override;

    // Its work: what becomes of it, told to the client.
    void tell(push::State state);
    void tell(std::uint64_t demandedSegments, std::uint64_t waits);
    void setConsole(fs::path socket);
    fs::path console() const;
    // Waits a moment; then what the client wants to become of it, if it has said so, an error if
    // it has left for good, or nothing yet.
    Result<std::optional<push::Then>> waitForFinish(std::chrono::milliseconds moment,
                                                    std::stop_token stop);
    // Sends the file as the residue, to whatever connection asks for it, and returns when the
    // client has it. Errors: timedOut, if the client does not come for it; cancelled.
    Result<void> sendResidue(const File& file, std::stop_token stop);
    // Nothing more will be said.
    void close();
    // What fills it cannot go on.
    void fail(Error error);
    // Every byte of what arrived is what was offered: an equal file of another session may take its
    // place. It does not change any more.
    void confirm();
    // Nobody reads it any more: its room is given back at once.
    void giveUp();
    // Null: it is given up.
    std::shared_ptr<const File> spool() const;

private:
    using Lock = std::unique_lock<std::mutex>;
    std::optional<Error> gone(const Lock& lock) const;
    Result<void> write(File& spool, const push::Pieces& pieces, push::PieceRange run,
                       push::Time now);
    // Locked before and after, not meanwhile.
    Result<void> await(Lock& lock, push::PieceRange range);
    std::optional<Bytes> nextOfResidue();
    void wake(Lock& lock);

    const Plan m_plan;
    const Limits m_limits;
    StoredCopies& m_copies;

    mutable std::mutex m_mutex;  // guards the members below
    std::condition_variable_any m_changed;
    std::shared_ptr<File> m_spool;  // null: given up
    unsigned m_writers = 0;         // to it, now
    bool m_isConfirmed = false;
    push::Transfer m_transfer;
    std::list<push::PieceRange> m_awaited;             // by readers, who sleep until all is there
    std::deque<push::PieceRange> m_again;              // pieces to be sent anew
    std::map<std::uint64_t, std::uint32_t> m_doubted;  // how often, by offset
    Wake m_wake;                                       // empty: no connection
    Turn m_turn = 0;
    push::Time m_leftAt;              // when the last connection went
    const File* m_residue = nullptr;  // while it is to be sent
    std::uint64_t m_residueSize = 0;
    std::optional<std::uint64_t> m_residueAt;  // the next part; none: the connection has not asked
    bool m_residueTaken = false;
    bool m_byeIsDue = false;
    push::State m_state;
    bool m_stateIsNew = false;
    push::Statistics m_statistics;
    push::Time m_statisticsSent{};
    std::optional<push::Then> m_then;
    bool m_wasFinished = false;  // m_then was said once
    fs::path m_console;
    std::optional<Error> m_failure;
    bool m_interrupted = false;
};

}  // namespace cloudlet
