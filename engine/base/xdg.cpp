#include "engine/base/xdg.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace cloudlet {

namespace {

constexpr const char* kName = "cloudlet-studio";
constexpr std::size_t kLongestRuntimeDirectory = 53;

// The specification says to ignore relative values.
std::filesystem::path fromEnvironment(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && value[0] == '/' ? value : "";
}

std::filesystem::path home() {
    std::filesystem::path path = fromEnvironment("HOME");
    if (!path.empty()) return path;
    const passwd* entry = ::getpwuid(::getuid());
    return entry != nullptr && entry->pw_dir != nullptr ? entry->pw_dir : "/";
}

}  // namespace

std::filesystem::path dataDirectory() {
    const std::filesystem::path base = fromEnvironment("XDG_DATA_HOME");
    return (base.empty() ? home() / ".local/share" : base) / kName;
}

std::filesystem::path cacheDirectory() {
    const std::filesystem::path base = fromEnvironment("XDG_CACHE_HOME");
    return (base.empty() ? home() / ".cache" : base) / kName;
}

std::filesystem::path runtimeDirectory() {
    const std::filesystem::path base = fromEnvironment("XDG_RUNTIME_DIR");
    const std::filesystem::path inside = base / kName;
    if (!base.empty() && inside.native().size() <= kLongestRuntimeDirectory) return inside;
    return "/tmp/" + std::string(kName) + "-" + std::to_string(::getuid());
}

}  // namespace cloudlet
