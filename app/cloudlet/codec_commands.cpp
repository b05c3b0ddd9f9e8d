// encode, decode: overlays from, and to, four plain image files. No VM, no libvirt.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ctime>

#include "app/cloudlet/context.h"
#include "app/cloudlet/options.h"
#include "app/cloudlet/overlay_view.h"
#include "engine/base/format.h"
#include "engine/base/stopwatch.h"
#include "engine/catalog/catalog.h"
#include "engine/overlay/encode.h"
#include "engine/overlay/replay.h"

namespace cloudlet {

namespace {

struct CodecOptions {
    std::string base;  // of the catalog; or the two images
    std::string baseDisk;
    std::string baseMemory;
    std::string disk;
    std::string memory;
    std::string overlay;
    std::string title;
    std::string profile = "balanced";
    std::string codec;
};

Result<BaseImages> openBase(Context& context, const CodecOptions& options,
                            BaseImages::Purpose purpose, Progress& progress) {
    if (!options.base.empty()) {
        const BaseRecord base = TRY(TRY(context.catalog())->findBase(options.base));
        return BaseImages::open(base.files, base.vm, purpose, progress, context.stop);
    }
    if (options.baseDisk.empty() || options.baseMemory.empty()) {
        return Error{ErrorCode::invalid,
                     "name the base: --base NAME, or --base-disk and --base-memory"};
    }
    return BaseImages::openPlain(absolutePath(options.baseDisk), absolutePath(options.baseMemory),
                                 purpose, progress, context.stop);
}

Result<void> runEncode(Context& context, const CodecOptions& options) {
    const fs::path output = absolutePath(options.overlay);
    TRY(checkOutput(output));
    const File disk = TRY(File::open(absolutePath(options.disk), File::Mode::read));
    const File memory = TRY(File::open(absolutePath(options.memory), File::Mode::read));
    EncodeOptions encodeOptions;
    encodeOptions.profile = TRY(parseProfile(options.profile));
    if (!options.codec.empty()) encodeOptions.codec = TRY(parseCodec(options.codec));
    Progress progress;
    std::optional<OverlaySummary> summary;
    double indexSeconds = 0;
    double encodeSeconds = 0;
    TRY(context.terminal.runWithProgress(progress, [&]() -> Result<void> {
        const Stopwatch indexing;
        const BaseImages base =
            TRY(openBase(context, options, BaseImages::Purpose::encode, progress));
        indexSeconds = indexing.seconds();
        EncodeInput input{base, disk, memory};
        input.title = options.title;
        input.created = static_cast<std::int64_t>(std::time(nullptr));
        const Stopwatch encoding;
        summary = TRY(encodeOverlay(input, encodeOptions, output, progress, context.stop));
        encodeSeconds = encoding.seconds();
        return {};
    }));
    json::Object object = overlayToJson(summary->manifest, summary->id, summary->fileBytes);
    object["indexSeconds"] = indexSeconds;
    object["encodeSeconds"] = encodeSeconds;
    context.terminal.result(
        fmt::format("Overlay {} ({} bytes), encoded in {}.\n{}", options.overlay,
                    summary->fileBytes,
                    formatDuration(std::chrono::duration<double>(encodeSeconds)),
                    compositionText(summary->manifest)),
        object);
    return {};
}

// A copy of a base image, turned into the target by the replay, visible only when complete.
Result<AtomicFile> copyOfBase(const BaseImages& base, ImageKind image, const fs::path& target,
                              Progress& progress, std::stop_token stop) {
    AtomicFile copy = TRY(AtomicFile::create(target));
    TRY(copySparse(base.file(image), copy.file(), progress, stop));
    return copy;
}

Result<void> runDecode(Context& context, const CodecOptions& options) {
    FileSource source = TRY(FileSource::open(absolutePath(options.overlay)));
    const OverlayReader reader = TRY(OverlayReader::open(source));
    const fs::path diskPath = absolutePath(options.disk);
    const fs::path memoryPath = absolutePath(options.memory);
    TRY(checkOutput(diskPath));
    TRY(checkOutput(memoryPath));
    Progress progress;
    double replaySeconds = 0;
    TRY(context.terminal.runWithProgress(progress, [&]() -> Result<void> {
        const BaseImages base =
            TRY(openBase(context, options, BaseImages::Purpose::decode, progress));
        TRY(reader.checkBase(base));
        progress.beginStage("copying the base", base.image(ImageKind::disk).size() +
                                                    base.image(ImageKind::memory).size());
        AtomicFile disk = TRY(copyOfBase(base, ImageKind::disk, diskPath, progress, context.stop));
        AtomicFile memory =
            TRY(copyOfBase(base, ImageKind::memory, memoryPath, progress, context.stop));
        const Stopwatch replaying;
        TRY(replayOverlay(reader, base, {disk.file(), memory.file()}, progress, context.stop));
        replaySeconds = replaying.seconds();
        TRY(disk.commit());
        return memory.commit();
    }));
    context.terminal.result(fmt::format("Disk {} and memory {} are rebuilt, every hash fits.",
                                        options.disk, options.memory),
                            {{"disk", diskPath.string()},
                             {"memory", memoryPath.string()},
                             {"id", reader.id().hex()},
                             {"replaySeconds", replaySeconds}});
    return {};
}

void addBaseOptions(CLI::App& command, CodecOptions& options) {
    CLI::Option* base =
        command.add_option("--base", options.base, "Name or id of the base VM")->type_name("BASE");
    command.add_option("--base-disk", options.baseDisk, "Disk image of the base instead")
        ->type_name("FILE")
        ->excludes(base);
    command.add_option("--base-memory", options.baseMemory, "Memory image of the base instead")
        ->type_name("FILE")
        ->excludes(base);
}

}  // namespace

void addCodecCommands(CLI::App& app, Context& context) {
    auto options = std::make_shared<CodecOptions>();
    CLI::App* encode = app.add_subcommand("encode", "Make an overlay of plain image files, no VM");
    addBaseOptions(*encode, *options);
    encode->add_option("--disk", options->disk, "Customised disk image")
        ->required()
        ->type_name("FILE");
    encode->add_option("--memory", options->memory, "Customised memory image")
        ->required()
        ->type_name("FILE");
    encode->add_option("-o,--output", options->overlay, "Overlay to write")
        ->required()
        ->type_name("FILE");
    encode->add_option("--title", options->title, "One line for people");
    addProfileOption(*encode, options->profile);
    encode->add_option("--codec", options->codec, "Instead of the profile's codec")
        ->type_name("zstd|lzma|xdelta3");
    encode->footer(
        "Example: cloudlet encode --base-disk A --base-memory B --disk C --memory D -o F");
    encode->callback([&context, options] {
        context.action = [&context, options] { return runEncode(context, *options); };
    });

    CLI::App* decode = app.add_subcommand("decode", "Rebuild plain image files from an overlay");
    addBaseOptions(*decode, *options);
    decode->add_option("overlay", options->overlay, "Overlay file")->required()->type_name("FILE");
    decode->add_option("--disk", options->disk, "Disk image to write")
        ->required()
        ->type_name("FILE");
    decode->add_option("--memory", options->memory, "Memory image to write")
        ->required()
        ->type_name("FILE");
    decode->footer("Example: cloudlet decode --base-disk A --base-memory B F --disk C --memory D");
    decode->callback([&context, options] {
        context.action = [&context, options] { return runDecode(context, *options); };
    });
}

}  // namespace cloudlet
