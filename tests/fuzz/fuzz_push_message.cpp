// A message of a push, from either side.
#include <cstddef>
#include <cstdint>

#include "engine/base/check.h"
#include "engine/net/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cloudlet;
    const auto message = push::parse(std::as_bytes(std::span(data, size)));
    if (!message) return 0;
    // What is accepted can be said again, and means the same.
    const Bytes once = push::toBytes(*message);
    const auto again = push::parse(once);
    CHECK(again && again->index() == message->index());
    const bool isError = std::holds_alternative<push::Reject>(*message) ||
                         std::holds_alternative<push::State>(*message);  // escaped once more
    CHECK(isError || push::toBytes(*again) == once);
    return 0;
}
