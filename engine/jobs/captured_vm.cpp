#include "engine/jobs/captured_vm.h"

namespace cloudlet {

namespace {

// For the device state and what differs. On a full tmpfs a mapped hole cannot even be read: the
// program would end with a bus error.
constexpr std::uint64_t kLeastSpace = 32 << 20;

}  // namespace

Result<GuestFiles> GuestFiles::open(const Guest& guest) {
    const BaseFiles& base = guest.base().files;
    return GuestFiles{TRY(File::open(base.disk(), File::Mode::read)),
                      TRY(File::open(base.memory(), File::Mode::read)),
                      TRY(File::open(guest.disk(), File::Mode::read)),
                      TRY(File::open(guest.memory(), File::Mode::read))};
}

Result<CapturedVm> CapturedVm::begin(const Guest& guest, const GuestFiles& files) {
    TRY(guest.checkSpace(kLeastSpace));
    return CapturedVm{TRY(ImageCapture::create(files.baseDisk, files.disk, guest.folder())),
                      TRY(ImageCapture::create(files.baseMemory, files.memory, guest.folder())),
                      {},
                      {},
                      guest.overlay()};
}

void CapturedVm::takePicture(Guest& guest, const Services& services) {
    if (Result<Bytes> picture = guest.domain().screenshot(services.stop)) {
        preview = std::move(picture).value();
    }
}

Result<void> CapturedVm::updateDisk(Guest& guest, const Services& services) {
    const ChunkSet candidates = TRY(guest.mount().changes(ImageKind::disk)).all();
    return disk.update(services.progress, services.stop, &candidates);
}

}  // namespace cloudlet
