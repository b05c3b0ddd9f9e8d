#include "engine/net/trust_store.h"

#include <sys/stat.h>

#include <algorithm>

#include "engine/base/format.h"
#include "engine/base/json.h"
#include "engine/base/utf8.h"
#include "engine/catalog/file_lock.h"
#include "engine/net/secret.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kLongestFile = 8 << 20;  // of 10,000 devices
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kShortestPrefix = 4;
constexpr std::int64_t kLastSecond = 253'402'300'799;  // of the year 9999
constexpr std::int64_t kUsedAtStep = 60;               // not a write for each request

std::int64_t secondsOf(WallTime time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

Result<std::int64_t> timeField(const json::Object& object, std::string_view key) {
    const std::uint64_t value =
        TRY(json::number(object, key, static_cast<std::uint64_t>(kLastSecond)));
    return static_cast<std::int64_t>(value);
}

Result<Role> roleField(const json::Object& object) {
    const std::optional<Role> role = roleFromText(TRY(json::string(object, "role")));
    if (!role) return Error{ErrorCode::corrupt, "field \"role\" is none of the roles"};
    return *role;
}

Result<Device> readDevice(const json::Object& object) {
    Device device;
    device.id = TRY(json::string(object, "id"));
    device.name = TRY(json::string(object, "name"));
    device.role = TRY(roleField(object));
    device.token = TRY(json::hash(object, "token"));
    device.pairedAt = TRY(timeField(object, "pairedAt"));
    device.usedAt = TRY(timeField(object, "usedAt"));
    device.revokedAt = TRY(timeField(object, "revokedAt"));
    return device;
}

Error refusedSecret() {
    return {ErrorCode::permission,
            "the pairing link is wrong, used, or older than 10 minutes; make a new one with "
            "\"synthesis_server pair\""};
}

Error refusedToken() {
    return {ErrorCode::permission,
            "this device is not paired with the server, or no longer; pair it with the link that "
            "\"synthesis_server pair\" prints there"};
}

}  // namespace

Result<TrustStore> TrustStore::open(const fs::path& folder) {
    TRY(makeDirectories(folder));
    TrustStore store(folder);
    TRY(store.refresh());
    return store;
}

TrustStore::TrustStore(TrustStore&& other) noexcept
    : m_folder(std::move(other.m_folder)),
      m_version(other.m_version),
      m_content(std::move(other.m_content)) {}

