// Authoring as the Author page sees it: start it, work with the guest, create the overlay. All of
// the studio's use of authorOverlay() is here. GUI thread; what it does runs on its job's thread.
#pragma once

#include <optional>
#include <vector>

#include "app/studio/guest_job.h"
#include "engine/jobs/author.h"

namespace cloudlet {

struct AuthorOrder {
    QString base;  // name or id
    QString title;
    std::vector<PortForward> forwards;
};

struct OverlayOrder {
    QString file;
    QString title;
    QString notes;
    bool clean = true;
};

class AuthorJob : public GuestJob {
    Q_OBJECT
public:
    enum class Phase { preparing, customising, creating, ended };
    Q_ENUM(Phase)

    AuthorJob(StudioServices& services, AuthorOrder order, QObject* parent = nullptr);
    ~AuthorJob() override;

    Phase phase() const { return m_phase; }
    const AuthorOrder& order() const { return m_order; }
    // REQUIRES: the job is done.
    const AuthorReport& report() const { return *m_report; }

    // While customising.
    void runScript(const QString& file);
    void createOverlay(const OverlayOrder& order);

Q_SIGNALS:
    void guestReady(const cloudlet::GuestFacts& facts);

protected:
    Result<void> work(Progress& progress, const std::stop_token& stop) override;
    void ended() override { setPhase(Phase::ended); }

private:
    Result<void> customise(Domain& domain, const std::vector<PortForward>& forwards,
                           const std::stop_token& stop);
    void setPhase(Phase phase);

    const AuthorOrder m_order;
    Phase m_phase = Phase::preparing;
    AuthorRequest m_request;               // the job's thread only, once started
    std::optional<AuthorReport> m_report;  // written before the job's end
};

}  // namespace cloudlet
