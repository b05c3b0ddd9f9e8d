// A small real guest for the tests of this folder: its disk is named by $CLOUDLET_TINY_DISK. It
// boots in seconds with 128 MiB; port 7777 runs one line of shell per connection, port 8080
// serves HTTP, the guest agent runs, and the serial port says cloudlet-guest-ready.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include "engine/base/file.h"
#include "engine/vm/hypervisor.h"

namespace cloudlet::test {

using namespace std::chrono_literals;

inline constexpr const char* kReady = "cloudlet-guest-ready";
inline constexpr std::uint16_t kShellPort = 7777;

// Short, as sockets lie in it.
inline TemporaryDirectory workFolder() {
    const char* base = std::getenv("CLOUDLET_VM_TEST_FOLDER");
    return TemporaryDirectory::create(base != nullptr ? base : "/var/tmp", "cl-vm").value();
}

inline void copyFile(const fs::path& from, const fs::path& to) {
    const File source = File::open(from, File::Mode::read).value();
    File target = File::open(to, File::Mode::createNew).value();
    Progress progress;
    copySparse(source, target, progress, {}).value();
}

// A plan in a folder of its own inside `folder`, with a private copy of the disk.
inline DomainPlan tinyPlan(const fs::path& folder, const std::string& name,
                           const fs::path& disk = std::getenv("CLOUDLET_TINY_DISK")) {
    DomainPlan plan;
    plan.name = "t-" + std::to_string(::getpid()) + "-" + name;
    plan.uuid = newUuid();
    plan.machine.memoryBytes = 128 << 20;
    plan.runDirectory = folder / name;
    makeDirectories(plan.runDirectory).value();
    plan.disk = plan.runDirectory / "disk.raw";
    plan.memory = plan.runDirectory / "memory.raw";
    copyFile(disk, plan.disk);
    return plan;
}

// One line of shell in the guest, by its port 7777; empty if nobody answers.
inline std::string shell(std::uint16_t port, const std::string& line,
                         const char* host = "127.0.0.1") {
    const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{5, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host, &address.sin_addr);
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return "";
    const std::string sent = line + "\n";
    if (::send(fd.get(), sent.data(), sent.size(), MSG_NOSIGNAL) < 0) return "";
    std::string reply;
    char buffer[4096];
    while (true) {
        const ssize_t n = ::recv(fd.get(), buffer, sizeof buffer, 0);
        if (n <= 0) return reply;
        reply.append(buffer, static_cast<std::size_t>(n));
    }
}

// Tries for a minute: a guest just started may not listen yet.
inline std::string shellWhenReady(std::uint16_t port, const std::string& line) {
    for (int i = 0; i < 1200; ++i) {
        const std::string reply = shell(port, line);
        if (!reply.empty()) return reply;
        std::this_thread::sleep_for(50ms);
    }
    return "";
}

}  // namespace cloudlet::test
