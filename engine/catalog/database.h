// One SQLite connection. The only place that sees SQLite's exceptions: read() and write() turn
// them into errors, and what is called inside their bodies may throw SQLite::Exception.
// Any thread; bodies run one at a time, so a body must be short and must not call back here.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "engine/base/file.h"
#include "engine/base/result.h"

namespace cloudlet {

// What a result code of SQLite means to us; `text` is SQLite's sentence.
Error sqliteError(int code, const char* text, const fs::path& file);

class Database {
public:
    enum class Access { readOnly, readWrite };

    // Creates the file if it is missing and access is readWrite. Does not look inside: see
    // schema.h. Rollback journal, not WAL: SQLite 3.7.0 to 3.51.2 can corrupt a WAL.
    // Errors: permission, inUse, corrupt (with the remedy).
    static Result<std::unique_ptr<Database>> open(
        const fs::path& file, Access access,
        std::chrono::milliseconds patience = std::chrono::seconds(5));

    const fs::path& file() const { return m_file; }
    bool isReadOnly() const { return m_access == Access::readOnly; }

    // body(SQLite::Database&) returns a Result. REQUIRES: it changes nothing.
    // Errors: of the body; inUse after `patience` of somebody else's write; corrupt.
    template <typename Body>
    std::invoke_result_t<Body, SQLite::Database&> read(Body body) {
        const std::lock_guard lock(m_mutex);
        try {
            TRY(checkInPlace());
            return body(m_connection);
        } catch (const SQLite::Exception& e) {
            return convert(e);
        }
    }

    // The same in one transaction that is durable on return, or undone on error.
    template <typename Body>
    std::invoke_result_t<Body, SQLite::Database&> write(Body body) {
        const std::lock_guard lock(m_mutex);
        try {
            TRY(checkWritable());
            SQLite::Transaction transaction(m_connection, SQLite::TransactionBehavior::IMMEDIATE);
            auto result = body(m_connection);
            if (result) transaction.commit();
            return result;
        } catch (const SQLite::Exception& e) {
            return convert(e);
        }
    }

    // Outside any transaction, for pragmas and VACUUM.
    template <typename Body>
    std::invoke_result_t<Body, SQLite::Database&> plainly(Body body) {
        const std::lock_guard lock(m_mutex);
        try {
            return body(m_connection);
        } catch (const SQLite::Exception& e) {
            return convert(e);
        }
    }

private:
    Database(const fs::path& file, Access access, std::chrono::milliseconds patience);

    Error convert(const SQLite::Exception& exception) const;
    // Errors: inUse, if another program has put a rebuilt database in place of ours.
    Result<void> checkInPlace() const;
    Result<void> checkWritable() const;

    fs::path m_file;
    Access m_access;
    std::uint64_t m_inode = 0;
    std::mutex m_mutex;  // guards m_connection
    SQLite::Database m_connection;
};

}  // namespace cloudlet
