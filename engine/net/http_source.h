// An overlay on any static web server, read by ranges over connections that stay open. The file
// is pinned at the first request by size and by ETag or date: one that changes meanwhile is an
// error, not a mixture.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "engine/net/public_address.h"
#include "engine/overlay/chunk_source.h"

namespace cloudlet {

struct HttpPolicy {
    // Asked when a connection is made, so that a name cannot change its meaning in between; a
    // proxy, which would not ask, is used only if this is empty: anywhere.
    std::function<bool(const sockaddr&)> mayConnect = isPublicAddress;
    bool redirects = false;  // at most 3, never from https to http; each is looked at alike
    std::uint64_t mostBytes = std::uint64_t{64} << 30;
    // Of each read, with pauses of `pause`, twice that, and so on.
    unsigned attempts = 4;
    std::chrono::milliseconds pause{200};
    std::chrono::seconds silence{20};  // nothing for so long ends an attempt
};

// True for "http://..." and "https://...": what else a person names is a file.
bool isHttpUrl(std::string_view text);

class HttpLane;
struct HttpAnswer;

class HttpSource : public ChunkSource {
public:
    // Asks for the first byte. Errors: invalid (the URL), notFound, permission (the server's, or
    // the policy's), unsupported (no ranges, compressed, too large), unavailable (after the
    // attempts), corrupt (answers that contradict themselves).
    static Result<std::unique_ptr<HttpSource>> open(const std::string& url,
                                                    const HttpPolicy& policy);
    ~HttpSource() override;

    // Errors: as open(); failed, if the file has changed; cancelled.
    Result<void> read(std::span<std::byte> into, std::uint64_t offset) override;
    Result<std::uint64_t> size() override { return m_size; }
    void interrupt() override;
    // Without what stands behind '?', which may be a secret.
    std::string name() const override { return m_name; }

private:
    HttpSource(std::string url, std::string name, const HttpPolicy& policy);

    Result<std::unique_ptr<HttpLane>> takeLane();
    void giveBack(std::unique_ptr<HttpLane> lane);
    Result<void> readWith(HttpLane& lane, std::span<std::byte> into, std::uint64_t offset);
    Result<void> checkHead(const HttpAnswer& answer, std::uint64_t offset, std::size_t length);
    Result<void> pin(const HttpAnswer& answer);
    Error error(ErrorCode code, const std::string& what) const;

    const std::string m_url;
    const std::string m_name;
    const HttpPolicy m_policy;
    std::uint64_t m_size = 0;  // 0 until the first answer, as is the next
    std::string m_validator;
    std::mutex m_mutex;  // guards the members below
    bool m_interrupted = false;
    std::vector<std::unique_ptr<HttpLane>> m_idle;
    std::vector<HttpLane*> m_busy;
};

}  // namespace cloudlet
