#include <avahi-client/client.h>
#include <avahi-client/publish.h>
#include <avahi-common/alternative.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-common/thread-watch.h>
#include <avahi-common/timeval.h>

#include "engine/net/avahi.h"
#include "engine/net/discovery.h"

namespace cloudlet {

namespace {

constexpr unsigned kRefreshMs = 30'000;   // how late others learn of a new base
constexpr std::size_t kLongestName = 63;  // of a DNS label

}  // namespace

// All callbacks run on the poll's thread.
class Announcement::Avahi {
public:
    Avahi(const std::string& name, std::uint16_t port, const Hash& fingerprint,
          std::function<std::uint32_t()> bases)
        : m_name(name.substr(0, kLongestName)), m_port(port), m_bases(std::move(bases)) {
        m_text.fingerprint = fingerprint;
    }
    ~Avahi() {
        if (m_poll == nullptr) return;
        avahi_threaded_poll_stop(m_poll);
        if (m_client != nullptr) avahi_client_free(m_client);  // and its group: a goodbye is sent
        avahi_threaded_poll_free(m_poll);
    }
    Avahi(const Avahi&) = delete;
    Avahi& operator=(const Avahi&) = delete;

    Result<void> start() {
        m_poll = avahi_threaded_poll_new();
        if (m_poll == nullptr) return Error{ErrorCode::failed, "cannot announce the server"};
        const AvahiPoll* poll = avahi_threaded_poll_get(m_poll);
        int error = 0;
        avahi_client_new(poll, AVAHI_CLIENT_NO_FAIL, onClient, this, &error);
        if (m_client == nullptr) return avahiError("cannot announce the server", error);
        timeval next{};
        avahi_elapse_time(&next, kRefreshMs, 0);
        m_refresh = poll->timeout_new(poll, &next, onRefresh, this);
        if (avahi_threaded_poll_start(m_poll) < 0) {
            return Error{ErrorCode::failed, "cannot announce the server: no thread"};
        }
        return {};
    }

private:
    static void onClient(AvahiClient* client, AvahiClientState state, void* self) {
        Avahi& avahi = *static_cast<Avahi*>(self);
        avahi.m_client = client;
        switch (state) {
            case AVAHI_CLIENT_S_RUNNING:
                avahi.publish();
                break;
            case AVAHI_CLIENT_S_COLLISION:
            case AVAHI_CLIENT_S_REGISTERING:
                if (avahi.m_group != nullptr) avahi_entry_group_reset(avahi.m_group);
                break;
            case AVAHI_CLIENT_FAILURE:
                avahi.comeBack();
                break;
            default:
                break;
        }
    }

    // The daemon has gone: a client that waits for the next one.
    void comeBack() {
        if (avahi_client_errno(m_client) != AVAHI_ERR_DISCONNECTED) return;
        avahi_client_free(m_client);  // and the group
        m_client = nullptr;
        m_group = nullptr;
        int ignored = 0;
        avahi_client_new(avahi_threaded_poll_get(m_poll), AVAHI_CLIENT_NO_FAIL, onClient, this,
                         &ignored);
    }

    static void onGroup(AvahiEntryGroup*, AvahiEntryGroupState state, void* self) {
        if (state == AVAHI_ENTRY_GROUP_COLLISION) static_cast<Avahi*>(self)->rename();
    }

    void rename() {
        char* other = avahi_alternative_service_name(m_name.c_str());
        m_name = other;
        avahi_free(other);
        publish();
    }

    void publish() {
        if (m_group == nullptr) m_group = avahi_entry_group_new(m_client, onGroup, this);
        if (m_group == nullptr) return;
        avahi_entry_group_reset(m_group);
        m_text.bases = m_bases();
        const ServiceLines lines(m_text);
        const int added = avahi_entry_group_add_service_strlst(
            m_group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, AvahiPublishFlags(0), m_name.c_str(),
            kServiceType, nullptr, nullptr, m_port, lines.get());
        if (added == AVAHI_ERR_COLLISION) return rename();
        if (added == AVAHI_OK) avahi_entry_group_commit(m_group);
    }

    static void onRefresh(AvahiTimeout* timeout, void* self) {
        Avahi& avahi = *static_cast<Avahi*>(self);
        timeval next{};
        avahi_elapse_time(&next, kRefreshMs, 0);
        avahi_threaded_poll_get(avahi.m_poll)->timeout_update(timeout, &next);
        const std::uint32_t bases = avahi.m_bases();
        if (bases == avahi.m_text.bases || avahi.m_group == nullptr) return;
        avahi.m_text.bases = bases;
        const ServiceLines lines(avahi.m_text);
        avahi_entry_group_update_service_txt_strlst(
            avahi.m_group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, AvahiPublishFlags(0),
            avahi.m_name.c_str(), kServiceType, nullptr, lines.get());
    }

    std::string m_name;
    const std::uint16_t m_port;
    const std::function<std::uint32_t()> m_bases;
    ServiceText m_text;
    AvahiThreadedPoll* m_poll = nullptr;
    AvahiClient* m_client = nullptr;
    AvahiEntryGroup* m_group = nullptr;
    AvahiTimeout* m_refresh = nullptr;  // ends with the poll
};

Announcement::Announcement(std::unique_ptr<Avahi> avahi) : m_avahi(std::move(avahi)) {}
Announcement::~Announcement() = default;

Result<std::unique_ptr<Announcement>> Announcement::start(const std::string& name,
                                                          std::uint16_t port,
                                                          const Hash& fingerprint,
                                                          std::function<std::uint32_t()> bases) {
    auto avahi = std::make_unique<Avahi>(name, port, fingerprint, std::move(bases));
    TRY(avahi->start());
    return std::unique_ptr<Announcement>(new Announcement(std::move(avahi)));
}

}  // namespace cloudlet
