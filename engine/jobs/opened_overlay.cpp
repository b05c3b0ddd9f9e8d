#include "engine/jobs/opened_overlay.h"

#include "engine/jobs/synthesise.h"

namespace cloudlet {

OpenedOverlay::OpenedOverlay(std::unique_ptr<FileSource> source, OverlayReader overlay,
                             BaseLease lease, BaseImages base)
    : m_source(std::move(source)),
      m_overlay(std::move(overlay)),
      m_lease(std::move(lease)),
      m_base(std::move(base)) {}

Result<OpenedOverlay> OpenedOverlay::open(const fs::path& path, Catalog& catalog,
                                          const std::string& purpose, Progress& progress,
                                          std::stop_token stop) {
    auto source = std::make_unique<FileSource>(TRY(FileSource::open(path)));
    OverlayReader overlay = TRY(OverlayReader::open(*source));
    const BaseRecord base = TRY(findBaseOf(overlay.manifest(), catalog));
    BaseLease lease = TRY(catalog.leaseBase(base.id, purpose));
    progress.beginStage("checking the base", base.vm.diskSize + base.vm.memorySize);
    TRY(catalog.checkBase(base.id, progress, stop));
    BaseImages images =
        TRY(BaseImages::open(base.files, base.vm, BaseImages::Purpose::decode, progress, stop));
    return OpenedOverlay(std::move(source), std::move(overlay), std::move(lease),
                         std::move(images));
}

}  // namespace cloudlet
