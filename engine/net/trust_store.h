// Whom a server trusts: its paired devices, and the invitations that are open. One file, of which
// several processes may have a store: the server, and the commands that invite, list and revoke.
// What one writes the others see at their next call. Secrets are kept as SHA-256. Any thread.
//
//   FOLDER/trust.json   mode 0600, replaced whole
//   FOLDER/trust.lock   flock'd by whoever changes it
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/net/role.h"

namespace cloudlet {

using WallTime = std::chrono::system_clock::time_point;

struct Device {
    std::string id;    // 16 hexadecimal digits
    std::string name;  // what it calls itself; escape it
    Role role = Role::viewer;
    Hash token;
    std::int64_t pairedAt = 0;   // seconds since 1970, as all times here
    std::int64_t usedAt = 0;     // to the minute; 0: never
    std::int64_t revokedAt = 0;  // 0: it is not
};

class TrustStore {
public:
    static constexpr std::chrono::minutes kInvitationLasts{10};
    static constexpr std::size_t kMostDevices = 10'000;

    // Makes the folder (0700) if it is missing. Errors: corrupt, permission.
    static Result<TrustStore> open(const fs::path& folder);
    TrustStore(TrustStore&& other) noexcept;
    TrustStore& operator=(TrustStore&&) = delete;

    // Opens the door for one device of that role: the secret that it has to show.
    Result<std::string> invite(Role role, WallTime now);
    // Takes an invitation and gives a token of its own to the device that shows it.
    // Errors: permission, for a secret that is wrong, used or too old, which are not told apart.
    Result<std::string> admit(const std::string& secret, const std::string& name, WallTime now);

    // Errors: permission, for a token that nobody has or that was revoked.
    Result<Device> deviceOf(const std::string& token, WallTime now);
    // Whether the device has not been revoked meanwhile. Reads nothing unless the file changed.
    Result<bool> isTrusted(const std::string& id);

    Result<std::vector<Device>> devices();
    // By id, a beginning of one of at least 4 digits, or the name. Errors: notFound, invalid
    // (several fit), exists (it is revoked already).
    Result<Device> revoke(const std::string& which, WallTime now);

private:
    struct Invitation {
        Hash secret;
        Role role = Role::viewer;
        std::int64_t expiresAt = 0;
    };
    struct Content {
        std::vector<Device> devices;
        std::vector<Invitation> invitations;
    };
    // Which file was read: a replaced one has another inode or time.
    struct Version {
        std::uint64_t inode = 0;
        std::int64_t seconds = 0;
        std::int64_t nanoseconds = 0;
        bool operator==(const Version&) const = default;
    };

    explicit TrustStore(fs::path folder) : m_folder(std::move(folder)) {}

    fs::path file() const { return m_folder / "trust.json"; }
    Result<Version> currentVersion() const;
    Result<void> refresh();
    Result<void> write();
    // change(Content&) returns a Result; what it did is written unless it fails.
    template <typename Change>
    std::invoke_result_t<Change, Content&> update(Change change);
    static Result<Content> parse(std::string_view text);
    static std::string serialize(const Content& content);

    fs::path m_folder;
    std::mutex m_mutex;  // guards the members below
    Version m_version;
    Content m_content;
};

}  // namespace cloudlet
