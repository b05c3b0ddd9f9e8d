// A request of the kernel for one image, and how it is answered. It may be kept for as long as a
// chunk is missing, which costs this object and no thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "engine/base/bytes.h"

namespace cloudlet {

// Exactly one of its functions is called, once, on any thread.
class Answer {
public:
    virtual ~Answer() = default;
    virtual void bytes(ByteView content) = 0;  // of a read
    virtual void done(std::size_t size) = 0;   // of a write or trim: so much of it
    virtual void fail(int errorNumber) = 0;
    virtual pid_t asker() const { return 0; }  // the thread that waits; 0: unknown
};

// A part of a chunk that is to be overwritten.
struct Patch {
    std::uint64_t chunk = 0;
    std::size_t offset = 0;
    Bytes bytes;
};

struct Request {
    std::uint64_t offset = 0;
    std::size_t size = 0;
    bool isRead = false;
    std::vector<Patch> patches;  // of a write or trim: what is left to do
    std::unique_ptr<Answer> answer;
    std::optional<std::chrono::steady_clock::time_point> waitsSince;
};

}  // namespace cloudlet
