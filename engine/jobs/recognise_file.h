// What a file that somebody hands us is, by its content and not by its name. Reads some kilobytes
// at most and promises nothing of the rest. Any thread.
#pragma once

#include <string>

#include "engine/base/file.h"

namespace cloudlet {

struct RecognisedFile {
    enum class Kind { overlay, basePackage, disk, installer, unknown };

    Kind kind = Kind::unknown;
    std::string text;  // "a qcow2 disk image"
};

// Errors: invalid (no regular file), notFound, permission, I/O.
Result<RecognisedFile> recogniseFile(const fs::path& path);

}  // namespace cloudlet
