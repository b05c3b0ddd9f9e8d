#include "engine/net/local_access.h"

#include "engine/base/json.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kLongestFile = 4096;

fs::path fileIn(const fs::path& state) {
    return state / "local.json";
}

}  // namespace

Result<LocalAccess> LocalAccess::read(const fs::path& state) {
    const Result<Bytes> bytes = readWholeFile(fileIn(state), kLongestFile);
    if (!bytes && bytes.error().code == ErrorCode::notFound) {
        return Error{ErrorCode::unavailable,
                     "no server runs with " + state.string() + "; start it: synthesis_server run"};
    }
    if (!bytes) return bytes.error();
    const json::Object object = TRY(json::parseObject(asText(*bytes), fileIn(state).string()));
    const std::uint64_t port = TRY(json::number(object, "port", 65'535));
    return LocalAccess{static_cast<std::uint16_t>(port), TRY(json::string(object, "token"))};
}

Result<LocalAccessFile> LocalAccessFile::create(const fs::path& state, const LocalAccess& access) {
    const json::Object object{{"port", access.port}, {"token", access.token}};
    TRY(writeWholeFile(fileIn(state), asBytes(json::serialize(object))));
    return LocalAccessFile(fileIn(state));
}

LocalAccessFile::~LocalAccessFile() {
    if (m_path.empty()) return;
    std::error_code ignored;  // one that stays is replaced at the next start
    fs::remove(m_path, ignored);
}

}  // namespace cloudlet
