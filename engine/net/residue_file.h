// The file that a residue is fetched into. It takes its name with its last part, before the server
// is told that the residue is taken and forgets it; without that part nothing stays. Used by the
// thread that pushes.
#pragma once

#include "engine/base/file.h"
#include "engine/base/progress.h"
#include "engine/net/push_client.h"

namespace cloudlet {

class ResidueFile {
public:
    static Result<ResidueFile> create(const fs::path& path);

    // In order and without gaps, as a PushObserver is given them. Errors: noSpace, I/O.
    Result<void> write(const push::Residue& part);

private:
    explicit ResidueFile(AtomicFile file) : m_file(std::move(file)) {}

    AtomicFile m_file;
};

// As fetchResidue(), into a file.
Result<void> fetchResidueInto(const fs::path& path, const ServerAccess& server,
                              const std::string& session, Progress& progress, std::stop_token stop);

}  // namespace cloudlet
