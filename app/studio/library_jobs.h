// What the Library page lets the engine do, each as the work of a Job. All of the studio's use of
// these engine jobs is here.
#pragma once

#include "app/studio/job.h"
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

}  // namespace cloudlet
