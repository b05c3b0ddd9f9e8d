#include "engine/net/http_lane.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace cloudlet {

namespace {

constexpr long kConnectLimitSeconds = 10;
constexpr long kMostRedirects = 3;

struct EasyEnd {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiEnd {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListEnd {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

HttpOutcome broken(const char* reason) {
    return {HttpOutcome::Kind::broken, {ErrorCode::unavailable, reason}, 0};
}

HttpOutcome refused(ErrorCode code, const char* reason) {
    return {HttpOutcome::Kind::refused, {code, reason}, 0};
}

}  // namespace

struct HttpLane::Curl {
    HttpPolicy policy;
    std::unique_ptr<CURLM, MultiEnd> multi;
    std::unique_ptr<CURL, EasyEnd> easy;  // ends before the multi that it is part of
    HttpAnswer answer;
    std::span<std::byte> into;
    std::uint64_t offset = 0;
    std::size_t bytes = 0;
    bool addressRefused = false;

    bool isWanted() const {
        return answer.status == 206 && !answer.encoded && answer.range &&
               answer.range->first == offset && answer.range->last == offset + into.size() - 1;
    }
    template <typename Value>
    bool set(CURLoption option, Value value) {
        return curl_easy_setopt(easy.get(), option, value) == CURLE_OK;
    }
    bool setUp();
    HttpOutcome outcomeOf(CURLcode code) const;

