#include "app/studio/library.h"

#include <QHash>
#include <algorithm>

#include "app/studio/qt_text.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

namespace {

// Blocks of the device, which a sparse file has fewer of than its length says.
quint64 allocated(const fs::path& path) {
    const Result<File> file = File::open(path, File::Mode::read);
    if (!file) return 0;
    const Result<std::uint64_t> bytes = file->allocatedBytes();
    return bytes ? *bytes : 0;
}

LibraryBase baseOf(const BaseRecord& record) {
    LibraryBase base;
    base.id = toQt(record.id.hex());
    base.name = toQt(record.name);
    base.diskBytes = record.vm.diskSize;
    base.memoryBytes = record.vm.memorySize;
    base.bytes =
        allocated(record.files.disk()) + allocated(record.files.memory()) + record.vm.stateSize;
    base.created = record.vm.created;
    if (record.state == BaseState::broken) base.problem = toQt(record.problem);
    base.preview = toQt(record.files.preview());
    return base;
}

LibraryOverlay overlayOf(const OverlayRecord& record) {
    LibraryOverlay overlay{toQt(record.path), toQt(record.title), record.size, record.created,
                           record.missing};
    overlay.id = toQt(record.id.hex());
    if (record.parent) overlay.parent = toQt(record.parent->hex());
    return overlay;
}

using Tags = std::map<std::string, std::vector<std::string>>;

QStringList tagsOf(const Tags& all, const std::string& item) {
    QStringList list;
    const auto found = all.find(item);
    if (found == all.end()) return list;
    for (const std::string& tag : found->second) list << toQt(tag);
    return list;
}

}  // namespace

Result<Library> readLibrary(const Catalog& catalog) {
    Library library;
    QHash<QString, qsizetype> places;
    const Tags tags = TRY(catalog.tags());
    const std::vector<BaseRecord> bases = TRY(catalog.bases());
    for (const BaseRecord& record : bases) {
        if (record.state == BaseState::deleting) continue;
        places.insert(toQt(record.id.hex()), library.size());
        library.append(baseOf(record));
        library.last().tags = tagsOf(tags, record.id.hex());
    }
    LibraryBase strangers;
    const std::vector<OverlayRecord> overlays = TRY(catalog.overlays());
    for (const OverlayRecord& record : overlays) {
        const auto place = places.constFind(toQt(record.base.hex()));
        LibraryBase& base = place == places.constEnd() ? strangers : library[*place];
        base.overlays.append(overlayOf(record));
        base.overlays.last().tags = tagsOf(tags, record.path.native());
    }
    if (!strangers.overlays.isEmpty()) library.append(strangers);
    for (LibraryBase& base : library) {
        std::stable_sort(
            base.overlays.begin(), base.overlays.end(),
            [](const LibraryOverlay& a, const LibraryOverlay& b) { return a.created > b.created; });
    }
    return library;
}

QList<qsizetype> parentsOf(const QList<LibraryOverlay>& overlays) {
    QHash<QString, qsizetype> places;
    for (qsizetype i = overlays.size(); i-- > 0;) places.insert(overlays.at(i).id, i);
    QList<qsizetype> parents(overlays.size(), -1);
    for (qsizetype i = 0; i < overlays.size(); ++i) {
        const QString& made = overlays.at(i).parent;
        const qsizetype parent = made.isEmpty() ? -1 : places.value(made, -1);
        // An id names what it is made of, so that only a damaged row leads in a circle.
        qsizetype up = parent;
        while (up >= 0 && up != i) up = parents.at(up);
        if (up < 0) parents[i] = parent;
    }
    return parents;
}

Result<OverlayDetails> readOverlayDetails(const QString& file) {
    FileSource source = TRY(FileSource::open(toPath(file)));
    const OverlayReader reader = TRY(OverlayReader::open(source));
    return OverlayDetails{reader.manifest(), toQt(reader.id().hex()), TRY(source.size())};
}

}  // namespace cloudlet
