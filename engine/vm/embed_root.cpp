#include "engine/vm/embed_root.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "engine/base/file.h"
#include "engine/base/xdg.h"

namespace cloudlet {

namespace {

// The longest socket under it: /lib/qemu/domain-NNN-<20 characters>/monitor.sock of 107 bytes.
constexpr std::size_t kLongestRoot = 50;
constexpr std::size_t kRootNameLength = 8;            // "/r-XXXXXX" without the slash
constexpr std::uint64_t kMostCapabilities = 1 << 20;  // per file; 100 KiB is usual
constexpr const char* kCapabilities = "cache/qemu/capabilities";

// As root, QEMU runs as root too and files are left as they are: the VM's files are ours.
// Without the last, libvirt reads each of a CPU's 400 properties from QEMU by a question of its own
// at every start; without QEMU's list of unavailable features it asks for all of them at once.
constexpr std::string_view kConfiguration =
    "stdio_handler = \"file\"\n"
    "security_driver = \"none\"\n"
    "dynamic_ownership = 0\n"
    "remember_owner = 0\n"
    "cgroup_controllers = [ ]\n"
    "namespaces = [ ]\n"
    "capability_filters = [ \"cpu-unavailable-features\" ]\n";
constexpr std::string_view kRootConfiguration = "user = \"root\"\ngroup = \"root\"\n";

fs::path standInParent() {
    return "/tmp/cloudlet-studio-" + std::to_string(::getuid()) + "/vm";
}

// Only folders named by us are ever removed.
bool isRootOfOurs(const fs::path& path) {
    return path.filename().native().starts_with("r-");
}

fs::path usableParent(const fs::path& parent) {
    return parent.native().size() + 1 + kRootNameLength <= kLongestRoot ? parent : standInParent();
}

// /tmp is everybody's: a folder there that another user made, or could swap, is not used.
Result<void> checkOwned(const fs::path& path) {
    struct stat info {};
    struct stat above {};
    if (::lstat(path.c_str(), &info) != 0) return systemError(errno, "examine", path);
    if (::stat(path.parent_path().c_str(), &above) != 0) {
        return systemError(errno, "examine", path.parent_path());
    }
    const bool own = S_ISDIR(info.st_mode) && info.st_uid == ::getuid() && !(info.st_mode & 022);
    const bool safe = (above.st_uid == ::getuid() || above.st_uid == 0) &&
                      (!(above.st_mode & 022) || (above.st_mode & S_ISVTX));
    if (own && safe) return {};
    return Error{ErrorCode::permission,
                 path.string() + " is not a folder that only this user can write to"};
}

// An exclusive lock; with `wait` false a held one gives an invalid Fd.
Result<Fd> lockFile(const fs::path& path, bool wait) {
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) return systemError(errno, "open", path);
    while (::flock(fd.get(), LOCK_EX | (wait ? 0 : LOCK_NB)) != 0) {
        if (errno == EWOULDBLOCK) return Fd();
        if (errno != EINTR) return systemError(errno, "lock", path);
    }
    return fd;
}

// Held while roots are made or removed, so that none is removed before it has its owner.
Result<Fd> lockParent(const fs::path& parent) {
    TRY(makeDirectories(parent));
    TRY(checkOwned(parent));
    return lockFile(parent / "lock", true);
}

std::vector<fs::path> entries(const fs::path& directory) {
    std::vector<fs::path> paths;
    std::error_code error;
    for (fs::directory_iterator it(directory, error), end; !error && it != end;
         it.increment(error)) {
        paths.push_back(it->path());
    }
    return paths;
}

fs::path keptCapabilities() {
    return cacheDirectory() / "libvirt-capabilities";
}

bool isOlder(const timespec& a, const timespec& b) {
    return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

// Never seen in part, but not synced either, which would cost each start more than it saves: after
// a crash, libvirt finds out.
Result<void> copyQuickly(const fs::path& from, const fs::path& to, const timespec& time) {
    const Bytes bytes = TRY(readWholeFile(from, kMostCapabilities));
    const TemporaryDirectory aside = TRY(TemporaryDirectory::create(to.parent_path(), "part"));
    const fs::path part = aside.path() / to.filename();
    File file = TRY(File::open(part, File::Mode::createNew));
    TRY(file.writeAt(bytes, 0));
    const timespec times[] = {time, time};  // so that it is not copied back as a newer one
    ::utimensat(AT_FDCWD, part.c_str(), times, 0);
    if (::rename(part.c_str(), to.c_str()) == 0) return {};
    return systemError(errno, "put in place", to);
}

// Files that are missing in `to` or older there. libvirt itself checks whether they still hold.
void copyCapabilities(const fs::path& from, const fs::path& to) {
    if (!makeDirectories(to)) return;
    for (const fs::path& path : entries(from)) {
        struct stat source {};
        struct stat target {};
        if (path.extension() != ".xml" || ::lstat(path.c_str(), &source) != 0) continue;
        const fs::path goal = to / path.filename();
        const bool isThere = ::lstat(goal.c_str(), &target) == 0;
        if (isThere && !isOlder(target.st_mtim, source.st_mtim)) continue;
        static_cast<void>(copyQuickly(path, goal, source.st_mtim));
    }
}

// The living QEMU processes of a root, by the pid files that libvirt keeps.
std::vector<QemuProcess> livingIn(const fs::path& root) {
    std::vector<QemuProcess> living;
    for (const fs::path& path : entries(root / "run/qemu")) {
        if (path.extension() != ".pid") continue;
        const Result<Bytes> text = readWholeFile(path, 64);
        if (!text) continue;
        pid_t pid = 0;
        const std::string_view digits = asText(*text);
        std::from_chars(digits.data(), digits.data() + digits.size(), pid);
        std::optional<QemuProcess> process = pid > 1 ? readQemuProcess(pid) : std::nullopt;
        if (process && process->name == path.stem()) living.push_back(*std::move(process));
    }
    return living;
}

}  // namespace

fs::path embedParent() {
    return runtimeDirectory() / "vm";
}

EmbedRoot::EmbedRoot(fs::path path, Fd lock) : m_path(std::move(path)), m_lock(std::move(lock)) {}

EmbedRoot::EmbedRoot(EmbedRoot&& other) noexcept
    : m_path(std::exchange(other.m_path, {})), m_lock(std::move(other.m_lock)) {}

EmbedRoot::~EmbedRoot() {
    if (m_path.empty()) return;
    keepCapabilities();
    const Result<Fd> guard = lockParent(m_path.parent_path());
    std::error_code ignored;  // the next survivors() removes it
    if (guard && isRootOfOurs(m_path) && livingIn(m_path).empty()) fs::remove_all(m_path, ignored);
}

Result<EmbedRoot> EmbedRoot::create(const fs::path& parent) {
    const fs::path place = usableParent(parent);
    static_cast<void>(survivorsIn(place));  // removes what dead processes left; may fail
    Fd guard = TRY(lockParent(place));
    std::string name = (place / "r-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        return systemError(errno, "create a directory in", place);
    }
    Fd lock = TRY(lockFile(fs::path(name) / "owner", true));
    guard.reset();  // the destructor takes it
    EmbedRoot root(name, std::move(lock));
    TRY(makeDirectories(root.path() / "etc"));
    std::string configuration(kConfiguration);
    if (::getuid() == 0) configuration += kRootConfiguration;
    TRY(writeWholeFile(root.path() / "etc/qemu.conf", asBytes(configuration)));
    copyCapabilities(keptCapabilities(), root.path() / kCapabilities);
    return root;
}

Result<EmbedRoot> EmbedRoot::adopt(const fs::path& path) {
    if (!path.is_absolute() || path.native().size() > kLongestRoot) {
        return Error{ErrorCode::invalid, "a libvirt root must have an absolute path of at most " +
                                             std::to_string(kLongestRoot) +
                                             " bytes: " + path.string()};
    }
    const Fd guard = TRY(lockParent(path.parent_path()));
    TRY(checkOwned(path));
    Fd lock = TRY(lockFile(path / "owner", false));
    if (!lock) {
        return Error{ErrorCode::inUse,
                     "the libvirt root " + path.string() + " belongs to a process that runs"};
    }
    return EmbedRoot(path, std::move(lock));
}

void EmbedRoot::keepCapabilities() const {
    copyCapabilities(m_path / kCapabilities, keptCapabilities());
}

Result<std::vector<Survivor>> survivorsIn(const fs::path& parent) {
    std::vector<Survivor> found;
    if (!fs::is_directory(fs::symlink_status(parent))) return found;
    const Fd guard = TRY(lockParent(parent));
    for (const fs::path& root : entries(parent)) {
        if (!isRootOfOurs(root) || !fs::is_directory(fs::symlink_status(root))) continue;
        const Fd lock = TRY(lockFile(root / "owner", false));
        if (!lock) continue;
        const std::vector<QemuProcess> living = livingIn(root);
        for (const QemuProcess& process : living) found.push_back({root, process});
        std::error_code ignored;  // another sweep tries again
        if (living.empty()) fs::remove_all(root, ignored);
    }
    return found;
}

Result<std::vector<Survivor>> survivors() {
    std::vector<Survivor> found = TRY(survivorsIn(embedParent()));
    if (standInParent() == embedParent()) return found;
    for (Survivor& s : TRY(survivorsIn(standInParent()))) found.push_back(std::move(s));
    return found;
}

}  // namespace cloudlet
