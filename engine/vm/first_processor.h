// Keeps a thread that asks libvirt about QEMU on one processor: libvirt takes what it knows of
// QEMU for outdated, and starts it twice to look again (two seconds and more), when the CPUID that
// the kernel offers guests differs. It differs between processors, by their number in it.
#pragma once

#include <sched.h>

namespace cloudlet {

// For the rest of the calling thread, on the first processor that it may use. QEMU does not
// inherit it: libvirt gives its child all of them. Without effect if the system refuses.
inline void stayOnFirstProcessor() {
    cpu_set_t allowed;
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    int first = 0;
    while (first < CPU_SETSIZE && !CPU_ISSET(first, &allowed)) ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    ::sched_setaffinity(0, sizeof one, &one);
}

}  // namespace cloudlet
