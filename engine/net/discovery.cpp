#include "engine/net/discovery.h"

#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-common/address.h>
#include <avahi-common/simple-watch.h>

#include <algorithm>

#include "engine/net/avahi.h"

namespace cloudlet {

namespace {

constexpr int kStepMs = 100;                // between two looks at the stop token
constexpr std::size_t kMostServers = 1000;  // that a hostile neighbour can make us keep

struct PollEnd {
    void operator()(AvahiSimplePoll* poll) const { avahi_simple_poll_free(poll); }
};
struct ClientEnd {
    void operator()(AvahiClient* client) const { avahi_client_free(client); }
};

// One listening; its browser and resolvers end with the client.
struct Listening {
    std::unique_ptr<AvahiSimplePoll, PollEnd> poll;
    std::unique_ptr<AvahiClient, ClientEnd> client;
    std::vector<FoundServer> found;
    int error = AVAHI_OK;

    void fail(int reason) {
        error = reason;
        avahi_simple_poll_quit(poll.get());
    }
    void keep(FoundServer server) {
        const auto same = [&](const FoundServer& other) {
            return other.name == server.name && other.text.fingerprint == server.text.fingerprint;
        };
        const auto known = std::find_if(found.begin(), found.end(), same);
        if (known == found.end()) {
            if (found.size() < kMostServers) found.push_back(std::move(server));
            return;
        }
        // Of its addresses the IPv4 one: it needs no link to be named with it.
        if (known->address.host.find(':') != std::string::npos) *known = std::move(server);
    }
};

void onClient(AvahiClient* client, AvahiClientState state, void* listening) {
    if (state != AVAHI_CLIENT_FAILURE) return;
    static_cast<Listening*>(listening)->fail(avahi_client_errno(client));
}

std::vector<std::string> linesOf(AvahiStringList* text) {
    std::vector<std::string> lines;
    for (; text != nullptr; text = avahi_string_list_get_next(text)) {
        lines.emplace_back(reinterpret_cast<const char*>(avahi_string_list_get_text(text)),
                           avahi_string_list_get_size(text));
    }
    return lines;
}

void onResolved(AvahiServiceResolver* resolver, AvahiIfIndex interface, AvahiProtocol,
                AvahiResolverEvent event, const char* name, const char*, const char*, const char*,
                const AvahiAddress* address, std::uint16_t port, AvahiStringList* text,
                AvahiLookupResultFlags, void* listening) {
    const std::optional<ServiceText> read =
        event == AVAHI_RESOLVER_FOUND ? ServiceText::parse(linesOf(text)) : std::nullopt;
    if (read && port != 0) {
        char host[AVAHI_ADDRESS_STR_MAX] = {};
        avahi_address_snprint(host, sizeof host, address);
        FoundServer server{name, {host, port}, *read};
        // A link-local address is of no use without its link.
        if (server.address.host.starts_with("fe80:")) {
            server.address.host += "%" + std::to_string(interface);
        }
        static_cast<Listening*>(listening)->keep(std::move(server));
    }
    avahi_service_resolver_free(resolver);
}

void onBrowsed(AvahiServiceBrowser* browser, AvahiIfIndex interface, AvahiProtocol protocol,
               AvahiBrowserEvent event, const char* name, const char* type, const char* domain,
               AvahiLookupResultFlags, void* listening) {
    Listening& self = *static_cast<Listening*>(listening);
    AvahiClient* client = avahi_service_browser_get_client(browser);
    if (event == AVAHI_BROWSER_FAILURE) return self.fail(avahi_client_errno(client));
    if (event != AVAHI_BROWSER_NEW) return;
    avahi_service_resolver_new(client, interface, protocol, name, type, domain, protocol,
                               AvahiLookupFlags(0), onResolved, listening);
}

}  // namespace

Result<std::vector<FoundServer>> discoverServers(std::chrono::milliseconds howLong,
                                                 std::stop_token stop) {
    const std::string what = "cannot look for servers on the local network";
    Listening self;
    self.poll.reset(avahi_simple_poll_new());
    if (!self.poll) return Error{ErrorCode::failed, what};
    int error = AVAHI_OK;
    self.client.reset(avahi_client_new(avahi_simple_poll_get(self.poll.get()), AvahiClientFlags(0),
                                       onClient, &self, &error));
    if (!self.client) return avahiError(what, error);
    if (avahi_service_browser_new(self.client.get(), AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC,
                                  kServiceType, nullptr, AvahiLookupFlags(0), onBrowsed,
                                  &self) == nullptr) {
        return avahiError(what, avahi_client_errno(self.client.get()));
    }
    const auto end = std::chrono::steady_clock::now() + howLong;
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < end) {
        if (avahi_simple_poll_iterate(self.poll.get(), kStepMs) != 0) break;
    }
    if (self.error != AVAHI_OK) return avahiError(what, self.error);
    std::sort(self.found.begin(), self.found.end(), [](const auto& a, const auto& b) {
        return std::tie(a.name, a.text.fingerprint) < std::tie(b.name, b.text.fingerprint);
    });
    return self.found;
}

}  // namespace cloudlet
