#include "engine/net/server_process.h"

#include <fmt/format.h>

#include <limits>

#include "engine/base/json.h"
#include "engine/catalog/process_identity.h"
#include "engine/jobs/guest.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kMostBytes = 4096;

Result<ProcessIdentity> readProcess(const fs::path& file) {
    const Bytes bytes = TRY(readWholeFile(file, kMostBytes));
    const json::Object object = TRY(json::parseObject(asText(bytes), file.string()));
    ProcessIdentity process;
    process.pid = static_cast<std::int64_t>(
        TRY(json::number(object, "pid", std::numeric_limits<std::int32_t>::max())));
    process.startTime =
        TRY(json::number(object, "startTime", std::numeric_limits<std::uint64_t>::max()));
    process.bootId = TRY(json::string(object, "bootId"));
    return process;
}

Result<void> writeProcess(const fs::path& file) {
    const ProcessIdentity self = ProcessIdentity::self();
    return writeWholeFile(
        file, asBytes(json::serialize(json::Object{
                  {"pid", self.pid}, {"startTime", self.startTime}, {"bootId", self.bootId}})));
}

}  // namespace

Result<std::vector<std::string>> takeOverFrom(const fs::path& file, Catalog& catalog) {
    std::vector<std::string> notes;
    // None yet, or half a one: then its VMs are for list-session and stop.
    const Result<ProcessIdentity> before = readProcess(file);
    if (before && *before != ProcessIdentity::self()) {
        if (before->isAlive()) {
            return Error{ErrorCode::inUse,
                         fmt::format("process {} serves this catalog already", before->pid)};
        }
        for (const SessionRecord& session : TRY(catalog.runningSessions())) {
            if (session.owner != *before) continue;
            TRY(endSurvivor(catalog, session));
            notes.push_back(
                fmt::format("the VM of session {}, which a killed server left, is ended",
                            session.id.substr(0, 8)));
        }
    }
    TRY(writeProcess(file));
    return notes;
}

}  // namespace cloudlet
