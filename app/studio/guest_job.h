// What authoring and running have in common: one job in whose middle a guest runs, which pages
// attend through its desk, and of which an overlay can be made, again if that failed or was
// cancelled. GUI thread; what it does runs on its job's thread.
#pragma once

#include <QObject>
#include <functional>
#include <optional>
#include <vector>

#include "app/studio/guest_desk.h"
#include "app/studio/guest_facts.h"
#include "app/studio/job.h"
#include "app/studio/studio_services.h"
#include "engine/jobs/write_overlay.h"

namespace cloudlet {

struct OverlayOrder {
    QString file;
    QString title;
    QString notes;
    bool clean = true;
    Profile profile = Profile::balanced;
    std::vector<PortForward> ports = {};  // none: those that the guest came with
};

class GuestJob : public QObject {
    Q_OBJECT
public:
    enum class Phase { preparing, running, creating, ended };
    Q_ENUM(Phase)

    ~GuestJob() override;

    void start();
    void cancel() { m_job->cancel(); }
    Job& job() const { return *m_job; }
    Phase phase() const { return m_phase; }

    // While the guest runs.
    void setPaused(bool paused);
    void createOverlay(const OverlayOrder& order);
    // The last one.
    const OverlayOrder& overlayOrder() const { return m_order; }
    // While an overlay is made: the guest runs on as it is.
    void cancelCreation() { m_creation.request_stop(); }

Q_SIGNALS:
    void phaseChanged();
    // `reason` is empty where a person wanted it.
    void guestPaused(bool paused, const QString& reason);
    void taskFailed(const QString& message);
    // The guest runs on. `message` is empty if the person cancelled.
    void creationFailed(const QString& message);

protected:
    GuestJob(StudioServices& services, QObject* parent);

    // The whole of it, on the job's thread.
    virtual Result<void> work(Progress& progress, const std::stop_token& stop) = 0;
    // A derived class calls it in its destructor, before what its work() uses is gone.
    void endJob() { m_job.reset(); }

    // These on the job's thread, in work().
    // The guest runs; `ready` is called on the GUI's thread.
    void tellReady(std::function<void()> ready);
    // Attends the guest until somebody calls createOverlay() or desk().leave().
    Result<void> attend(Domain& domain, const std::stop_token& stop);
    // Whether it was createOverlay().
    bool isOverlayWanted() const { return m_wanted.has_value(); }
    // Makes the overlay that is wanted. A cancel of the job cancels it too.
    using Make = std::function<Result<CreatedOverlay>(const OverlayRequest&, const Services&)>;
    Result<CreatedOverlay> create(Domain& domain, const Services& engine, const Make& make);
    // After create(): the guest is attended again.
    void tellFailure(const Error& error);
    static GuestFacts factsOf(Domain& domain, const std::vector<PortForward>& forwards);

    void onGuiThread(std::function<void()> act);
    void setPhase(Phase phase);
    StudioServices& services() const { return m_services; }
    GuestDesk& desk() { return m_desk; }

private:
    // An overlay that somebody wants, and how its making is cancelled.
    struct Wanted {
        OverlayRequest request;
        std::stop_source stop;
    };

    StudioServices& m_services;
    GuestDesk m_desk;
    Phase m_phase = Phase::preparing;
    OverlayOrder m_order;
    std::stop_source m_creation;
    std::optional<Wanted> m_wanted;  // the job's thread only
    std::unique_ptr<Job> m_job;
};

}  // namespace cloudlet
