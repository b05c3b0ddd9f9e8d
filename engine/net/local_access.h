// How the commands on a server's machine speak with the server that runs there: its port and a
// token that counts for as long as it runs, in a file that only the server's user may read. Any
// thread.
#pragma once

#include <string>

#include "engine/base/file.h"

namespace cloudlet {

struct LocalAccess {
    std::uint16_t port = 0;
    std::string token;  // a secret

    // Of the server with that state folder. Errors: unavailable, if none runs.
    static Result<LocalAccess> read(const fs::path& state);
};

// The file, for as long as this object lives.
class LocalAccessFile {
public:
    static Result<LocalAccessFile> create(const fs::path& state, const LocalAccess& access);
    ~LocalAccessFile();
    LocalAccessFile(LocalAccessFile&& other) noexcept : m_path(std::exchange(other.m_path, {})) {}
    LocalAccessFile& operator=(LocalAccessFile&&) = delete;

private:
    explicit LocalAccessFile(fs::path path) : m_path(std::move(path)) {}

    fs::path m_path;
};

}  // namespace cloudlet
