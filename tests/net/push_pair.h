// Both sides of a push with a wire in memory between them: what one says lies on the wire until the
// test lets it arrive. The file that is pushed is random; what arrives is written to another.
#pragma once

#include <deque>
#include <random>

#include "engine/net/receiver_session.h"
#include "engine/net/sender_session.h"
#include "engine/net/transfer.h"

namespace cloudlet::test {

class PushPair {
public:
    explicit PushPair(std::uint64_t size, unsigned seed = 1) : transfer(size), stored(size) {
        std::mt19937_64 random(seed);
        file.resize(size);
        for (std::uint64_t at = 0; at < size; at += 8) {
            const std::uint64_t word = random();
            std::memcpy(&file[at], &word, std::min<std::uint64_t>(8, size - at));
        }
        offer.size = size;
        connect();
    }

    // A new connection. What lay on the wire of the old one is lost.
    void connect() {
        transfer.cut();
        sender.emplace(offer, ByteView(file).first(100), "test");
        receiver.emplace(now);
        toServer.clear();
        toClient.clear();
    }

    // Each does one thing. False if there was nothing to do.
    bool clientSpeaks() {
        if (const auto message = sender->nextMessage()) {
            toServer.push_back(*message);
            return true;
        }
        const auto pieces = sender->nextPieces();
        if (!pieces) return false;
        const std::uint64_t offset = std::uint64_t{pieces->first} * push::kPieceSize;
        const std::uint64_t end =
            std::min<std::uint64_t>(file.size(), pieces->end() * push::kPieceSize);
        toServer.push_back(
            toBytes(push::Pieces{pieces->first, ByteView(file).subspan(offset, end - offset)}));
        sentBytes += end - offset;
        return true;
    }
    bool serverSpeaks() {
        if (receiver->stage() != push::ReceiverSession::Stage::receiving) return false;
        const auto want = transfer.nextWant(now);
        if (want) toClient.push_back(toBytes(*want));
        return want.has_value();
    }
    Result<bool> serverHears() {
        if (toServer.empty()) return false;
        const Bytes bytes = std::move(toServer.front());
        toServer.pop_front();
        now += std::chrono::milliseconds(1);
        const push::Message message = TRY(receiver->receive(bytes));
        if (std::holds_alternative<push::Hello>(message)) {
            toClient.push_back(toBytes(push::Hello{push::kVersion, "test"}));
        } else if (receiver->stage() == push::ReceiverSession::Stage::deciding) {
            receiver->accept();
            toClient.push_back(toBytes(push::Accept{"s", transfer.arrivedBytes()}));
        } else if (const auto* pieces = std::get_if<push::Pieces>(&message)) {
            TRY(store(*pieces));
        }
        return true;
    }
    Result<bool> clientHears() {
        if (toClient.empty()) return false;
        const Bytes bytes = std::move(toClient.front());
        toClient.pop_front();
        TRY(sender->receive(bytes));
        return true;
    }

    Result<void> store(const push::Pieces& pieces) {
        for (const push::PieceRange& run : TRY(transfer.fresh(pieces))) {
            const std::uint64_t offset = std::uint64_t{run.first} * push::kPieceSize;
            const std::uint64_t end =
                std::min<std::uint64_t>(file.size(), run.end() * push::kPieceSize);
            std::copy_n(pieces.bytes.begin() + (run.first - pieces.first) *
                                                   static_cast<std::ptrdiff_t>(push::kPieceSize),
                        end - offset, stored.begin() + static_cast<std::ptrdiff_t>(offset));
            transfer.arrived(run, now);
        }
        return {};
    }

    // Everybody does what they can until nobody has anything to do.
    Result<void> run() {
        for (bool busy = true; busy;) {
            busy = clientSpeaks();
            busy |= TRY(serverHears());
            busy |= serverSpeaks();
            busy |= TRY(clientHears());
        }
        return {};
    }
    bool isWhole() const { return transfer.isComplete() && stored == file; }

    push::Offer offer;
    push::Time now{std::chrono::hours(1)};
    push::Transfer transfer;
    Bytes file;
    Bytes stored;
    std::optional<push::SenderSession> sender;
    std::optional<push::ReceiverSession> receiver;
    std::deque<Bytes> toServer;
    std::deque<Bytes> toClient;
    std::uint64_t sentBytes = 0;
};

}  // namespace cloudlet::test
