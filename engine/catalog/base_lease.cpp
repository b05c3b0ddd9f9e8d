#include "engine/catalog/base_lease.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "engine/base/file.h"
#include "engine/base/format.h"

namespace cloudlet {

namespace {

constexpr std::chrono::milliseconds kPatience{300};

}  // namespace

BaseLease::BaseLease(BaseFiles files, FileLock lock, std::optional<Note> note)
    : m_files(std::move(files)), m_lock(std::move(lock)), m_note(std::move(note)) {}

BaseLease::~BaseLease() {
    // A moved-from optional still holds a moved-from note: its lock has no file.
    if (m_note && m_note->lock.fd() >= 0) ::unlink(m_note->path.c_str());
}

Result<BaseLease> BaseLease::take(const CatalogLayout& layout, const BaseId& id,
                                  const std::string& purpose) {
    const BaseFiles files = layout.base(id);
    // A removal holds its exclusive lock from before it moves the folder: either we are first
    // and it is refused, or we see its lock, or the folder is gone.
    // A moment's patience, since a publisher lets go of its lock just after it wrote the row.
    Result<FileLock> lock = FileLock::wait(files.folder, FileLock::Kind::shared, kPatience);
    if (!lock && lock.error().code == ErrorCode::inUse) {
        return Error{ErrorCode::inUse, "the base " + id.shortHex() + " is being removed"};
    }
    return BaseLease(files, TRY(std::move(lock)), writeNote(layout, id, purpose));
}

std::optional<BaseLease::Note> BaseLease::writeNote(const CatalogLayout& layout, const BaseId& id,
                                                    const std::string& purpose) {
    std::string name = (layout.leases() / (id.hex() + "-XXXXXX")).string();
    const Fd fd(::mkostemp(name.data(), O_CLOEXEC));
    if (!fd) return std::nullopt;
    Result<std::optional<FileLock>> lock = FileLock::tryLock(name, FileLock::Kind::exclusive);
    if (!lock || !*lock) return std::nullopt;
    const std::string text = std::to_string(::getpid()) + " (" + purpose.substr(0, 200) + ")";
    [[maybe_unused]] const ssize_t n = ::pwrite(fd.get(), text.data(), text.size(), 0);
    return Note{name, std::move(**lock)};
}

std::vector<std::string> BaseLease::holders(const CatalogLayout& layout, const BaseId& id) {
    std::vector<std::string> result;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(layout.leases(), error)) {
        if (!entry.path().filename().native().starts_with(id.hex())) continue;
        const auto lock = FileLock::tryLock(entry.path(), FileLock::Kind::shared);
        if (!lock || *lock) continue;  // nobody holds it
        const Result<Bytes> text = readWholeFile(entry.path(), 4096);
        if (text) result.push_back("process " + escapeForTerminal(asText(*text), 300));
    }
    return result;
}

}  // namespace cloudlet
