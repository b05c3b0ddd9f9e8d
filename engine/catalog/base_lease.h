// The right to rely on a base's files: held for as long as a VM or a job uses them. Dropped by
// the kernel when the process dies. Any thread; independent of the Catalog that gave it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/catalog/layout.h"

namespace cloudlet {

class BaseLease {
public:
    // `purpose` is shown to whoever wants to remove the base: "runs overlay redis".
    // Errors: notFound (removed meanwhile), inUse (being removed). A catalog that may only be
    // read gives leases too; they carry no note.
    static Result<BaseLease> take(const CatalogLayout& layout, const BaseId& id,
                                  const std::string& purpose);
    ~BaseLease();
    BaseLease(BaseLease&& other) noexcept = default;
    BaseLease& operator=(BaseLease&&) = delete;

    const BaseFiles& files() const { return m_files; }

    // "process 4711 (runs overlay redis)" for each lease on the base that is held now.
    static std::vector<std::string> holders(const CatalogLayout& layout, const BaseId& id);

private:
    struct Note {
        fs::path path;
        FileLock lock;
    };

    BaseLease(BaseFiles files, FileLock lock, std::optional<Note> note);
    static std::optional<Note> writeNote(const CatalogLayout& layout, const BaseId& id,
                                         const std::string& purpose);

    BaseFiles m_files;
    std::optional<FileLock> m_lock;  // shared, on the base's folder; none when moved from
    std::optional<Note> m_note;
};

}  // namespace cloudlet
