// What a domain is made of: the machine, and where its files lie on this host. Plain values,
// written by our own program only; nothing of it comes from an overlay but the MachineSpec.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/image/machine_spec.h"

namespace cloudlet {

// The files in a domain's run directory.
struct RunFiles {
    std::filesystem::path folder;

    std::filesystem::path consoleSocket() const { return folder / "console.sock"; }
    std::filesystem::path serialSocket() const { return folder / "serial.sock"; }
    std::filesystem::path serialLog() const { return folder / "serial.log"; }
    std::filesystem::path agentSocket() const { return folder / "agent.sock"; }
    std::filesystem::path restoreImage() const { return folder / "restore.img"; }
};

// What the VMs' user network reaches.
struct GuestNetwork {
    enum class Reach {
        open,          // whatever the host reaches
        forwardsOnly,  // nothing: no host, no LAN, no internet; it only answers on its forwards
    };
    Reach reach = Reach::open;
    std::string forwardAddress = "127.0.0.1";  // IPv4 of this host where forwards listen
};

struct DomainPlan {
    std::string name;  // unique among the host's domains: letters, digits, '-', '_', '.'
    std::string uuid;  // newUuid(); unique too
    MachineSpec machine;
    std::filesystem::path disk;    // raw image; must exist
    std::filesystem::path memory;  // the guest's RAM; must exist and have its size for a resume
    // True: the guest writes into `memory` (needed to capture it). False: its writes are private
    // and the file stays as it is.
    bool memoryShared = true;
    // False: QEMU reads and writes past the page cache of `disk`. For one whose file system keeps
    // the pages itself.
    bool diskCached = true;
    // Holds the domain's sockets and serial log. Made if missing; belongs to the caller, who
    // removes it when the domain has ended. Short: a socket's path holds 107 bytes.
    std::filesystem::path runDirectory;
    // An ISO in the CD-ROM drive, for an installer. The drive itself is always there, so that
    // every domain has the same devices; it must be empty when state is captured.
    std::filesystem::path cdrom;
    GuestNetwork::Reach reach = GuestNetwork::Reach::open;
    std::filesystem::path emulator;  // a program that executes QEMU; empty: QEMU itself

    RunFiles runFiles() const { return {runDirectory}; }
    // Errors: invalid (a name or path that cannot be used), corrupt (the machine).
    Result<void> validate() const;
};

std::string newUuid();  // random, RFC 9562 version 4
bool isUuid(std::string_view text);

}  // namespace cloudlet
