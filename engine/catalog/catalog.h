// The library of bases, overlays and sessions under one root folder (layout.h). The studio, the
// command line and the server open it at the same time: writers take turns, readers do not wait
// for jobs, and what one uses no other can remove. Any thread; every call may touch the disk.
//
// A base is in the catalog when its row is: files are synced and in place before the row is
// written, and the row is marked before files go. A process may be killed anywhere in between;
// the next open() mends it (sweep.h).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/progress.h"
#include "engine/catalog/base_lease.h"
#include "engine/catalog/database.h"
#include "engine/catalog/layout.h"
#include "engine/catalog/rebuild.h"
#include "engine/catalog/records.h"
#include "engine/catalog/run_folder.h"
#include "engine/catalog/staged_base.h"

namespace cloudlet {

struct PublishedBase {
    BaseRecord record;
    bool wasThere = false;  // the catalog had it already; the staged copy was not needed
};

class Catalog {
public:
    enum class Force { no, yes };

    enum class Mend { atOnce, later };

    // Makes the folder and the database if they are missing, mends what an interrupted program
    // left. A root that may only be read is opened for reading; whatever writes then fails with
    // `permission`. Errors: corrupt and unsupported (with the remedy), permission, inUse.
    static Result<Catalog> open(const fs::path& root, Mend when = Mend::atOnce);
    // For one that was opened to be mended later: it looks at every base, and empties the trash.
    // Sentences for the person about what was done. Errors: corrupt.
    Result<std::vector<std::string>> mend() const;

    const CatalogLayout& layout() const { return m_layout; }
    bool isReadOnly() const { return m_database->isReadOnly(); }
    // What opening it mended.
    const std::vector<std::string>& notes() const { return m_notes; }

    // Ready and broken ones, by name.
    Result<std::vector<BaseRecord>> bases() const;
    // By exact name, id, id prefix of at least 6 digits, or the path of its folder or disk.
    // Errors: invalid, listing the candidates, if a prefix fits several; notFound.
    Result<BaseRecord> findBase(std::string_view text) const;
    Result<BaseRecord> baseById(const BaseId& id) const;

    // See StagedBase::create.
    Result<StagedBase> stageBase(const std::string& key = {});
    // Adds what lies in `staged`: disk.raw, memory.raw, state.bin, with preview.png and
    // chunks.idx if they are there. Writes base.json, hashes what is stored, makes all durable.
    // On success the staged folder is used up; on error it is still the caller's.
    // Errors: corrupt (files and description differ), invalid, cancelled, noSpace, inUse.
    Result<PublishedBase> publishBase(StagedBase& staged, const BaseVm& vm, Progress& progress,
                                      std::stop_token stop);

    // Errors: inUse, naming leases and, unless forced, overlays and running sessions that need
    // the base; notFound. A lease is never overruled.
    Result<void> deleteBase(const BaseId& id, Force force = Force::no);
    // Errors: notFound; corrupt, if the base is known to be broken; inUse.
    Result<BaseLease> leaseBase(const BaseId& id, const std::string& purpose) const;

    // Cheap, for each use: hashes only files whose size, times or inode are not those of the
    // last verification. Errors: corrupt, naming file and remedy; the base is then marked
    // broken.
    Result<void> checkBase(const BaseId& id, Progress& progress, std::stop_token stop);
    // Hashes everything, rebuilds a damaged chunks.idx, marks the base ready or broken.
    Result<void> verifyBase(const BaseId& id, Progress& progress, std::stop_token stop);

    // Replaces the record of the same path; a relative path is made absolute.
    Result<void> recordOverlay(const OverlayRecord& overlay);
    Result<std::vector<OverlayRecord>> overlays() const;
    // Leaves the file alone; its tags go. Errors: notFound.
    Result<void> forgetOverlay(const fs::path& path);

    // Words that people file things under, by the id of a base or the path of an overlay.
    Result<std::map<std::string, std::vector<std::string>>> tags() const;
    // Instead of those it has. Errors: invalid (a tag is one word of 1 to 60 bytes); notFound.
    Result<void> setTags(const BaseId& base, const std::vector<std::string>& tags);
    Result<void> setTags(const fs::path& overlay, const std::vector<std::string>& tags);

    // Stores it as running, owned by this process; makes the id, the start time and the owner.
    Result<SessionRecord> beginSession(SessionRecord session);
    // Replaces what is known of a running session (domain, forwards).
    Result<void> updateSession(const SessionRecord& session);
    // Errors: notFound. Ending an ended one changes nothing.
    Result<void> endSession(const std::string& id, SessionState state,
                            const std::string& problem = {});
    Result<std::vector<SessionRecord>> sessions(std::uint32_t most = 1000) const;
    Result<std::vector<SessionRecord>> runningSessions() const;

    Result<RunFolder> runFolder();
    Result<std::vector<RunFolder>> staleRunFolders();

private:
    Catalog(CatalogLayout layout, std::unique_ptr<Database> database);

    Result<PublishedBase> registerStaged(StagedBase& staged, BaseRecord record);
    Result<void> putTags(const std::string& item, const std::vector<std::string>& tags);
    Result<void> refuseIfNeeded(const BaseRecord& base) const;
    Result<void> checkFiles(const BaseRecord& base, bool everything, Progress& progress,
                            std::stop_token stop);

    CatalogLayout m_layout;
    std::unique_ptr<Database> m_database;
    std::vector<std::string> m_notes;
};

}  // namespace cloudlet
