// What announcing and discovering share of Avahi. Used by these two only.
#pragma once

#include <avahi-common/error.h>
#include <avahi-common/strlst.h>

#include <string>

#include "engine/base/result.h"
#include "engine/net/service_text.h"

namespace cloudlet {

inline constexpr const char* kServiceType = "_cloudlet._tcp";

inline Error avahiError(const std::string& what, int error) {
    if (error == AVAHI_ERR_NO_DAEMON || error == AVAHI_ERR_DISCONNECTED ||
        error == AVAHI_ERR_DBUS_ERROR) {
        return {ErrorCode::unavailable,
                what + ": no Avahi daemon runs here; install avahi-daemon, or name the server"};
    }
    return {ErrorCode::failed, what + ": " + avahi_strerror(error)};
}

// A ServiceText in Avahi's form.
class ServiceLines {
public:
    explicit ServiceLines(const ServiceText& text) {
        for (const std::string& line : text.lines()) {
            m_list = avahi_string_list_add(m_list, line.c_str());
        }
    }
    ~ServiceLines() { avahi_string_list_free(m_list); }
    ServiceLines(const ServiceLines&) = delete;
    ServiceLines& operator=(const ServiceLines&) = delete;

    AvahiStringList* get() const { return m_list; }

private:
    AvahiStringList* m_list = nullptr;
};

}  // namespace cloudlet
