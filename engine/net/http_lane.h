// One connection of an HttpSource, kept open between requests: libcurl lives here alone. One
// thread at a time; interrupt() from any.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "engine/net/http_answer.h"
#include "engine/net/http_source.h"

namespace cloudlet {

struct HttpOutcome {
    enum class Kind {
        answered,  // to the end, or as far as the head that was not what was asked for
        broken,    // no connection, or it ended early: worth another attempt
        refused,   // by the policy, or for an answer that is none: not worth another
        interrupted,
    };
    Kind kind = Kind::answered;
    Error reason;           // of what is broken or refused
    std::size_t bytes = 0;  // of the body that are in place
};

class HttpLane {
public:
    static Result<std::unique_ptr<HttpLane>> create(const HttpPolicy& policy);
    ~HttpLane();
    HttpLane(const HttpLane&) = delete;
    HttpLane& operator=(const HttpLane&) = delete;

    // Asks for `into.size()` bytes from `offset`. A body is taken only of an answer with status
    // 206, exactly that range and no encoding. `validator`: for If-Range, or "".
    HttpOutcome request(const std::string& url, std::span<std::byte> into, std::uint64_t offset,
                        const std::string& validator);
    const HttpAnswer& answer() const;

    // False, and at once, when interrupted.
    bool pause(std::chrono::milliseconds time);
    // For good.
    void interrupt();
    bool isInterrupted() const { return m_interrupted; }

private:
    struct Curl;
    explicit HttpLane(std::unique_ptr<Curl> curl);
    HttpOutcome run();

    std::unique_ptr<Curl> m_curl;
    std::atomic<bool> m_interrupted{false};
};

}  // namespace cloudlet
