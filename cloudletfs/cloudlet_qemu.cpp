// cloudlet-qemu: executes qemu-system-x86_64 so that the memory of its guest is read in single
// pages. QEMU advises the kernel to use huge pages (MADV_HUGEPAGE) for it, which makes each fault
// in a file read up to 2 MiB around it: all of an overlay, while the guest waits. A filter of
// system calls, which QEMU inherits, answers that advice with EINVAL, which QEMU ignores.
// PR_SET_THP_DISABLE does not help: the read-around depends on the advice alone.
// Everything else, arguments and environment, is passed through.
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>

namespace {

constexpr const char* kQemu = "qemu-system-x86_64";

// if (arch == x86-64 && nr == madvise && (int)advice == MADV_HUGEPAGE) return EINVAL;
bool filterHugePages() {
    sock_filter instructions[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_madvise, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MADV_HUGEPAGE, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog program{sizeof instructions / sizeof *instructions, instructions};
    const auto install = [&] {
        return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
    };
    // Root may do so as it is; others must first give up gaining privileges by exec.
    return install() || (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && install());
}

// The first one in PATH that is not this program under another name; empty if there is none.
std::string findQemu() {
    struct stat self {};
    ::stat("/proc/self/exe", &self);
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "/usr/bin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string candidate = folder + "/" + kQemu;
        struct stat info {};
        if (folder.empty() || ::access(candidate.c_str(), X_OK) != 0 ||
            ::stat(candidate.c_str(), &info) != 0 || !S_ISREG(info.st_mode) ||
            (info.st_dev == self.st_dev && info.st_ino == self.st_ino)) {
            continue;
        }
        return candidate;
    }
    return {};
}

}  // namespace

int main(int, char** argv) {
    const std::string qemu = findQemu();
    if (qemu.empty()) {
        std::fprintf(stderr, "cloudlet-qemu: %s is missing: install the package qemu-system-x86\n",
                     kQemu);
        return 127;
    }
    // Without the filter the guest works, only slower while its overlay arrives.
    if (!filterHugePages()) {
        std::fprintf(stderr, "cloudlet-qemu: huge pages stay on: %s\n", std::strerror(errno));
    }
    std::string name = qemu;
    argv[0] = name.data();
    ::execv(qemu.c_str(), argv);
    std::fprintf(stderr, "cloudlet-qemu: cannot execute %s: %s\n", qemu.c_str(),
                 std::strerror(errno));
    return 126;
}
