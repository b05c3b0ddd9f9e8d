// Where a user's files belong (XDG Base Directory Specification). Any thread.
#pragma once

#include <filesystem>

namespace cloudlet {

std::filesystem::path dataDirectory();   // $XDG_DATA_HOME/cloudlet-studio
std::filesystem::path cacheDirectory();  // $XDG_CACHE_HOME/cloudlet-studio
// $XDG_RUNTIME_DIR/cloudlet-studio, or /tmp/cloudlet-studio-UID where there is none or it is long:
// at most 53 bytes, as UNIX socket paths under it may hold 107. Not created here.
std::filesystem::path runtimeDirectory();

}  // namespace cloudlet
