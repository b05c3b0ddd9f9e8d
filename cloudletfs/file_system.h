// The two files of a mount, as libfuse's low-level operations: names, attributes, handles, and
// requests handed on to the images. Any thread.
#pragma once

#include <atomic>

#include "cloudletfs/lazy_image.h"

struct fuse_lowlevel_ops;

namespace cloudlet {

class FileSystem {
public:
    // REQUIRES: both outlive this.
    FileSystem(LazyImage& disk, LazyImage& memory, std::uint32_t maxReadahead)
        : m_disk(disk), m_memory(memory), m_maxReadahead(maxReadahead) {}

    // For fuse_session_new, with this object as user data.
    static const fuse_lowlevel_ops& operations();

    // Null: not one of the files.
    LazyImage* image(std::uint64_t inode);
    std::uint32_t maxReadahead() const { return m_maxReadahead; }
    std::uint64_t openFiles() const { return m_openFiles; }
    void opened() { ++m_openFiles; }
    void released() { --m_openFiles; }

    // Somebody who waits has had a signal since the last call.
    bool takeInterrupted() { return m_interrupted.exchange(false); }
    void interrupted() { m_interrupted = true; }

private:
    LazyImage& m_disk;
    LazyImage& m_memory;
    const std::uint32_t m_maxReadahead;
    std::atomic<std::uint64_t> m_openFiles{0};
    std::atomic<bool> m_interrupted{false};
};

}  // namespace cloudlet
