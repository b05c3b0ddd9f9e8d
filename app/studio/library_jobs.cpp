#include "app/studio/library_jobs.h"

#include "app/studio/qt_text.h"
#include "engine/jobs/export_base.h"
#include "engine/jobs/import_base.h"
#include "engine/jobs/sample_base.h"
#include "engine/jobs/synthesise.h"
#include "engine/overlay/base_images.h"
#include "engine/overlay/reader.h"
#include "engine/overlay/replay.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kSampleMemory = 512 << 20;  // as the command line's

Result<BaseId> idOf(const StudioServices& services, const QString& id) {
    return TRY(services.catalog().findBase(id.toStdString())).id;
}

Result<void> verifyOverlayFile(Catalog& catalog, const QString& file, Progress& progress,
                               const std::stop_token& stop) {
    FileSource source = TRY(FileSource::open(toPath(file)));
    const OverlayReader reader = TRY(OverlayReader::open(source));
    const BaseRecord base = TRY(findBaseOf(reader.manifest(), catalog));
    const BaseLease lease = TRY(catalog.leaseBase(base.id, "verifies an overlay"));
    TRY(catalog.checkBase(base.id, progress, stop));
    const BaseImages images =
        TRY(BaseImages::open(base.files, base.vm, BaseImages::Purpose::decode, progress, stop));
    TRY(verifyOverlay(reader, images, progress, stop));
    return {};
}

}  // namespace

Job::Work verifyBaseWork(StudioServices& services, const QString& id) {
    return [&services, id](Progress& progress, const std::stop_token& stop) -> Result<void> {
        const BaseId base = TRY(idOf(services, id));
        return services.catalog().verifyBase(base, progress, stop);
    };
}

Job::Work verifyOverlayWork(StudioServices& services, const QString& file) {
    return [&services, file](Progress& progress, const std::stop_token& stop) {
        return verifyOverlayFile(services.catalog(), file, progress, stop);
    };
}

Job::Work sampleBaseWork(StudioServices& services) {
    return [&services](Progress& progress, const std::stop_token& stop) -> Result<void> {
        SampleBaseRequest request;
        request.machine.memoryBytes = kSampleMemory;
        request.machine.qemuVersion = "0.0";  // known once it runs
        TRY(createSampleBase(request, TRY(services.forJob(progress, stop))));
        return {};
    };
}

Job::Work importBaseWork(StudioServices& services, const QString& file) {
    return [&services, file](Progress& progress, const std::stop_token& stop) -> Result<void> {
        TRY(importBase(services.catalog(), toPath(file), progress, stop));
        return {};
    };
}

Job::Work exportBaseWork(StudioServices& services, const QString& id, const QString& file) {
    return [&services, id, file](Progress& progress, const std::stop_token& stop) -> Result<void> {
        ExportOptions options;
        options.overwrite = true;  // the file dialog has asked
        const BaseId base = TRY(idOf(services, id));
        return exportBase(services.catalog(), base, toPath(file), options, progress, stop);
    };
}

Job::Work deleteBaseWork(StudioServices& services, const QString& id) {
    return [&services, id](Progress& progress, const std::stop_token&) -> Result<void> {
        progress.beginStage("deleting the base");
        return services.catalog().deleteBase(TRY(idOf(services, id)));
    };
}

Job::Work forgetOverlayWork(StudioServices& services, const QString& file) {
    return [&services, file](Progress&, const std::stop_token&) {
        return services.catalog().forgetOverlay(toPath(file));
    };
}

}  // namespace cloudlet
