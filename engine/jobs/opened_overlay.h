// An overlay's file and the base VM that it was made from, open to be read together: for jobs that
// look into an overlay and run no VM. Any thread once open.
#pragma once

#include <memory>

#include "engine/base/progress.h"
#include "engine/catalog/catalog.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

class OpenedOverlay {
public:
    // The base is checked, and leased as long as this lives; `purpose` is told to who asks why.
    // Errors: notFound (no such file, no such base here), corrupt (overlay or base), cancelled.
    static Result<OpenedOverlay> open(const fs::path& path, Catalog& catalog,
                                      const std::string& purpose, Progress& progress,
                                      std::stop_token stop);

    const OverlayReader& overlay() const { return m_overlay; }
    const BaseImages& base() const { return m_base; }

private:
    OpenedOverlay(std::unique_ptr<FileSource> source, OverlayReader overlay, BaseLease lease,
                  BaseImages base);

    std::unique_ptr<FileSource> m_source;  // its place must not change: the reader knows it
    OverlayReader m_overlay;
    BaseLease m_lease;
    BaseImages m_base;
};

}  // namespace cloudlet
