// What the Library page lets the engine do, each as the work of a Job. All of the studio's use of
// these engine jobs is here.
#pragma once

#include <memory>

#include "app/studio/job.h"
#include "app/studio/library.h"
#include "app/studio/studio_services.h"

namespace cloudlet {

// A base by its id, an overlay by its file.
Job::Work verifyBaseWork(StudioServices& services, const QString& id);
Job::Work verifyOverlayWork(StudioServices& services, const QString& file);
Job::Work sampleBaseWork(StudioServices& services);
Job::Work importBaseWork(StudioServices& services, const QString& file);
Job::Work exportBaseWork(StudioServices& services, const QString& id, const QString& file);
// Fails where overlays or running VMs need the base, and names them.
Job::Work deleteBaseWork(StudioServices& services, const QString& id);
Job::Work forgetOverlayWork(StudioServices& services, const QString& file);
Job::Work importOverlayWork(StudioServices& services, const QString& file);
// When the first port it names answers, or after some seconds, it counts as started.
Job::Work rehearseWork(StudioServices& services, const QString& file);
// Replaces what is at `target`, which the caller has asked about.
Job::Work copyOverlayWork(const QString& file, const QString& target);
// Into the desktop's trash; `trashed` then holds its path there. restoreOverlayWork brings it back.
Job::Work trashOverlayWork(StudioServices& services, const QString& file,
                           const std::shared_ptr<QString>& trashed);
Job::Work restoreOverlayWork(StudioServices& services, const LibraryOverlay& overlay,
                             const QString& trashed);
// What helps others to find a fault, `log` among it, as one .tar.gz.
Job::Work bundleWork(StudioServices& services, const QString& file, const QString& log);
Job::Work tagBaseWork(StudioServices& services, const QString& id, const QStringList& tags);
Job::Work tagOverlayWork(StudioServices& services, const QString& file, const QStringList& tags);

}  // namespace cloudlet
