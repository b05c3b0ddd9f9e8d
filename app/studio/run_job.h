// A synthesised VM as the Run page sees it, from the overlay's file to its end. All of the
// studio's use of synthesise() is here. GUI thread; what it does runs on its job's thread.
#pragma once

#include "app/studio/guest_job.h"

namespace cloudlet {

struct RunFacts {
    GuestFacts guest;
    QString title;
    QString base;
    double copySeconds = 0;
    double replaySeconds = 0;
    double resumeSeconds = 0;
    double runningSeconds = 0;  // from the click to the running guest
};

class RunJob : public GuestJob {
    Q_OBJECT
public:
    enum class Phase { synthesising, running, ended };
    Q_ENUM(Phase)

    RunJob(StudioServices& services, QString overlay, QObject* parent = nullptr);
    ~RunJob() override;

    // Ends the VM, as pulling the plug would.
    void stop() { desk().leave(); }
    Phase phase() const { return m_phase; }
    const QString& overlay() const { return m_overlay; }

Q_SIGNALS:
    void guestReady(const cloudlet::RunFacts& facts);
    void answered(int guestPort, double seconds);  // the first TCP port the overlay names

protected:
    Result<void> work(Progress& progress, const std::stop_token& stop) override;
    void ended() override { setPhase(Phase::ended); }

private:
    void watchPort(int guestPort, double waited);
    void setPhase(Phase phase);

    const QString m_overlay;
    Phase m_phase = Phase::synthesising;
};

}  // namespace cloudlet
