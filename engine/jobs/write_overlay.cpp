#include "engine/jobs/write_overlay.h"

#include <ctime>

#include "engine/base/stopwatch.h"
#include "engine/base/utf8.h"
#include "engine/catalog/catalog.h"
#include "engine/jobs/import_overlay.h"
#include "engine/overlay/compare.h"
#include "engine/overlay/limits.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

namespace {

// A file that is not yet what it is to become: removed unless put in place.
class UnverifiedFile {
public:
    explicit UnverifiedFile(const fs::path& target)
        : m_path(target.parent_path() / ("." + target.filename().string() + ".unverified")),
          m_target(target) {}
    ~UnverifiedFile() {
        std::error_code ignored;
        fs::remove(m_path, ignored);
    }
    UnverifiedFile(const UnverifiedFile&) = delete;
    UnverifiedFile& operator=(const UnverifiedFile&) = delete;

    const fs::path& path() const { return m_path; }
    Result<void> putInPlace() { return renameDurably(m_path, m_target); }

private:
    fs::path m_path;
    fs::path m_target;
};

Result<OverlaySummary> encode(const OverlayRequest& request, const BaseRecord& base,
                              const BaseImages& images, const CapturedVm& captured,
                              const fs::path& file, const Services& services) {
    EncodeInput input{images, captured.disk.image(), captured.memory.image()};
    input.state = captured.state;
    input.title = request.title;
    input.notes = request.notes;
    input.ports = request.ports;
    input.parent = captured.overlay;
    input.machine = base.vm.machine;
    input.preview = captured.preview.size() <= kMostPreviewBytes ? captured.preview : Bytes{};
    input.created = static_cast<std::int64_t>(std::time(nullptr));
    input.diskMayDiffer = &captured.disk.changed();
    input.memoryMayDiffer = &captured.memory.changed();
    return encodeOverlay(input, {.profile = request.profile}, file, services.progress,
                         services.stop);
}

// Decodes the file as it lies on disk and compares every chunk with the captured one.
Result<void> verify(const fs::path& file, const BaseImages& images, const CapturedVm& captured,
                    const Services& services) {
    FileSource source = TRY(FileSource::open(file));
    const OverlayReader reader = TRY(OverlayReader::open(source));
    const OriginalImages originals{captured.disk.image(), captured.memory.image(),
                                   &captured.disk.changed(), &captured.memory.changed()};
    TRY(compareReplay(reader, images, originals, services.progress, services.stop));
    if (TRY(reader.state(images)) != captured.state) {
        return Error{ErrorCode::corrupt,
                     "the overlay does not give back the device state that was saved"};
    }
    return {};
}

}  // namespace

Result<void> checkTexts(const OverlayRequest& request) {
    if (!isDisplayText(request.title, kMostTitleBytes)) {
        return Error{ErrorCode::invalid, "a title is one line of at most " +
                                             std::to_string(kMostTitleBytes) + " bytes of text"};
    }
    if (!isDisplayText(request.notes, kMostNotesBytes, Newlines::allowed)) {
        return Error{ErrorCode::invalid,
                     "notes are text of at most " + std::to_string(kMostNotesBytes) + " bytes"};
    }
    return {};
}

Result<void> writeOverlay(const OverlayRequest& request, const BaseRecord& base,
                          const CapturedVm& captured, CreatedOverlay& report,
                          const Services& services) {
    const BaseImages images = TRY(BaseImages::open(base.files, base.vm, BaseImages::Purpose::encode,
                                                   services.progress, services.stop));
    const Stopwatch encoding;
    UnverifiedFile file(request.output);
    report.overlay = TRY(encode(request, base, images, captured, file.path(), services));
    report.encodeSeconds = encoding.seconds();

    const Stopwatch verifying;
    TRY(verify(file.path(), images, captured, services));
    TRY(file.putInPlace());
    report.verifySeconds = verifying.seconds();
    if (!request.inCatalog) return {};
    const OverlaySummary& overlay = report.overlay;
    return services.catalog.recordOverlay(
        overlayRecordOf(request.output, overlay.manifest, overlay.id, overlay.fileBytes));
}

}  // namespace cloudlet
