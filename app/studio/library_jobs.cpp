#include "app/studio/library_jobs.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include "app/studio/qt_text.h"
#include "engine/jobs/diagnostics.h"
#include "engine/jobs/export_base.h"
#include "engine/jobs/import_base.h"
#include "engine/jobs/import_overlay.h"
#include "engine/jobs/opened_overlay.h"
#include "engine/jobs/rehearse.h"
#include "engine/jobs/sample_base.h"
#include "engine/overlay/replay.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kSampleMemory = 512 << 20;  // as the command line's

Result<BaseId> idOf(const StudioServices& services, const QString& id) {
    return TRY(services.catalog().findBase(id.toStdString())).id;
}

std::vector<std::string> textsOf(const QStringList& list) {
    std::vector<std::string> texts;
    for (const QString& each : list) texts.push_back(each.toStdString());
    return texts;
}

// The note beside it that says where the file came from (freedesktop.org's trash).
QString trashNoteOf(const QString& trashed) {
    const QFileInfo file(trashed);
    return file.dir().filePath(QStringLiteral("../info/%1.trashinfo").arg(file.fileName()));
}

}  // namespace

Job::Work verifyBaseWork(StudioServices& services, const QString& id) {
    return [&services, id](Progress& progress, const std::stop_token& stop) -> Result<void> {
        const BaseId base = TRY(idOf(services, id));
        return services.catalog().verifyBase(base, progress, stop);
    };
}

Job::Work verifyOverlayWork(StudioServices& services, const QString& file) {
    return [&services, file](Progress& progress, const std::stop_token& stop) -> Result<void> {
        const OpenedOverlay opened = TRY(OpenedOverlay::open(
            toPath(file), services.catalog(), "verifies an overlay", progress, stop));
        TRY(verifyOverlay(opened.overlay(), opened.base(), progress, stop));
        return {};
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

Job::Work importOverlayWork(StudioServices& services, const QString& file) {
    return [&services, file](Progress&, const std::stop_token&) -> Result<void> {
        TRY(importOverlay(services.catalog(), toPath(file)));
        return {};
    };
}

Job::Work rehearseWork(StudioServices& services, const QString& file) {
    return [&services, file](Progress& progress, const std::stop_token& stop) -> Result<void> {
        RehearsalRequest request;
        request.overlay = toPath(file);
        request.output = request.overlay;
        {
            FileSource source = TRY(FileSource::open(request.overlay));
            request.until = defaultRehearsalEnd(TRY(readManifest(source)).ports);
        }
        TRY(rehearse(request, TRY(services.forJob(progress, stop))));
        return {};
    };
}

Job::Work copyOverlayWork(const QString& file, const QString& target) {
    return [file, target](Progress& progress, const std::stop_token& stop) -> Result<void> {
        const File from = TRY(File::open(toPath(file), File::Mode::read));
        AtomicFile to = TRY(AtomicFile::create(toPath(target)));
        progress.beginStage("copying", TRY(from.size()));
        TRY(copySparse(from, to.file(), progress, stop));
        return to.commit();
    };
}

Job::Work trashOverlayWork(StudioServices& services, const QString& file,
                           const std::shared_ptr<QString>& trashed) {
    return [&services, file, trashed](Progress&, const std::stop_token&) -> Result<void> {
        if (!QFile::moveToTrash(file, trashed.get())) {
            return Error{ErrorCode::failed,
                         file.toStdString() +
                             " cannot be moved to the trash; forget it, or remove "
                             "the file yourself"};
        }
        return services.catalog().forgetOverlay(toPath(file));
    };
}

Job::Work restoreOverlayWork(StudioServices& services, const LibraryOverlay& overlay,
                             const QString& trashed) {
    return [&services, overlay, trashed](Progress&, const std::stop_token&) -> Result<void> {
        if (QFile::exists(overlay.file) || !QFile::rename(trashed, overlay.file)) {
            return Error{ErrorCode::failed, "the overlay cannot be brought back to " +
                                                overlay.file.toStdString() + "; it is in " +
                                                trashed.toStdString()};
        }
        QFile::remove(trashNoteOf(trashed));
        TRY(importOverlay(services.catalog(), toPath(overlay.file)));
        return services.catalog().setTags(toPath(overlay.file), textsOf(overlay.tags));
    };
}

Job::Work bundleWork(StudioServices& services, const QString& file, const QString& log) {
    return [&services, file, log](Progress& progress, const std::stop_token& stop) -> Result<void> {
        progress.beginStage("collecting");
        const std::vector<HostFinding> findings =
            examineHost(services.catalog().layout().root, [&]() -> std::string {
                const Result<Hypervisor*> opened = services.hypervisor(stop);
                return opened ? "" : opened.error().message;
            });
        return writeDiagnostics(toPath(file), findings, &services.catalog(), log.toStdString(),
                                stop);
    };
}

Job::Work tagBaseWork(StudioServices& services, const QString& id, const QStringList& tags) {
    return [&services, id, tags](Progress&, const std::stop_token&) -> Result<void> {
        return services.catalog().setTags(TRY(idOf(services, id)), textsOf(tags));
    };
}

Job::Work tagOverlayWork(StudioServices& services, const QString& file, const QStringList& tags) {
    return [&services, file, tags](Progress&, const std::stop_token&) {
        return services.catalog().setTags(toPath(file), textsOf(tags));
    };
}

}  // namespace cloudlet
