// A pairing link, as somebody pastes it.
#include <cstddef>
#include <cstdint>

#include "engine/base/check.h"
#include "engine/net/pair_link.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto link = cloudlet::PairLink::parse(text);
    if (link) CHECK(link->text() == text);  // it has one spelling
    return 0;
}
