#include "cloudletfs/privileges.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>

namespace cloudlet {

void keepSecrets() {
    ::umask(077);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__  // its search for leaks traces the process
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void dropPrivileges() {
    if (::geteuid() != 0) return;
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    constexpr std::uint32_t kUnmount = 1U << CAP_SYS_ADMIN;
    sets[0] = {kUnmount, kUnmount, 0};
    // If the system refuses, nothing is worse than before.
    ::syscall(SYS_capset, &header, sets.data());
}

}  // namespace cloudlet
