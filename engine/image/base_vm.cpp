#include "engine/image/base_vm.h"

#include "engine/base/utf8.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kFormat = 1;

Error corrupt(const std::string& message) {
    return {ErrorCode::corrupt, "the base description is damaged: " + message};
}

Result<void> checkRanges(const BaseVm& base) {
    if (base.name.empty() || !isDisplayText(base.name, 100)) {
        return corrupt("its name is not one line of at most 100 bytes of text");
    }
    if (base.diskSize == 0 || base.diskSize % kChunkSize != 0) {
        return corrupt("the disk size is not a multiple of 4096 bytes");
    }
    if (base.memorySize != base.machine.memoryBytes) {
        return corrupt("the memory image and the machine differ in size");
    }
    return {};
}

}  // namespace

std::string BaseVm::serialize() const {
    const json::Object object{{"format", kFormat},
                              {"name", name},
                              {"machine", machine.toJson()},
                              {"diskSize", diskSize},
                              {"memorySize", memorySize},
                              {"stateSize", stateSize},
                              {"diskHash", diskHash.hex()},
                              {"memoryHash", memoryHash.hex()},
                              {"stateHash", stateHash.hex()},
                              {"created", created},
                              {"guestAgent", guestAgent}};
    return json::serialize(object);
}

Result<BaseVm> BaseVm::parse(std::string_view text) {
    const json::Object object = TRY(json::parseObject(text, "the base description"));
    const std::uint64_t format = TRY(json::number(object, "format", UINT32_MAX));
    if (format != kFormat) {
        return Error{ErrorCode::unsupported, "the base has format " + std::to_string(format) +
                                                 ", this version knows " + std::to_string(kFormat) +
                                                 ": update Cloudlet Studio"};
    }
    BaseVm base;
    base.name = TRY(json::string(object, "name"));
    base.machine = TRY(MachineSpec::fromJson(*TRY(json::object(object, "machine"))));
    base.diskSize = TRY(json::number(object, "diskSize", kMostImageBytes));
    base.memorySize = TRY(json::number(object, "memorySize", kMostImageBytes));
    base.stateSize = TRY(json::number(object, "stateSize", kMostStateBytes));
    base.diskHash = TRY(json::hash(object, "diskHash"));
    base.memoryHash = TRY(json::hash(object, "memoryHash"));
    base.stateHash = TRY(json::hash(object, "stateHash"));
    base.created = static_cast<std::int64_t>(TRY(json::number(object, "created", INT64_MAX)));
    base.guestAgent = TRY(json::boolean(object, "guestAgent"));
    TRY(checkRanges(base));
    // The id is the hash of the text: with a second spelling one base would have two.
    if (base.serialize() != text) return corrupt("it is not spelled as this program writes it");
    return base;
}

BaseId BaseVm::id() const {
    const std::string text = serialize();
    return {sha256(std::as_bytes(std::span(text)))};
}

}  // namespace cloudlet
