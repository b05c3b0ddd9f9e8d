#include "engine/catalog/database.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "engine/catalog/layout.h"

namespace cloudlet {

namespace {

std::uint64_t inodeOf(const fs::path& file) {
    struct stat info {};
    return ::stat(file.c_str(), &info) == 0 ? info.st_ino : 0;
}

}  // namespace

Error sqliteError(int code, const char* text, const fs::path& file) {
    const std::string name = "the catalog " + file.string();
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {ErrorCode::inUse,
                    name +
                        " is being written by another program, which does not end: "
                        "try again when it is done"};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {ErrorCode::corrupt,
                    name + " is damaged (" + text + "): " + std::string(kRebuildRemedy)};
        case SQLITE_FULL:
            return {ErrorCode::noSpace, "no space left to write " + name};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return {ErrorCode::permission, name + " may not be written: " + text};
        case SQLITE_CANTOPEN:
            return {errno == EACCES || errno == EROFS ? ErrorCode::permission : ErrorCode::failed,
                    "cannot open " + name + ": " + std::strerror(errno)};
        default:
            return {ErrorCode::failed, name + ": " + text};
    }
}

Database::Database(const fs::path& file, Access access, std::chrono::milliseconds patience)
    : m_file(file),
      m_access(access),
      m_connection(file.native(),
                   access == Access::readOnly ? SQLite::OPEN_READONLY
                                              : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                   static_cast<int>(patience.count())) {
    ::chmod(file.c_str(), 0600);  // fails harmlessly where we may not
    m_inode = inodeOf(file);
}

Result<std::unique_ptr<Database>> Database::open(const fs::path& file, Access access,
                                                 std::chrono::milliseconds patience) {
    // Never a FIFO or a folder under that name: SQLite would wait or say something odd.
    if (fs::exists(fs::symlink_status(file)) && !fs::is_regular_file(fs::symlink_status(file))) {
        return Error{ErrorCode::invalid, file.string() + " is not a regular file"};
    }
    try {
        std::unique_ptr<Database> database(new Database(file, access, patience));
        SQLite::Database& connection = database->m_connection;
        connection.exec("PRAGMA foreign_keys=ON");
        connection.exec("PRAGMA trusted_schema=OFF");
        connection.exec("PRAGMA cell_size_check=ON");
        connection.exec("PRAGMA mmap_size=0");
        // EXTRA also syncs the folder after the journal is gone. We commit a few times a
        // minute and it does 135 a second.
        connection.exec("PRAGMA synchronous=EXTRA");
        if (access == Access::readWrite) connection.exec("PRAGMA journal_mode=DELETE");
        return database;
    } catch (const SQLite::Exception& e) {
        return sqliteError(e.getErrorCode(), e.getErrorStr(), file);
    }
}

Error Database::convert(const SQLite::Exception& exception) const {
    // SQLiteCpp reports a missing column by -1 and its own text.
    const int code = exception.getErrorCode();
    return sqliteError(code < 0 ? SQLITE_ERROR : code, exception.what(), m_file);
}

Result<void> Database::checkInPlace() const {
    if (inodeOf(m_file) == m_inode) return {};
    return Error{ErrorCode::inUse, "the catalog " + m_file.string() +
                                       " was removed or rebuilt by another program: start again"};
}

Result<void> Database::checkWritable() const {
    TRY(checkInPlace());
    if (m_access == Access::readWrite) return {};
    return Error{ErrorCode::permission,
                 "the catalog " + m_file.parent_path().string() + " may only be read by this user"};
}

}  // namespace cloudlet
