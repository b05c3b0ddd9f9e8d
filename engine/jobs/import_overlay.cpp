#include "engine/jobs/import_overlay.h"

namespace cloudlet {

OverlayRecord overlayRecordOf(const fs::path& path, const Manifest& manifest, const Hash& id,
                              std::uint64_t bytes) {
    OverlayRecord record;
    record.path = path;
    record.id = id;
    record.base = manifest.base.id;
    record.size = bytes;
    record.title = manifest.title;
    record.created = manifest.created;
    record.parent = manifest.parent;
    return record;
}

Result<OverlayRecord> importOverlay(Catalog& catalog, const fs::path& path) {
    FileSource source = TRY(FileSource::open(path));
    const OverlayReader overlay = TRY(OverlayReader::open(source));
    const OverlayRecord record =
        overlayRecordOf(path, overlay.manifest(), overlay.id(), TRY(source.size()));
    TRY(catalog.recordOverlay(record));
    return record;
}

}  // namespace cloudlet
