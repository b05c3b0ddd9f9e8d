#include "engine/net/pair_link.h"

#include <algorithm>

#include "engine/base/base64.h"
#include "engine/net/secret.h"

namespace cloudlet {

namespace {

constexpr std::string_view kScheme = "cloudlet://";
constexpr std::size_t kLongestLink = 512;

std::string toLinkText(const Hash& hash) {
    std::string text = toBase64(hash.bytes);
    text.pop_back();  // 32 bytes end with one '='
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

Result<Hash> fromLinkText(std::string_view text) {
    if (!looksLikeSecret(text)) return Error{ErrorCode::invalid, "not 43 letters of base64url"};
    std::string base64(text);
    std::replace(base64.begin(), base64.end(), '-', '+');
    std::replace(base64.begin(), base64.end(), '_', '/');
    const Bytes bytes = TRY(fromBase64(base64 + "="));
    Hash hash;
    std::copy(bytes.begin(), bytes.end(), hash.bytes.begin());
    return hash;
}

}  // namespace

std::string PairLink::text() const {
    return std::string(kScheme) + address.text() + "/#" + toLinkText(fingerprint) + "," + secret;
}

Result<PairLink> PairLink::parse(std::string_view text) {
    const Error malformed{
        ErrorCode::invalid,
        "this is not a whole pairing link; copy all of what \"synthesis_server pair\" printed, "
        "from \"cloudlet://\" on, in quotes"};
    if (text.size() > kLongestLink || !text.starts_with(kScheme)) return malformed;
    const std::string_view rest = text.substr(kScheme.size());
    const std::size_t slash = rest.find("/#");
    const std::size_t comma = rest.find(',');
    if (slash == std::string_view::npos || comma == std::string_view::npos || comma < slash) {
        return malformed;
    }
    const Result<ServerAddress> address = ServerAddress::parse(rest.substr(0, slash));
    const Result<Hash> fingerprint = fromLinkText(rest.substr(slash + 2, comma - slash - 2));
    const std::string_view secret = rest.substr(comma + 1);
    if (!address || !fingerprint || !looksLikeSecret(secret)) return malformed;
    PairLink link{*address, *fingerprint, std::string(secret)};
    if (link.text() != text) return malformed;
    return link;
}

}  // namespace cloudlet
