#include "engine/jobs/recognise_file.h"

#include <algorithm>

#include "engine/jobs/base_package.h"
#include "engine/overlay/header.h"

namespace cloudlet {

namespace {

using Kind = RecognisedFile::Kind;
using std::string_view_literals::operator""sv;

// The volume descriptor of a CD begins at sector 16.
constexpr std::size_t kCdAt = 16 * 2048 + 1;
constexpr std::size_t kRead = kCdAt + 5;

struct Magic {
    std::size_t at;
    std::string_view bytes;
    Kind kind;
    const char* text;
};

// In this order: what can be started from a stick has the signature of a disk, too.
constexpr Magic kMagics[] = {
    {0, kOverlayMagic, Kind::overlay, "a VM overlay"},
    {0, package::kMagic, Kind::basePackage, "a base package"},
    {0, "QFI\xfb"sv, Kind::disk, "a qcow2 disk image"},
    {0, "KDMV"sv, Kind::disk, "a VMDK disk image"},
    {0, "vhdxfile"sv, Kind::disk, "a VHDX disk image"},
    {0x40, "\x7f\x10\xda\xbe"sv, Kind::disk, "a VirtualBox disk image"},
    {0, "PK\x03\x04"sv, Kind::unknown, "a zip file"},
    {0, "\x1f\x8b"sv, Kind::unknown, "a gzip file: unpack it first"},
    {0,
     "\xfd"
     "7zXZ\0"sv,
     Kind::unknown, "an xz file: unpack it first"},
    {0, "\x28\xb5\x2f\xfd"sv, Kind::unknown, "a zstd file: unpack it first"},
    {kCdAt, "CD001"sv, Kind::installer, "an image of an installation disc"},
    {512, "EFI PART"sv, Kind::disk, "a raw disk image"},
    {510, "\x55\xaa"sv, Kind::disk, "a raw disk image"},
    {1024 + 0x38, "\x53\xef"sv, Kind::disk, "a raw disk image"},
};

}  // namespace

Result<RecognisedFile> recogniseFile(const fs::path& path) {
    const File file = TRY(File::open(path, File::Mode::read));
    Bytes bytes(std::min<std::uint64_t>(kRead, TRY(file.size())));
    TRY(file.readAt(bytes, 0));
    const std::string_view text = asText(bytes);
    for (const Magic& magic : kMagics) {
        if (text.size() >= magic.at && text.substr(magic.at).starts_with(magic.bytes)) {
            return RecognisedFile{magic.kind, magic.text};
        }
    }
    return RecognisedFile{Kind::unknown,
                          text.empty() ? "an empty file" : "no disk, base or overlay"};
}

}  // namespace cloudlet
