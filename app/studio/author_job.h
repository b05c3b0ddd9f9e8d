// Authoring as the Author page sees it: start it, work with the guest, see what its overlay would
// weigh, create it. All of the studio's use of AuthorSession is here. GUI thread; what it does runs
// on its job's thread, and the meter on one of its own.
#pragma once

#include <optional>
#include <vector>

#include "app/studio/guest_job.h"
#include "engine/jobs/author_session.h"
#include "engine/overlay/estimate.h"

namespace cloudlet {

struct AuthorOrder {
    QString base;  // name or id
    QString title;
    std::vector<PortForward> forwards;
    // A VM that runs on after an earlier program, to go on in instead of resuming the base.
    std::optional<SessionRecord> left = {};
};

// To go on in the VM of an interrupted session. Blocks. Errors: notFound (its base).
Result<AuthorOrder> orderToGoOn(const Catalog& catalog, const SessionRecord& left);

class AuthorJob : public GuestJob {
    Q_OBJECT
public:
    AuthorJob(StudioServices& services, AuthorOrder order, QObject* parent = nullptr);
    ~AuthorJob() override;

    const AuthorOrder& order() const { return m_start; }
    // REQUIRES: the job is done.
    const CreatedOverlay& created() const { return *m_created; }

    // At the end: whether the VM runs on without this program, as libvirt has gone.
    bool isKept() const { return m_kept; }

    // While the guest runs.
    void runScript(const QString& file);
    void cleanGuest();
    // Closes the forwards that are not among these, and opens those that are new.
    void setForwards(std::vector<PortForward> forwards);

Q_SIGNALS:
    void guestReady(const cloudlet::GuestFacts& facts);
    void forwardsChanged(const QList<cloudlet::ForwardFact>& forwards);
    void guestCleaned(bool cleaned);  // false: its agent does not answer
    void measured(const cloudlet::OverlayEstimate& estimate);

protected:
    Result<void> work(Progress& progress, const std::stop_token& stop) override;

private:
    Result<AuthorSession> begin(const Services& engine);
    Result<void> attendAndMeasure(AuthorSession& session, const std::stop_token& stop);
    Error keepWithoutLibvirt(AuthorSession& session, const Error& error);

    const AuthorOrder m_start;
    AuthorSession* m_session = nullptr;       // the job's thread only
    std::optional<CreatedOverlay> m_created;  // written before the job's end
    bool m_kept = false;                      // likewise
};

}  // namespace cloudlet
