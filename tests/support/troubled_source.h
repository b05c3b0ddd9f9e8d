// An overlay in a file that comes as from a far or bad place: late, slow, cut, changed, or not at
// all. A fake of a network, named so: what is measured or tested with it is what the receiver does.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "engine/overlay/chunk_source.h"

namespace cloudlet::test {

class TroubledSource : public ChunkSource {
public:
    struct Link {
        std::chrono::microseconds roundTrip{0};
        double bytesPerSecond = 0;  // 0: no limit
    };
    static constexpr std::uint64_t kNever = ~std::uint64_t{0};

    TroubledSource(FileSource file, Link link) : m_file(std::move(file)), m_link(link) {}

    std::uint64_t stallFrom = kNever;  // reads that reach this offset wait for ever
    std::uint64_t endsAt = kNever;     // nothing comes from here on
    std::uint64_t changedAt = kNever;  // this byte arrives changed

    std::uint64_t bytesSent() const {
        const std::lock_guard lock(m_mutex);
        return m_sent;
    }

    Result<void> read(std::span<std::byte> into, std::uint64_t offset) override {
        if (offset + into.size() > endsAt) {
            return Error{ErrorCode::corrupt, name() + " ends too early"};
        }
        TRY(travel(into.size(), offset));
        TRY(m_file.read(into, offset));
        if (changedAt >= offset && changedAt - offset < into.size()) {
            into[changedAt - offset] ^= std::byte{0x20};
        }
        return {};
    }
    Result<std::uint64_t> size() override { return m_file.size(); }
    std::string name() const override { return "the far overlay"; }
    void interrupt() override {
        const std::lock_guard lock(m_mutex);
        m_interrupted = true;
        m_changed.notify_all();
    }

private:
    using Clock = std::chrono::steady_clock;

    // A request takes half the round trip, its answer the other half, and the link sends one
    // answer after the other.
    Result<void> travel(std::size_t bytes, std::uint64_t offset) {
        std::unique_lock lock(m_mutex);
        if (offset + bytes > stallFrom) {
            m_changed.wait(lock, [&] { return m_interrupted; });
        }
        Clock::time_point arrival = Clock::now() + m_link.roundTrip;
        if (m_link.bytesPerSecond > 0) {
            const std::chrono::duration<double> sending(static_cast<double>(bytes) /
                                                        m_link.bytesPerSecond);
            const Clock::time_point begin =
                std::max(m_linkFree, Clock::now() + m_link.roundTrip / 2);
            m_linkFree = begin + std::chrono::duration_cast<Clock::duration>(sending);
            arrival = m_linkFree + m_link.roundTrip / 2;
        }
        m_changed.wait_until(lock, arrival, [&] { return m_interrupted; });
        if (m_interrupted) return Error{ErrorCode::cancelled, "cancelled"};
        m_sent += bytes;
        return {};
    }

    FileSource m_file;
    Link m_link;
    mutable std::mutex m_mutex;  // guards the members below
    std::condition_variable m_changed;
    bool m_interrupted = false;
    Clock::time_point m_linkFree{};
    std::uint64_t m_sent = 0;
};

}  // namespace cloudlet::test
