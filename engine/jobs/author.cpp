#include "engine/jobs/author.h"

#include <ctime>

#include "engine/base/parallel.h"
#include "engine/base/stopwatch.h"
#include "engine/base/utf8.h"
#include "engine/jobs/capture.h"
#include "engine/jobs/guest.h"
#include "engine/overlay/compare.h"
#include "engine/overlay/limits.h"
#include "engine/overlay/reader.h"
#include "engine/vm/guest_agent.h"

namespace cloudlet {

namespace {

constexpr std::uint32_t kDiskReadahead = 128 << 10;  // Linux's own

// What one capture of a running VM yields.
struct Captured {
    ImageCapture disk;
    ImageCapture memory;
    Bytes state;
    Bytes preview;
};

struct GuestFiles {
    File baseDisk;
    File baseMemory;
    File disk;
    File memory;
};

// The chunks of the disk that the guest wrote or trimmed, as its file system knows.
Result<ChunkSet> changesOfDisk(Guest& guest) {
    ImageChanges changes = TRY(guest.mount().changes(ImageKind::disk));
    ChunkSet& all = changes.modified;
    for (std::uint64_t index = changes.zeroed.next(0); index < changes.zeroed.chunks();
         index = changes.zeroed.next(index + 1)) {
        all.insert(index);
    }
    return std::move(changes.modified);
}

Result<void> updateDisk(Guest& guest, ImageCapture& disk, const Services& services) {
    const ChunkSet candidates = TRY(changesOfDisk(guest));
    return disk.update(services.progress, services.stop, &candidates);
}

Result<GuestFiles> openFiles(const BaseRecord& base, const Guest& guest) {
    return GuestFiles{TRY(File::open(base.files.disk(), File::Mode::read)),
                      TRY(File::open(base.files.memory(), File::Mode::read)),
                      TRY(File::open(guest.disk(), File::Mode::read)),
                      TRY(File::open(guest.memory(), File::Mode::read))};
}

// The part for which the guest stands still.
Result<Bytes> captureStopped(Guest& guest, Captured& captured, const Services& services,
                             double& stoppedSeconds) {
    const Stopwatch began;
    TRY(guest.domain().suspend(services.stop));
    const auto take = [&]() -> Result<Bytes> {
        Bytes state = TRY(guest.domain().captureState(services.stop));
        TRY(captured.memory.update(services.progress, services.stop));
        TRY(updateDisk(guest, captured.disk, services));
        return state;
    };
    Result<Bytes> state = take();
    const Result<void> resumed = guest.domain().resume();
    stoppedSeconds = began.seconds();
    if (!state) return state;
    if (!resumed) return resumed.error();
    return state;
}

Result<Captured> capture(Guest& guest, const GuestFiles& files, const Services& services,
                         double& stoppedSeconds) {
    Captured captured{TRY(ImageCapture::create(files.baseDisk, files.disk, guest.folder())),
                      TRY(ImageCapture::create(files.baseMemory, files.memory, guest.folder())),
                      {},
                      {}};
    services.progress.beginStage("comparing with the base while the guest runs",
                                 TRY(files.memory.allocatedBytes()));
    TRY(captured.memory.update(services.progress, services.stop));
    TRY(updateDisk(guest, captured.disk, services));
    if (Result<Bytes> picture = guest.domain().screenshot(services.stop)) {
        captured.preview = std::move(picture).value();
    }
    services.progress.beginStage("capturing the guest");
    captured.state = TRY(captureStopped(guest, captured, services, stoppedSeconds));
    return captured;
}

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

Result<OverlaySummary> encode(const AuthorRequest& request, const BaseRecord& base,
                              const BaseImages& images, Captured& captured, const fs::path& file,
                              const Services& services) {
    EncodeInput input{images, captured.disk.image(), captured.memory.image()};
    input.state = captured.state;
    input.title = request.title;
    input.notes = request.notes;
    input.ports = request.forwards;
    input.machine = base.vm.machine;
    input.preview = captured.preview.size() <= kMostPreviewBytes ? captured.preview : Bytes{};
    input.created = static_cast<std::int64_t>(std::time(nullptr));
    input.diskMayDiffer = &captured.disk.changed();
    input.memoryMayDiffer = &captured.memory.changed();
    return encodeOverlay(input, {.profile = request.profile}, file, services.progress,
                         services.stop);
}

// Decodes the file as it lies on disk and compares every chunk with the captured one.
Result<void> verify(const fs::path& file, const BaseImages& images, const Captured& captured,
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

// The VM stays for the person to look at; the message says how to reach and how to end it.
Error keptForInspection(Guest& guest, const Error& error) {
    const std::string console = guest.domain().consoleAddress().string();
    const Result<std::string> session = guest.keep();
    if (!session) return {error.code, error.message + "\n" + session.error().message};
    const std::string id = session->substr(0, 8);
    return {error.code, error.message + "\nThe VM is kept as session " + id +
                            ": its console is vnc+unix://" + console +
                            "; end it with: cloudlet stop " + id};
}

// Sets the clock, opens the forwards, lets the customiser work, cleans.
Result<void> letCustomise(const AuthorRequest& request, Guest& guest, AuthorReport& report,
                          const Services& services) {
    TRY(guest.forward(request.forwards));
    (void)GuestAgent(guest.domain()).setTime(services.stop);  // a guest without agent drifts
    TRY(request.customise(guest.domain(), guest.forwards()));
    report.cleaned =
        TRY(cleanIfPossible(guest.domain(), request.cleaning, services.progress, services.stop));
    return {};
}

Result<void> resumeBase(Guest& guest, const BaseRecord& base, AuthorReport& report,
                        const Services& services) {
    const Bytes state = TRY(readWholeFile(base.files.state(), kMostStateBytes));
    services.progress.beginStage("resuming the base");
    const Stopwatch began;
    TRY(guest.resume(guest.disk(), guest.memory(), state));
    report.resumeSeconds = began.seconds();
    return {};
}

Result<void> authorIn(Guest& guest, const AuthorRequest& request, const BaseRecord& base,
                      AuthorReport& report, const Services& services) {
    // The memory in a file of its own, as what the guest writes there is to be captured.
    Guest::MountOptions options;
    options.memory = Guest::Memory::copied;
    options.maxReadahead = kDiskReadahead;
    TRY(guest.mountBase(std::move(options)));
    TRY(resumeBase(guest, base, report, services));
    TRY(letCustomise(request, guest, report, services));
    const GuestFiles files = TRY(openFiles(base, guest));
    Captured captured = TRY(capture(guest, files, services, report.stoppedSeconds));

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
    return {};
}

// What the manifest would refuse after all the work.
Result<void> checkTexts(const AuthorRequest& request) {
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

Result<AuthorReport> authorInOwnVm(const AuthorRequest& request, const Services& services) {
    const BaseRecord base = TRY(services.catalog.findBase(request.base));
    services.progress.beginStage("checking the base", base.vm.diskSize + base.vm.memorySize);
    TRY(services.catalog.checkBase(base.id, services.progress, services.stop));
    TRY(services.hypervisor.checkMachine(base.vm.machine, services.stop));
    Guest guest = TRY(
        Guest::create({SessionKind::author, base.vm.machine, base, {}, request.title}, services));
    AuthorReport report;
    report.baseName = base.name;
    const Result<void> done = authorIn(guest, request, base, report, services);
    if (!done) {
        guest.fail(done.error());
        if (request.onError == OnError::keepVm && guest.isRunning()) {
            return keptForInspection(guest, done.error());
        }
        return done.error();
    }
    const OverlaySummary& overlay = report.overlay;
    TRY(services.catalog.recordOverlay({request.output, overlay.id, base.id, overlay.fileBytes,
                                        request.title, overlay.manifest.created}));
    return report;
}

void rehearseAuthored(const AuthorRequest& request, AuthorReport& report,
                      const Services& services) {
    Result<RehearsalReport> done =
        rehearse({request.output, request.output, *request.rehearseUntil}, services);
    if (!done) {
        services.progress.notice("The overlay is whole, but starts slower: its rehearsal ended (" +
                                 done.error().message + "). Repeat it with cloudlet rehearse.");
        return;
    }
    report.overlay = done->overlay;
    report.rehearsal = std::move(done).value();
}

}  // namespace

Result<AuthorReport> authorOverlay(const AuthorRequest& request, const Services& services) {
    TRY(checkTexts(request));
    AuthorReport report = TRY(authorInOwnVm(request, services));  // whose VM is gone by now
    if (request.rehearseUntil) rehearseAuthored(request, report, services);
    return report;
}

}  // namespace cloudlet
