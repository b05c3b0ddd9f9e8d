#include "engine/net/push_client.h"

#include <thread>

#include "engine/net/offer_head.h"
#include "engine/net/push_line.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;

constexpr auto kPauseBeforeReturn = 200ms;

Result<OfferedOverlay> readOffer(const PushPlan& plan, const std::stop_token& stop) {
    if (plan.what == push::What::overlay) return readOffered(*plan.source);
    return OfferedOverlay{TRY(hashOfSource(*plan.source, stop)), TRY(plan.source->size()), {}};
}

void pause(std::chrono::milliseconds time, const std::stop_token& stop) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(50ms);
    }
}

// One connection after the other, until it is over.
Result<void> persist(const PushPlan& plan, push::Offer offer, ByteView head, PushObserver& observer,
                     const std::stop_token& stop) {
    auto lastGood = std::chrono::steady_clock::now();
    push::ResidueProgress residue;
    bool wasAccepted = false;
    std::string told;
    while (true) {
        PushLine line(plan, offer, head, observer, residue);
        const Result<void> done = line.run(stop);
        if (done || line.isFinal()) return done;
        const auto now = std::chrono::steady_clock::now();
        residue = line.residue();
        // No other session has it.
        if (residue.isOwed()) offer.what = push::What::residue;
        if (line.wasAccepted()) {
            wasAccepted = true;
            offer.session = line.session();
            lastGood = now;
            told.clear();
        }
        // Without a session there is nothing to come back to.
        if (!wasAccepted) return done;
        if (now - lastGood > plan.patience) return done;
        if (done.error().message != told) observer.cut(done.error());
        told = done.error().message;
        pause(kPauseBeforeReturn, stop);
        if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
    }
}

}  // namespace

Result<void> pushToServer(const PushPlan& plan, PushObserver& observer, std::stop_token stop) {
    const OfferedOverlay offered = TRY(readOffer(plan, stop));
    const push::Offer offer{plan.what, offered.id, offered.size, plan.start, plan.forwards, ""};
    return persist(plan, offer, offered.head, observer, stop);
}

Result<void> fetchResidue(const ServerAccess& server, const std::string& session,
                          PushObserver& observer, std::stop_token stop) {
    PushPlan plan;
    plan.server = server;
    push::Offer offer;
    offer.what = push::What::residue;
    offer.session = session;
    return persist(plan, offer, {}, observer, stop);
}

}  // namespace cloudlet
