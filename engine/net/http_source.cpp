#include "engine/net/http_source.h"

#include <curl/curl.h>

#include <algorithm>

#include "engine/base/format.h"
#include "engine/net/http_lane.h"

namespace cloudlet {

namespace {

constexpr std::size_t kLongestUrl = 2048;
constexpr std::size_t kMostIdleLanes = 8;

struct UrlParts {
    std::string whole;
    std::string shown;
};

// The part, or "" if the URL has none.
std::string partOf(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
    std::string copy(text);
    curl_free(text);
    return copy;
}

Result<UrlParts> parseUrl(const std::string& text) {
    const Error malformed{ErrorCode::invalid,
                          "\"" + escapeForTerminal(text.substr(0, text.find('?'))) +
                              "\" is no address of a file on a web server"};
    const auto isPlain = [](char c) { return c > ' ' && c < 127; };
    if (text.size() > kLongestUrl || !isHttpUrl(text) ||
        !std::all_of(text.begin(), text.end(), isPlain)) {
        return malformed;
    }
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), curl_url_cleanup);
    if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return malformed;
    if (!partOf(url.get(), CURLUPART_USER).empty() ||
        !partOf(url.get(), CURLUPART_PASSWORD).empty()) {
        return Error{ErrorCode::invalid,
                     "an address with a name and a password in it would show them in logs; give "
                     "one without"};
    }
    curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
    UrlParts parts{partOf(url.get(), CURLUPART_URL), ""};
    parts.shown = parts.whole.substr(0, parts.whole.find('?'));
    return parts;
}

bool isWorthAnotherAttempt(unsigned status) {
    return status >= 500 || status == 429 || status == 408;
}

}  // namespace

bool isHttpUrl(std::string_view text) {
    return text.starts_with("http://") || text.starts_with("https://");
}

HttpSource::HttpSource(std::string url, std::string name, const HttpPolicy& policy)
    : m_url(std::move(url)), m_name(std::move(name)), m_policy(policy) {}

HttpSource::~HttpSource() = default;

Error HttpSource::error(ErrorCode code, const std::string& what) const {
    return {code, m_name + ": " + what};
}

Result<std::unique_ptr<HttpSource>> HttpSource::open(const std::string& url,
                                                     const HttpPolicy& policy) {
    UrlParts parts = TRY(parseUrl(url));
    std::unique_ptr<HttpSource> source(
        new HttpSource(std::move(parts.whole), std::move(parts.shown), policy));
    std::byte first{};
    TRY(source->read(std::span(&first, 1), 0));
    return source;
}

Result<std::unique_ptr<HttpLane>> HttpSource::takeLane() {
    const std::lock_guard lock(m_mutex);
    if (m_interrupted) return error(ErrorCode::cancelled, "the transfer was stopped");
    std::unique_ptr<HttpLane> lane;
    if (m_idle.empty()) {
        lane = TRY(HttpLane::create(m_policy));
    } else {
        lane = std::move(m_idle.back());
        m_idle.pop_back();
    }
    m_busy.push_back(lane.get());
    return lane;
}

void HttpSource::giveBack(std::unique_ptr<HttpLane> lane) {
    const std::lock_guard lock(m_mutex);
    std::erase(m_busy, lane.get());
    if (m_idle.size() < kMostIdleLanes) m_idle.push_back(std::move(lane));
}

void HttpSource::interrupt() {
    const std::lock_guard lock(m_mutex);
    m_interrupted = true;
    for (HttpLane* lane : m_busy) lane->interrupt();
}

Result<void> HttpSource::read(std::span<std::byte> into, std::uint64_t offset) {
    if (into.empty()) return {};
    if (m_size != 0 && (offset > m_size || into.size() > m_size - offset)) {
        return error(ErrorCode::corrupt,
                     "ends before byte " + std::to_string(offset + into.size()));
    }
    std::unique_ptr<HttpLane> lane = TRY(takeLane());
    const Result<void> done = readWith(*lane, into, offset);
    giveBack(std::move(lane));
    return done;
}

Result<void> HttpSource::readWith(HttpLane& lane, std::span<std::byte> into, std::uint64_t offset) {
    std::chrono::milliseconds pause = m_policy.pause;
    std::string reason;
    for (unsigned attempt = 0; attempt < m_policy.attempts; ++attempt) {
        if (attempt > 0 && !lane.pause(std::exchange(pause, 2 * pause))) break;
        const HttpOutcome outcome = lane.request(m_url, into, offset, m_validator);
        if (outcome.kind == HttpOutcome::Kind::interrupted) break;
        if (outcome.kind == HttpOutcome::Kind::refused) {
            return error(outcome.reason.code, outcome.reason.message);
        }
        const HttpAnswer& answer = lane.answer();
        const bool answered = outcome.kind == HttpOutcome::Kind::answered;
        if (answered && isWorthAnotherAttempt(answer.status)) {
            reason = "the server answers with status " + std::to_string(answer.status);
            continue;
        }
        // Of a broken one, too: what came of it stands only if it is of the same file.
        if (answered || outcome.bytes > 0) TRY(checkHead(answer, offset, into.size()));
        if (answered) return {};
        reason = outcome.reason.message;
        into = into.subspan(outcome.bytes);
        offset += outcome.bytes;
    }
    if (lane.isInterrupted()) return error(ErrorCode::cancelled, "the transfer was stopped");
    return error(ErrorCode::unavailable, reason);
}

// Whether the answer's body is what was asked for, of the file that was pinned.
Result<void> HttpSource::checkHead(const HttpAnswer& answer, std::uint64_t offset,
                                   std::size_t length) {
    const Error changed = error(ErrorCode::failed, "the file has changed while it was read");
    switch (answer.status) {
        case 206:
            break;
        case 200:
            if (m_size != 0) return changed;
            return error(ErrorCode::unsupported,
                         "the server cannot send parts of a file (it ignores Range)");
        case 401:
        case 403:
            return error(ErrorCode::permission, "the server refuses to send it");
        case 404:
        case 410:
            return error(ErrorCode::notFound, "there is no such file");
        case 416:
            return m_size != 0 ? changed : error(ErrorCode::corrupt, "the file is empty");
        default:
            if (answer.status >= 300 && answer.status < 400) {
                return error(ErrorCode::permission,
                             "the server sends us on to \"" + escapeForTerminal(answer.location) +
                                 "\", which is not followed; if it is right, name it instead");
            }
            return error(ErrorCode::failed,
                         "the server answers with status " + std::to_string(answer.status));
    }
    if (answer.encoded) {
        return error(ErrorCode::unsupported, "the server compresses what it sends");
    }
    if (!answer.range || answer.range->first != offset ||
        answer.range->last != offset + length - 1) {
        return error(ErrorCode::corrupt, "the server sends another part than it was asked for");
    }
    if (m_size == 0) return pin(answer);
    if (answer.range->total != m_size || answer.validator != m_validator) return changed;
    return {};
}

Result<void> HttpSource::pin(const HttpAnswer& answer) {
    if (answer.range->total > m_policy.mostBytes) {
        return error(ErrorCode::unsupported, "it has " + formatBytes(answer.range->total) +
                                                 ", more than the " +
                                                 formatBytes(m_policy.mostBytes) + " allowed");
    }
    m_size = answer.range->total;
    m_validator = answer.validator;
    return {};
}

}  // namespace cloudlet
