#include "engine/mount/unmount.h"

#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "engine/base/process.h"

namespace cloudlet {

namespace {

constexpr std::string_view kType = "fuse.cloudletfs";

std::string_view nextWord(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

bool isOctal(char c) {
    return c >= '0' && c <= '7';
}

// The kernel writes blanks and the like as \040.
std::string unescape(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size() && isOctal(text[i + 1]) &&
            isOctal(text[i + 2]) && isOctal(text[i + 3])) {
            const int value =
                (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
            result.push_back(static_cast<char>(value & 0xff));
            i += 3;
        } else {
            result.push_back(text[i]);
        }
    }
    return result;
}

}  // namespace

// 36 35 98:0 /root /mount/point options [optional fields] - type source superblock-options
std::vector<fs::path> mountPointsIn(std::string_view mountInfo) {
    std::vector<fs::path> result;
    while (!mountInfo.empty()) {
        const std::size_t end = std::min(mountInfo.find('\n'), mountInfo.size());
        std::string_view line = mountInfo.substr(0, end);
        mountInfo.remove_prefix(std::min(end + 1, mountInfo.size()));
        for (int skipped = 0; skipped < 4; ++skipped) nextWord(line);
        const std::string_view point = nextWord(line);
        const std::size_t separator = line.find(" - ");
        if (point.empty() || separator == line.npos) continue;
        line.remove_prefix(separator + 3);
        if (nextWord(line) == kType) result.emplace_back(unescape(point));
    }
    return result;
}

Result<std::vector<fs::path>> mountPoints() {
    // Not readWholeFile: what lies in /proc has no size.
    std::ifstream in("/proc/self/mountinfo");
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in && text.empty()) return systemError(errno, "read", "/proc/self/mountinfo");
    return mountPointsIn(text);
}

Result<void> unmount(const fs::path& mountPoint) {
    const auto isMounted = [&]() -> Result<bool> {
        const std::vector<fs::path> mounted = TRY(mountPoints());
        return std::find(mounted.begin(), mounted.end(), mountPoint) != mounted.end();
    };
    if (!TRY(isMounted())) return {};
    if (::umount2(mountPoint.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) return {};
    const int error = errno;
    const Result<ProcessResult> done =
        runProcess({{"fusermount3", "-u", "-z", "--", mountPoint.string()}, {}, {}}, {});
    if (done && done->exitCode == 0) return {};
    if (!TRY(isMounted())) return {};
    return systemError(error, "unmount", mountPoint);
}

}  // namespace cloudlet
