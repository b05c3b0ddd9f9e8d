// A file system of exactly one size, for who may mount one: what happens on a full disk is tried on
// it. Goes with the object, whatever still uses it.
#pragma once

#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/file.h"

namespace cloudlet::test {

class SmallDisk {
public:
    // `size` as mount(8) takes it: "16K".
    SmallDisk(const fs::path& folder, const char* size) : m_folder(folder) {
        fs::create_directory(folder);
        m_mounted = mount(0, size);
    }
    ~SmallDisk() {
        if (m_mounted) ::umount2(m_folder.c_str(), MNT_DETACH);
        std::error_code ignored;
        fs::remove(m_folder, ignored);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    bool isMounted() const { return m_mounted; }
    bool isEmpty() const { return fs::is_empty(m_folder); }
    bool resize(const char* size) const { return mount(MS_REMOUNT, size); }

    // To the last byte but `spare`, until empty(); false if that did not work.
    bool fill(std::uint64_t spare = 0) const {
        Result<File> ballast = File::open(m_folder / "ballast", File::Mode::createNew);
        if (!ballast) return false;
        const Bytes block(64 << 10, std::byte{'b'});
        std::uint64_t size = 0;
        while (ballast->writeAt(block, size)) size += block.size();
        return spare == 0 || (size > spare && ballast->resize(size - spare));
    }
    void empty() const { fs::remove(m_folder / "ballast"); }

private:
    bool mount(unsigned long flags, const char* size) const {
        const std::string options = std::string("mode=700,size=") + size;
        return ::mount("none", m_folder.c_str(), "tmpfs", flags, options.c_str()) == 0;
    }

    fs::path m_folder;
    bool m_mounted = false;
};

}  // namespace cloudlet::test
