// A synthesised VM as the Run page sees it, from the overlay's file to its end, with what it has
// become saved as an overlay of its own where the person wants that. All of the studio's use of
// synthesise() and captureResidue() is here. GUI thread; what it does runs on its job's thread, and
// a watch over the VM on one of its own.
#pragma once

#include "app/studio/guest_job.h"
#include "engine/base/stopwatch.h"

namespace cloudlet {

struct Synthesised;

struct RunFacts {
    GuestFacts guest;
    QString title;
    QString base;
    bool early = false;       // the VM runs while its overlay still arrives
    double placeSeconds = 0;  // not early
    double resumeSeconds = 0;
    double runningSeconds = 0;  // from the click to the running guest
};

// What the VM's file system and its feed tell, while it runs.
struct RunStatus {
    quint64 overlayBytes = 0;
    quint64 fetchedBytes = 0;
    double completeSeconds = 0;  // from the click; 0: not yet
    quint64 demandedChunks = 0;  // the guest waited for them
    quint64 timelyChunks = 0;    // of the overlay, there when the guest first read them
};

class RunJob : public GuestJob {
    Q_OBJECT
public:
    RunJob(StudioServices& services, QString overlay, QObject* parent = nullptr);
    ~RunJob() override;

    // Ends the VM, as pulling the plug would.
    void stop() { desk().leave(); }
    const QString& overlay() const { return m_overlay; }

Q_SIGNALS:
    void guestReady(const cloudlet::RunFacts& facts);
    void answered(int guestPort,
                  double seconds);  // the first TCP port that is open; from the click
    void watched(const cloudlet::RunStatus& status);
    void residueCreated(const cloudlet::CreatedOverlay& created);

protected:
    Result<void> work(Progress& progress, const std::stop_token& stop) override;

private:
    Result<void> run(Synthesised& vm, Progress& progress, const Services& engine);
    Result<void> attendAndWatch(Synthesised& vm, const std::stop_token& stop);
    void watch(Synthesised& vm, const std::stop_token& stop);
    void watchPort(int guestPort);
    RunFacts factsOf(Synthesised& vm, bool early) const;

    const QString m_overlay;
    Stopwatch m_began;             // the click; since then of the job's threads only
    double m_completeSeconds = 0;  // of the watch
};

}  // namespace cloudlet
