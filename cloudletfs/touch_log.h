// The chunks of both images in the order in which they were first read. Any thread.
#pragma once

#include <mutex>
#include <vector>

#include "engine/image/chunk.h"

namespace cloudlet {

class TouchLog {
public:
    void add(const ChunkRef& chunk) {
        const std::lock_guard lock(m_mutex);
        m_chunks.push_back(chunk);
    }
    std::vector<ChunkRef> chunks() const {
        const std::lock_guard lock(m_mutex);
        return m_chunks;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<ChunkRef> m_chunks;  // each once: bounded by the images
};

}  // namespace cloudlet
