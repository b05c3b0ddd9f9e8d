// Where the parts of a catalog lie under its root, and what its programs say when it fails.
//
//   catalog.db   SQLite: what is known about bases, overlays and sessions
//   lock         flock'd by whoever moves folders (CatalogLock); holds "PID purpose"
//   bases/       one read-only folder for each base, named by its id
//   incoming/    bases being made; each folder is flock'd by its maker. "resume-..." may be
//                continued by another process and stays for a week
//   trash/       what is being removed; "invalid-..." stays for a week
//   leases/      one small flock'd file for each use of a base: "PID purpose"
//   overlays/    overlays the catalog keeps itself
//   run/         one flock'd folder for each running VM
//
// All on one file system, so that a rename moves a base. Any thread.
#pragma once

#include <chrono>
#include <filesystem>

#include "engine/base/result.h"
#include "engine/catalog/file_lock.h"
#include "engine/image/base_vm.h"

namespace cloudlet {

namespace fs = std::filesystem;

struct CatalogLayout {
    fs::path root;  // absolute

    fs::path database() const { return root / "catalog.db"; }
    fs::path lock() const { return root / "lock"; }
    fs::path bases() const { return root / "bases"; }
    fs::path incoming() const { return root / "incoming"; }
    fs::path trash() const { return root / "trash"; }
    fs::path leases() const { return root / "leases"; }
    fs::path overlays() const { return root / "overlays"; }
    BaseFiles base(const BaseId& id) const { return {bases() / id.hex()}; }

    // Where run folders go: run/ under the root, or a folder under runtimeDirectory() if the
    // root is too long for the socket paths below it.
    fs::path run() const;
    // Makes what is missing, mode 0700.
    Result<void> create() const;
    bool isWritable() const;
};

inline constexpr std::chrono::hours kKeepLeftovers{7 * 24};  // resumable imports, invalid bases
inline constexpr const char* kRebuildRemedy =
    "the bases are safe in their own files; run: cloudlet doctor --rebuild-catalog";

// The right to move folders of the catalog. Held for milliseconds, never while hashing.
class CatalogLock {
public:
    // Waits for at most `limit`. Errors: inUse, naming the process that holds it.
    static Result<CatalogLock> acquire(const CatalogLayout& layout, const char* purpose,
                                       std::chrono::milliseconds limit = std::chrono::seconds(5));

private:
    explicit CatalogLock(FileLock lock) : m_lock(std::move(lock)) {}

    FileLock m_lock;
};

}  // namespace cloudlet
