// What the catalog knows, as plain values. Times are seconds since 1970, UTC.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/catalog/process_identity.h"
#include "engine/image/base_vm.h"

namespace cloudlet {

namespace fs = std::filesystem;

// What a file looked like when its content was last known to be right.
struct FileStamp {
    std::string file;  // "disk.raw"
    std::uint64_t size = 0;
    std::int64_t mtimeNs = 0;
    std::int64_t ctimeNs = 0;
    std::uint64_t inode = 0;

    bool operator==(const FileStamp&) const = default;
};

enum class BaseState : std::uint8_t { ready, broken, deleting };

struct BaseRecord {
    BaseId id;
    std::string name;  // in this catalog: vm.name, or "NAME (2)" if that was taken
    BaseVm vm;
    BaseFiles files;
    BaseState state = BaseState::ready;
    std::string problem;            // of a broken base: one sentence with the remedy
    std::int64_t added = 0;         // to this catalog
    std::vector<FileStamp> stamps;  // empty: never verified here (found by a sweep)
};

struct OverlayRecord {
    fs::path path;  // absolute; unique
    Hash id;
    BaseId base;  // need not be in this catalog
    std::uint64_t size = 0;
    std::string title;
    std::int64_t created = 0;
    bool missing = false;                       // no file at the path now; not stored
    std::optional<Hash> parent = std::nullopt;  // the overlay from whose VM it was made
};

enum class SessionKind : std::uint8_t { author, synthesis, base };
enum class SessionState : std::uint8_t { running, closed, failed, lost };

// A VM that runs or ran. What a later start of the program needs to find one that outlived it.
struct SessionRecord {
    std::string id;  // 32 hexadecimal digits
    SessionKind kind = SessionKind::synthesis;
    std::optional<BaseId> base;  // none while a base is being made
    std::optional<Hash> overlay;
    std::string title;
    std::int64_t started = 0;
    std::optional<std::int64_t> ended;
    SessionState state = SessionState::running;
    std::string problem;  // why it failed or was lost
    fs::path runFolder;
    std::string domainUuid;
    std::string domainName;
    std::string hypervisor;       // libvirt URI, or the root of an embedded driver
    std::string forwards = "[]";  // JSON, the caller's
    ProcessIdentity owner;
};

}  // namespace cloudlet
