// The folder of libvirt's embedded driver: its configuration, state, sockets and capability
// cache. One process owns one, by a lock that ends with the process; the VMs in it may live on,
// and a later process finds them (survivors()). Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/fd.h"
#include "engine/base/result.h"
#include "engine/vm/qemu_process.h"

namespace cloudlet {

class EmbedRoot {
public:
    // A new root inside `parent`, or inside a folder in /tmp where `parent` is too long for
    // libvirt's sockets. Takes the kept capability cache over, and removes roots that nobody owns
    // and no QEMU lives in.
    static Result<EmbedRoot> create(const std::filesystem::path& parent);
    // An existing root. Errors: inUse (its owner lives), notFound.
    static Result<EmbedRoot> adopt(const std::filesystem::path& path);
    // Gives the lock up, and removes the folder if no QEMU lives in it.
    ~EmbedRoot();
    EmbedRoot(EmbedRoot&& other) noexcept;
    EmbedRoot& operator=(EmbedRoot&&) = delete;

    const std::filesystem::path& path() const { return m_path; }
    std::string uri() const { return "qemu:///embed?root=" + m_path.string(); }
    // Keeps the capability cache for the next root. Failing is harmless and silent.
    void keepCapabilities() const;

private:
    EmbedRoot(std::filesystem::path path, Fd lock);

    std::filesystem::path m_path;
    Fd m_lock;
};

// Where EmbedRoot::create makes roots by default: runtimeDirectory() / "vm".
std::filesystem::path embedParent();

// A VM whose owner is gone.
struct Survivor {
    std::filesystem::path embedRoot;  // for HypervisorOptions::embedRoot
    QemuProcess process;              // for endQemu()
};

// Looks through the roots in `parent` that nobody owns. Removes those without a living QEMU.
// Errors: I/O, permission.
Result<std::vector<Survivor>> survivorsIn(const std::filesystem::path& parent);
// In embedParent() and its stand-in in /tmp.
Result<std::vector<Survivor>> survivors();

}  // namespace cloudlet
