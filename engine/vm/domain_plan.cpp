#include "engine/vm/domain_plan.h"

#include <sys/random.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "engine/base/check.h"
#include "engine/base/utf8.h"

namespace cloudlet {

namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestPath = 4000;

Error unusable(const std::string& what, const std::string& rule) {
    return {ErrorCode::invalid, "the domain's " + what + " must " + rule};
}

bool isName(std::string_view text) {
    return !text.empty() && text.size() <= kLongestName && text[0] != '.' && text[0] != '-' &&
           std::ranges::all_of(text, [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
           });
}

// XML cannot carry control characters or bytes that are not UTF-8, not even escaped.
Result<void> checkPath(const std::filesystem::path& path, const std::string& what) {
    if (!path.is_absolute()) return unusable(what, "have an absolute path: " + path.string());
    if (!isDisplayText(path.native(), kLongestPath)) {
        return unusable(what, "have a path of UTF-8 text without control characters");
    }
    return {};
}

}  // namespace

Result<void> DomainPlan::validate() const {
    TRY(machine.validate());
    if (!isName(name)) return unusable("name", "be 1 to 64 letters, digits, '-', '_' or '.'");
    if (!isUuid(uuid)) return unusable("UUID", "be one");
    TRY(checkPath(disk, "disk"));
    TRY(checkPath(memory, "memory"));
    TRY(checkPath(runDirectory, "run directory"));
    if (!cdrom.empty()) TRY(checkPath(cdrom, "CD-ROM image"));
    if (!emulator.empty()) TRY(checkPath(emulator, "emulator"));
    if (runFiles().consoleSocket().native().size() >= sizeof(sockaddr_un::sun_path)) {
        return unusable("run directory", "be shorter than 90 bytes: " + runDirectory.string());
    }
    return {};
}

std::string newUuid() {
    std::array<unsigned char, 16> bytes{};
    CHECK(::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += kDigits[bytes[i] >> 4];
        text += kDigits[bytes[i] & 0x0f];
    }
    return text;
}

bool isUuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const auto c = static_cast<unsigned char>(text[i]);
        if (dash ? c != '-' : std::isxdigit(c) == 0 || std::isupper(c) != 0) return false;
    }
    return true;
}

}  // namespace cloudlet