    static std::size_t onHead(char* text, std::size_t one, std::size_t count, void* self);
    static std::size_t onBody(char* bytes, std::size_t one, std::size_t count, void* self);
    static curl_socket_t onSocket(void* self, curlsocktype, curl_sockaddr* address);
};

std::size_t HttpLane::Curl::onHead(char* text, std::size_t, std::size_t count, void* self) {
    return static_cast<Curl*>(self)->answer.takeLine({text, count}) ? count : 0;
}

// Taking less than what is there makes libcurl end the transfer.
std::size_t HttpLane::Curl::onBody(char* bytes, std::size_t, std::size_t count, void* self) {
    Curl& lane = *static_cast<Curl*>(self);
    if (!lane.isWanted() || count > lane.into.size() - lane.bytes) return 0;
    std::memcpy(lane.into.data() + lane.bytes, bytes, count);
    lane.bytes += count;
    return count;
}

// Where libcurl is about to connect to, whatever name or redirect led there.
curl_socket_t HttpLane::Curl::onSocket(void* self, curlsocktype, curl_sockaddr* address) {
    Curl& lane = *static_cast<Curl*>(self);
    if (lane.policy.mayConnect && !lane.policy.mayConnect(address->addr)) {
        lane.addressRefused = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool HttpLane::Curl::setUp() {
    return multi && easy && set(CURLOPT_NOSIGNAL, 1L) &&
           set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) && set(CURLOPT_HTTP09_ALLOWED, 0L) &&
           set(CURLOPT_USERAGENT, "cloudlet/" CLOUDLET_VERSION) &&
           set(CURLOPT_CONNECTTIMEOUT, kConnectLimitSeconds) && set(CURLOPT_LOW_SPEED_LIMIT, 1L) &&
           set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(policy.silence.count())) &&
           set(CURLOPT_BUFFERSIZE, 256L << 10) && set(CURLOPT_TCP_KEEPALIVE, 1L) &&
           set(CURLOPT_FOLLOWLOCATION, policy.redirects ? 1L : 0L) &&
           set(CURLOPT_MAXREDIRS, kMostRedirects) &&
           (!policy.mayConnect || set(CURLOPT_PROXY, "")) && set(CURLOPT_HEADERFUNCTION, onHead) &&
           set(CURLOPT_HEADERDATA, this) && set(CURLOPT_WRITEFUNCTION, onBody) &&
           set(CURLOPT_WRITEDATA, this) && set(CURLOPT_OPENSOCKETFUNCTION, onSocket) &&
           set(CURLOPT_OPENSOCKETDATA, this);
}

HttpLane::HttpLane(std::unique_ptr<Curl> curl) : m_curl(std::move(curl)) {}
HttpLane::~HttpLane() = default;

Result<std::unique_ptr<HttpLane>> HttpLane::create(const HttpPolicy& policy) {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    auto curl = std::make_unique<Curl>();
    curl->policy = policy;
    if (initialised == CURLE_OK) {
        curl->multi.reset(curl_multi_init());
        curl->easy.reset(curl_easy_init());
    }
    if (!curl->setUp()) return Error{ErrorCode::failed, "cannot set up libcurl"};
    return std::unique_ptr<HttpLane>(new HttpLane(std::move(curl)));
}

const HttpAnswer& HttpLane::answer() const {
    return m_curl->answer;
}

void HttpLane::interrupt() {
    m_interrupted = true;
    curl_multi_wakeup(m_curl->multi.get());
}

bool HttpLane::pause(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (!m_interrupted) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) return true;
        curl_multi_poll(m_curl->multi.get(), nullptr, 0, static_cast<int>(left.count()), nullptr);
    }
    return false;
}

HttpOutcome HttpLane::request(const std::string& url, std::span<std::byte> into,
                              std::uint64_t offset, const std::string& validator) {
    Curl& lane = *m_curl;
    lane.answer = {};
    lane.into = into;
    lane.offset = offset;
    lane.bytes = 0;
    lane.addressRefused = false;
    const std::string range =
        std::to_string(offset) + "-" + std::to_string(offset + into.size() - 1);
    std::unique_ptr<curl_slist, ListEnd> fields(
        curl_slist_append(nullptr, "Accept-Encoding: identity"));
    if (!validator.empty()) {
        fields.reset(curl_slist_append(fields.release(), ("If-Range: " + validator).c_str()));
    }
    // A redirect may lead from http to https, not back.
    const char* schemes = url.starts_with("https:") ? "https" : "http,https";
    if (!fields || !lane.set(CURLOPT_URL, url.c_str()) || !lane.set(CURLOPT_RANGE, range.c_str()) ||
        !lane.set(CURLOPT_HTTPHEADER, fields.get()) || !lane.set(CURLOPT_PROTOCOLS_STR, schemes) ||
        !lane.set(CURLOPT_REDIR_PROTOCOLS_STR, schemes)) {
        return broken("out of memory");
    }
    curl_multi_add_handle(lane.multi.get(), lane.easy.get());
    HttpOutcome outcome = run();
    curl_multi_remove_handle(lane.multi.get(), lane.easy.get());
    outcome.bytes = lane.bytes;
    return outcome;
}

HttpOutcome HttpLane::run() {
    Curl& lane = *m_curl;
    int running = 1;
    while (running > 0) {
        if (m_interrupted) return {HttpOutcome::Kind::interrupted, {}, 0};
        if (curl_multi_perform(lane.multi.get(), &running) != CURLM_OK) {
            return broken("libcurl fails");
        }
        // libcurl keeps its own limits and wakes for them.
        if (running > 0) curl_multi_poll(lane.multi.get(), nullptr, 0, 1000, nullptr);
    }
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(lane.multi.get(), &left);
    return lane.outcomeOf(message != nullptr ? message->data.result : CURLE_OK);
}

HttpOutcome HttpLane::Curl::outcomeOf(CURLcode code) const {
    if (addressRefused) {
        return refused(ErrorCode::permission,
                       "its address is none that may be connected to: of the public internet only, "
                       "unless the configuration allows others");
    }
    if (answer.headBytes > HttpAnswer::kMostHeadBytes) {
        return refused(ErrorCode::corrupt, "the head of the server's answer has no end");
    }
    switch (code) {
        case CURLE_OK:
            if (isWanted() && bytes < into.size()) return broken("the answer is cut");
            return {};
        case CURLE_WRITE_ERROR:  // ours: it is not what was asked for, or more than that
            if (!isWanted()) return {};
            return refused(ErrorCode::corrupt, "the server sends more than it was asked for");
        case CURLE_TOO_MANY_REDIRECTS:
            return refused(ErrorCode::permission, "the server sends us on too many times");
        case CURLE_UNSUPPORTED_PROTOCOL:
            if (answer.status == 0) {
                return refused(ErrorCode::corrupt, "who answers there is no web server");
            }
            return refused(ErrorCode::permission, "the server sends us on to what is not allowed");
        case CURLE_PEER_FAILED_VERIFICATION:
            return refused(ErrorCode::permission,
                           "the server's certificate is not valid for that name");
        default:
            return broken(curl_easy_strerror(code));
    }
}

}  // namespace cloudlet
