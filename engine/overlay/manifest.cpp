#include "engine/overlay/manifest.h"

#include "engine/base/base64.h"
#include "engine/base/json.h"
#include "engine/base/utf8.h"
#include "engine/overlay/limits.h"

namespace cloudlet {

namespace {

constexpr std::size_t kMostNameBytes = 100;
constexpr std::size_t kMostRequirements = 32;
constexpr std::string_view kPngSignature("\x89PNG\r\n\x1a\n", 8);

Error badField(const std::string& field, const std::string& rule) {
    return {ErrorCode::corrupt, "manifest field \"" + field + "\" must be " + rule};
}

json::Object toJson(const OverlayBase& base) {
    return {{"id", base.id.hex()},
            {"name", base.name},
            {"diskHash", base.diskHash.hex()},
            {"memoryHash", base.memoryHash.hex()},
            {"stateHash", base.stateHash.hex()},
            {"diskSize", base.diskSize},
            {"memorySize", base.memorySize},
            {"stateSize", base.stateSize}};
}

Result<OverlayBase> parseBase(const json::Object& object) {
    OverlayBase base;
    base.id.hash = TRY(json::hash(object, "id"));
    base.name = TRY(json::string(object, "name"));
    base.diskHash = TRY(json::hash(object, "diskHash"));
    base.memoryHash = TRY(json::hash(object, "memoryHash"));
    base.stateHash = TRY(json::hash(object, "stateHash"));
    base.diskSize = TRY(json::number(object, "diskSize", kMostImageBytes));
    base.memorySize = TRY(json::number(object, "memorySize", kMostImageBytes));
    base.stateSize = TRY(json::number(object, "stateSize", kMostStateBytes));
    return base;
}

json::Object toJson(const Composition& part) {
    return {{"zero", part.zero},
            {"baseDisk", part.fromBaseDisk},
            {"baseMemory", part.fromBaseMemory},
            {"repeat", part.repeats},
            {"delta", part.delta},
            {"raw", part.raw},
            {"stored", part.storedBytes}};
}

Result<Composition> parseComposition(const json::Object& object) {
    constexpr std::uint64_t kMostChunks = kMostImageBytes / kChunkSize;
    Composition part;
    part.zero = TRY(json::number(object, "zero", kMostChunks));
    part.fromBaseDisk = TRY(json::number(object, "baseDisk", kMostChunks));
    part.fromBaseMemory = TRY(json::number(object, "baseMemory", kMostChunks));
    part.repeats = TRY(json::number(object, "repeat", kMostChunks));
    part.delta = TRY(json::number(object, "delta", kMostChunks));
    part.raw = TRY(json::number(object, "raw", kMostChunks));
    part.storedBytes = TRY(json::number(object, "stored", kMostImageBytes));
    return part;
}

Result<OverlayState> parseState(const json::Object& object) {
    OverlayState state;
    state.size = TRY(json::number(object, "size", kMostStateBytes));
    state.hash = TRY(json::hash(object, "hash"));
    state.storedBytes = TRY(json::number(object, "stored", kMostStateBytes));
    return state;
}

Result<StartSet> parseStartSet(const json::Object& object) {
    StartSet set;
    set.firstSegment = TRY(json::number(object, "first", kMostSegments));
    set.segments = TRY(json::number(object, "segments", kMostSegments));
    set.chunks = TRY(json::number(object, "chunks", kMostSegments * kMostSegmentChunks));
    set.storedBytes = TRY(json::number(object, "stored", kMostImageBytes));
    return set;
}

Result<std::vector<PortForward>> parsePorts(const json::Array& list) {
    if (list.size() > kMostPorts) return badField("ports", "a list of at most 64");
    std::vector<PortForward> ports;
    for (const json::Value& value : list) {
        const boost::json::string* text = value.if_string();
        if (text == nullptr || text->size() > 32) {
            return badField("ports", "texts such as tcp:8080:80");
        }
        Result<PortForward> port = PortForward::parse({text->data(), text->size()});
        if (!port) return badField("ports", "texts such as tcp:8080:80");
        ports.push_back(*port);
    }
    return ports;
}

// This version knows no features that a file could require.
Result<void> checkRequirements(const json::Array& list) {
    if (list.empty()) return {};
    const boost::json::string* text = list[0].if_string();
    const std::string_view name = text == nullptr ? "" : std::string_view(*text);
    if (list.size() > kMostRequirements || name.empty() || !isDisplayText(name, kMostNameBytes)) {
        return badField("requires", "a list of at most 32 short names");
    }
    return Error{ErrorCode::unsupported, "it requires \"" + std::string(name) +
                                             "\", which this version does not know: update "
                                             "Cloudlet Studio"};
}

Result<void> parseOptionalFields(const json::Object& object, Manifest& manifest) {
    if (object.contains("machine")) {
        manifest.machine = TRY(MachineSpec::fromJson(*TRY(json::object(object, "machine"))));
    }
    if (object.contains("state")) {
        manifest.state = TRY(parseState(*TRY(json::object(object, "state"))));
    }
    if (object.contains("start")) {
        manifest.startSet = TRY(parseStartSet(*TRY(json::object(object, "start"))));
    }
    if (object.contains("parent")) manifest.parent = TRY(json::hash(object, "parent"));
    if (object.contains("profile")) manifest.profile = TRY(json::string(object, "profile"));
    if (object.contains("preview")) {
        manifest.preview = TRY(fromBase64(TRY(json::string(object, "preview"))));
        if (manifest.preview.empty()) return badField("preview", "a picture, if it is there");
    }
    return {};
}

}  // namespace

Result<void> Manifest::validate() const {
    const auto imageFits = [](std::uint64_t size) { return size <= kMostImageBytes; };
    if (!isDisplayText(base.name, kMostNameBytes)) {
        return badField("base.name", "one line of at most 100 bytes of text");
    }
    if (!imageFits(base.diskSize) || !imageFits(base.memorySize) ||
        base.stateSize > kMostStateBytes) {
        return badField("base", "of sizes within the limits");
    }
    if (!imageFits(diskSize)) return badField("diskSize", "at most 16 TiB");
    if (!imageFits(memorySize)) return badField("memorySize", "at most 16 TiB");
    if (machine) {
        TRY(machine->validate());
        if (machine->memoryBytes != memorySize) {
            return badField("memorySize", "the memory of the machine");
        }
    }
    if (state && (state->size == 0 || state->size > kMostStateBytes)) {
        return badField("state.size", "between 1 byte and 64 MiB");
    }
    if (startSet && startSet->segments == 0) return badField("start", "left out if it is empty");
    if (ports.size() > kMostPorts) return badField("ports", "a list of at most 64");
    if (!isDisplayText(title, kMostTitleBytes)) {
        return badField("title", "one line of at most 200 bytes of text");
    }
    if (!isDisplayText(notes, kMostNotesBytes, Newlines::allowed)) {
        return badField("notes", "at most 16 KiB of text");
    }
    if (!isDisplayText(profile, kMostNameBytes)) {
        return badField("profile", "one line of at most 100 bytes of text");
    }
    if (created < 0) return badField("created", "a time since 1970");
    if (!isDisplayText(creator, kMostNameBytes)) {
        return badField("creator", "one line of at most 100 bytes of text");
    }
    if (!preview.empty() &&
        (preview.size() > kMostPreviewBytes || !asText(preview).starts_with(kPngSignature))) {
        return badField("preview", "a PNG picture of at most 256 KiB");
    }
    return {};
}

std::string Manifest::serialize() const {
    json::Array portTexts;
    for (const PortForward& port : ports) portTexts.emplace_back(port.text());
    json::Object object{{"requires", json::Array()}, {"base", toJson(base)}};
    if (machine) object["machine"] = machine->toJson();
    object["diskSize"] = diskSize;
    object["memorySize"] = memorySize;
    if (state) {
        object["state"] = json::Object{
            {"size", state->size}, {"hash", state->hash.hex()}, {"stored", state->storedBytes}};
    }
    if (startSet) {
        object["start"] = json::Object{{"first", startSet->firstSegment},
                                       {"segments", startSet->segments},
                                       {"chunks", startSet->chunks},
                                       {"stored", startSet->storedBytes}};
    }
    if (parent) object["parent"] = parent->hex();
    object["ports"] = std::move(portTexts);
    object["title"] = title;
    object["notes"] = notes;
    object["created"] = created;
    if (!profile.empty()) object["profile"] = profile;
    object["creator"] = creator;
    object["composition"] = json::Object{{"disk", toJson(of(ImageKind::disk))},
                                         {"memory", toJson(of(ImageKind::memory))}};
    if (!preview.empty()) object["preview"] = toBase64(preview);
    object["table"] = tableHash.hex();
    return json::serialize(object);
}

Result<Manifest> Manifest::parse(std::string_view text) {
    const json::Object object = TRY(json::parseObject(text, "the manifest"));
    TRY(checkRequirements(*TRY(json::array(object, "requires"))));
    Manifest manifest;
    manifest.base = TRY(parseBase(*TRY(json::object(object, "base"))));
    manifest.diskSize = TRY(json::number(object, "diskSize", kMostImageBytes));
    manifest.memorySize = TRY(json::number(object, "memorySize", kMostImageBytes));
    manifest.ports = TRY(parsePorts(*TRY(json::array(object, "ports"))));
    manifest.title = TRY(json::string(object, "title"));
    manifest.notes = TRY(json::string(object, "notes"));
    manifest.created = static_cast<std::int64_t>(TRY(json::number(object, "created", INT64_MAX)));
    manifest.creator = TRY(json::string(object, "creator"));
    const json::Object& parts = *TRY(json::object(object, "composition"));
    for (const ImageKind image : {ImageKind::disk, ImageKind::memory}) {
        manifest.of(image) = TRY(parseComposition(*TRY(json::object(parts, toString(image)))));
    }
    manifest.tableHash = TRY(json::hash(object, "table"));
    TRY(parseOptionalFields(object, manifest));
    TRY(manifest.validate());
    return manifest;
}

}  // namespace cloudlet
