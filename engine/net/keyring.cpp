#include "engine/net/keyring.h"

#include <libsecret/secret.h>

#include <memory>

#include "engine/base/format.h"
#include "engine/vm/blocking_call.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;

constexpr auto kLimit = 10s;
constexpr auto kLimitForPerson = 60s;  // who types a password

const SecretSchema kSchema = {"org.cloudletstudio.Token",
                              SECRET_SCHEMA_NONE,
                              {{"key", SECRET_SCHEMA_ATTRIBUTE_STRING}, {nullptr, {}}},
                              0,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr};

template <typename T>
struct Unref {
    void operator()(T* object) const { g_object_unref(object); }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref<T>>;

// What a call of libsecret fills in if it fails.
class Failure {
public:
    ~Failure() { g_clear_error(&m_error); }
    Failure() = default;
    Failure(const Failure&) = delete;
    Failure& operator=(const Failure&) = delete;

    GError** slot() { return &m_error; }
    bool happened() const { return m_error != nullptr; }
    Error error() const {
        const char* why = m_error != nullptr ? m_error->message : "it does not say why";
        return {ErrorCode::unavailable,
                "the desktop's keyring cannot be used: " + escapeForTerminal(why)};
    }

private:
    GError* m_error = nullptr;
};

// `call` is given what ends it early; nothing else does.
template <typename Call>
auto bounded(Call call, std::chrono::milliseconds limit, std::stop_token stop) {
    const std::shared_ptr<GCancellable> cancellable(g_cancellable_new(), g_object_unref);
    auto result = BlockingCalls().run(
        [cancellable, call = std::move(call)] { return call(cancellable.get()); },
        "the desktop's keyring", limit, std::move(stop));
    if (!result && result.error().code == ErrorCode::timedOut) {
        result = Error{ErrorCode::unavailable, "the desktop's keyring does not answer"};
    }
    if (!result) g_cancellable_cancel(cancellable.get());
    return result;
}

// The keyring that new secrets go to: there, and open.
Result<void> checkOpen(GCancellable* cancellable) {
    Failure failure;
    const Owned<SecretService> service(
        secret_service_get_sync(SECRET_SERVICE_NONE, cancellable, failure.slot()));
    if (!service) return failure.error();
    const Owned<SecretCollection> keyring(
        secret_collection_for_alias_sync(service.get(), SECRET_COLLECTION_DEFAULT,
                                         SECRET_COLLECTION_NONE, cancellable, failure.slot()));
    if (failure.happened()) return failure.error();
    if (!keyring) return Error{ErrorCode::unavailable, "the desktop has no default keyring"};
    if (!secret_collection_get_locked(keyring.get())) return {};
    return Error{ErrorCode::unavailable, "the desktop's keyring is locked"};
}

}  // namespace

Result<void> storeInKeyring(const std::string& key, const std::string& label,
                            const std::string& secret, std::stop_token stop) {
    return bounded(
        [=](GCancellable* cancellable) -> Result<void> {
            TRY(checkOpen(cancellable));
            Failure failure;
            if (secret_password_store_sync(&kSchema, SECRET_COLLECTION_DEFAULT, label.c_str(),
                                           secret.c_str(), cancellable, failure.slot(), "key",
                                           key.c_str(), nullptr)) {
                return {};
            }
            return failure.error();
        },
        kLimit, std::move(stop));
}

Result<std::string> loadFromKeyring(const std::string& key, std::stop_token stop) {
    return bounded(
        [=](GCancellable* cancellable) -> Result<std::string> {
            Failure failure;
            const std::unique_ptr<gchar, decltype(&secret_password_free)> secret(
                secret_password_lookup_sync(&kSchema, cancellable, failure.slot(), "key",
                                            key.c_str(), nullptr),
                secret_password_free);
            if (failure.happened()) return failure.error();
            if (secret) return std::string(secret.get());
            return Error{ErrorCode::notFound, "the desktop's keyring does not hold it"};
        },
        kLimitForPerson, std::move(stop));
}

Result<void> removeFromKeyring(const std::string& key, std::stop_token stop) {
    return bounded(
        [=](GCancellable* cancellable) -> Result<void> {
            Failure failure;
            secret_password_clear_sync(&kSchema, cancellable, failure.slot(), "key", key.c_str(),
                                       nullptr);
            if (failure.happened()) return failure.error();
            return {};
        },
        kLimit, std::move(stop));
}

}  // namespace cloudlet
