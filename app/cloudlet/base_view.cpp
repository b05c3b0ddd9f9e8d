#include "app/cloudlet/base_view.h"

#include "engine/base/file.h"

namespace cloudlet {

json::Object baseToJson(const BaseRecord& base) {
    json::Object object{{"name", base.name},
                        {"id", base.id.hex()},
                        {"state", base.state == BaseState::ready ? "ready" : "broken"},
                        {"machine", base.vm.machine.toJson()},
                        {"diskBytes", base.vm.diskSize},
                        {"memoryBytes", base.vm.memorySize},
                        {"stateBytes", base.vm.stateSize},
                        {"diskAllocatedBytes", allocatedOrZero(base.files.disk())},
                        {"memoryAllocatedBytes", allocatedOrZero(base.files.memory())},
                        {"guestAgent", base.vm.guestAgent},
                        {"created", base.vm.created},
                        {"added", base.added},
                        {"folder", base.files.folder.string()}};
    if (!base.problem.empty()) object["problem"] = base.problem;
    return object;
}

std::uint64_t allocatedOrZero(const fs::path& path) {
    const Result<File> file = File::open(path, File::Mode::read);
    if (!file) return 0;
    const Result<std::uint64_t> bytes = file->allocatedBytes();
    return bytes ? *bytes : 0;
}

}  // namespace cloudlet
