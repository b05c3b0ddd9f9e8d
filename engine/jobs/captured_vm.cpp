#include "engine/jobs/captured_vm.h"

namespace cloudlet {

namespace {

// For the device state and what differs. On a full tmpfs a mapped hole cannot even be read: the
// program would end with a bus error.
constexpr std::uint64_t kLeastSpace = 32 << 20;

}  // namespace

Result<GuestFiles> GuestFiles::open(const Guest& guest) {
    const BaseFiles& base = guest.base().files;
    File baseDisk = TRY(File::open(base.disk(), File::Mode::read));
    File baseMemory = TRY(File::open(base.memory(), File::Mode::read));
    File disk = TRY(File::open(guest.disk(), File::Mode::read));
    File memory = TRY(File::open(guest.memory(), File::Mode::read));
    return GuestFiles{std::move(baseDisk), std::move(baseMemory), std::move(disk),
                      std::move(memory)};
}

Result<CapturedVm> CapturedVm::begin(const Guest& guest, const GuestFiles& files) {
    TRY(guest.checkSpace(kLeastSpace));
    ImageCapture disk = TRY(ImageCapture::create(files.baseDisk, files.disk, guest.folder()));
    ImageCapture memory = TRY(ImageCapture::create(files.baseMemory, files.memory, guest.folder()));
    return CapturedVm{std::move(disk), std::move(memory), {}, {}, guest.overlay()};
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