Result<TrustStore::Version> TrustStore::currentVersion() const {
    struct stat info {};
    if (::lstat(file().c_str(), &info) != 0) {
        if (errno == ENOENT) return Version{};
        return systemError(errno, "examine", file());
    }
    if (!S_ISREG(info.st_mode)) {
        return Error{ErrorCode::invalid, file().string() + " is not a regular file"};
    }
    return Version{info.st_ino, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
}

// REQUIRES: m_mutex is held, or nobody else has the store yet.
Result<void> TrustStore::refresh() {
    const Version version = TRY(currentVersion());
    if (version == m_version) return {};
    Content content;
    if (version != Version{}) {
        const Bytes bytes = TRY(readWholeFile(file(), kLongestFile));
        Result<Content> parsed = parse(asText(bytes));
        if (!parsed) {
            return withContext(parsed.error(), file().string() +
                                                   " is damaged; restore it, or remove it and "
                                                   "pair all devices again");
        }
        content = std::move(*parsed);
    }
    m_content = std::move(content);
    m_version = version;
    return {};
}

Result<void> TrustStore::write() {
    TRY(writeWholeFile(file(), asBytes(serialize(m_content))));
    m_version = TRY(currentVersion());
    return {};
}

template <typename Change>
std::invoke_result_t<Change, TrustStore::Content&> TrustStore::update(Change change) {
    const std::lock_guard guard(m_mutex);
    const fs::path lockFile = m_folder / "trust.lock";
    const Result<File> made = File::open(lockFile, File::Mode::createNew);
    if (!made && made.error().code != ErrorCode::exists) return made.error();
    const FileLock lock =
        TRY(FileLock::wait(lockFile, FileLock::Kind::exclusive, std::chrono::seconds(5)));
    TRY(refresh());
    Content before = m_content;
    auto result = change(m_content);
    const Result<void> written = result ? write() : Result<void>();
    if (!result || !written) m_content = std::move(before);
    if (!written) return written.error();
    return result;
}

Result<std::string> TrustStore::invite(Role role, WallTime now) {
    const std::string secret = TRY(randomSecret());
    TRY(update([&](Content& content) -> Result<void> {
        const std::int64_t today = secondsOf(now);
        std::erase_if(content.invitations,
                      [&](const Invitation& old) { return old.expiresAt <= today; });
        const auto lasts = std::chrono::seconds(kInvitationLasts).count();
        content.invitations.push_back({hashOfSecret(secret), role, today + lasts});
        return {};
    }));
    return secret;
}

Result<std::string> TrustStore::admit(const std::string& secret, const std::string& name,
                                      WallTime now) {
    if (!looksLikeSecret(secret)) return refusedSecret();
    if (name.empty() || !isDisplayText(name, kLongestName)) {
        return Error{ErrorCode::invalid, "a device's name is text of 1 to 64 bytes on one line"};
    }
    const std::string token = TRY(randomSecret());
    const std::string id = hashOfSecret(TRY(randomSecret())).hex().substr(0, kIdDigits);
    TRY(update([&](Content& content) -> Result<void> {
        const Hash shown = hashOfSecret(secret);
        const auto found = std::find_if(
            content.invitations.begin(), content.invitations.end(),
            [&](const Invitation& invitation) { return sameHash(invitation.secret, shown); });
        const std::int64_t today = secondsOf(now);
        if (found == content.invitations.end() || found->expiresAt <= today) return refusedSecret();
        if (content.devices.size() >= kMostDevices) {
            return Error{ErrorCode::noSpace, "the server has as many paired devices as it can"};
        }
        content.devices.push_back({id, name, found->role, hashOfSecret(token), today, 0, 0});
        content.invitations.erase(found);
        return {};
    }));
    return token;
}

Result<Device> TrustStore::deviceOf(const std::string& token, WallTime now) {
    if (!looksLikeSecret(token)) return refusedToken();
    const Hash shown = hashOfSecret(token);
    const auto find = [&](Content& content) -> Device* {
        for (Device& device : content.devices) {
            if (sameHash(device.token, shown)) return device.revokedAt == 0 ? &device : nullptr;
        }
        return nullptr;
    };
    const std::int64_t today = secondsOf(now);
    Device known;
    {
        const std::lock_guard lock(m_mutex);
        TRY(refresh());
        const Device* device = find(m_content);
        if (device == nullptr) return refusedToken();
        if (today < device->usedAt + kUsedAtStep) return *device;
        known = *device;
    }
    Result<Device> noted = update([&](Content& content) -> Result<Device> {
        Device* device = find(content);
        if (device == nullptr) return refusedToken();
        device->usedAt = today;
        return *device;
    });
    // Only that the time cannot be noted (a full disk) is no reason to refuse.
    if (!noted && noted.error().code != ErrorCode::permission) return known;
    return noted;
}

Result<bool> TrustStore::isTrusted(const std::string& id) {
    const std::lock_guard lock(m_mutex);
    TRY(refresh());
    return std::any_of(
        m_content.devices.begin(), m_content.devices.end(),
        [&](const Device& device) { return device.id == id && device.revokedAt == 0; });
}

Result<std::vector<Device>> TrustStore::devices() {
    const std::lock_guard lock(m_mutex);
    TRY(refresh());
    return m_content.devices;
}

Result<Device> TrustStore::revoke(const std::string& which, WallTime now) {
    return update([&](Content& content) -> Result<Device> {
        Device* found = nullptr;
        for (Device& device : content.devices) {
            const bool fits = device.name == which ||
                              (which.size() >= kShortestPrefix && device.id.starts_with(which));
            if (!fits) continue;
            if (found != nullptr && found->revokedAt == 0 && device.revokedAt == 0) {
                return Error{ErrorCode::invalid, "several devices are called \"" +
                                                     escapeForTerminal(which) +
                                                     "\"; give the id that list-token shows"};
            }
            if (found == nullptr || device.revokedAt == 0) found = &device;
        }
        if (found == nullptr) {
            return Error{ErrorCode::notFound,
                         "no device is called \"" + escapeForTerminal(which) + "\""};
        }
        if (found->revokedAt != 0) {
            return Error{ErrorCode::exists, "the device was revoked before"};
        }
        found->revokedAt = secondsOf(now);
        return *found;
    });
}

Result<TrustStore::Content> TrustStore::parse(std::string_view text) {
    const json::Object object = TRY(json::parseObject(text, "the list of devices"));
    if (TRY(json::number(object, "version", 1)) != 1) {
        return Error{ErrorCode::unsupported, "its version is not 1"};
    }
    Content content;
    for (const json::Value& value : *TRY(json::array(object, "devices"))) {
        if (!value.is_object()) return Error{ErrorCode::corrupt, "a device is not an object"};
        content.devices.push_back(TRY(readDevice(value.get_object())));
    }
    for (const json::Value& value : *TRY(json::array(object, "invitations"))) {
        if (!value.is_object()) return Error{ErrorCode::corrupt, "an invitation is not an object"};
        const json::Object& invitation = value.get_object();
        content.invitations.push_back({TRY(json::hash(invitation, "secret")),
                                       TRY(roleField(invitation)),
                                       TRY(timeField(invitation, "expiresAt"))});
    }
    return content;
}

std::string TrustStore::serialize(const Content& content) {
    json::Array devices;
    for (const Device& device : content.devices) {
        devices.push_back(json::Object{{"id", device.id},
                                       {"name", device.name},
                                       {"role", toString(device.role)},
                                       {"token", device.token.hex()},
                                       {"pairedAt", device.pairedAt},
                                       {"usedAt", device.usedAt},
                                       {"revokedAt", device.revokedAt}});
    }
    json::Array invitations;
    for (const Invitation& invitation : content.invitations) {
        invitations.push_back(json::Object{{"secret", invitation.secret.hex()},
                                           {"role", toString(invitation.role)},
                                           {"expiresAt", invitation.expiresAt}});
    }
    return json::serialize(
        json::Object{{"version", 1}, {"devices", devices}, {"invitations", invitations}});
}

}  // namespace cloudlet
