// A manifest that is accepted holds what its limits say, and comes back from its own text.
#include "engine/overlay/limits.h"
#include "engine/overlay/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cloudlet;
    const Result<Manifest> manifest = Manifest::parse(asText(std::as_bytes(std::span(data, size))));
    if (!manifest) return 0;
    CHECK(manifest->title.size() <= kMostTitleBytes);
    CHECK(manifest->ports.size() <= kMostPorts);
    const Result<Manifest> again = Manifest::parse(manifest->serialize());
    CHECK(again && *again == *manifest);
    return 0;
}
