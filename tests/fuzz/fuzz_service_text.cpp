// What anybody on the local network may say of a server: lines, here ended by zero bytes.
#include <cstddef>
#include <cstdint>

#include "engine/base/check.h"
#include "engine/net/service_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::string> lines(1);
    for (std::size_t i = 0; i < size; ++i) {
        if (data[i] == 0) {
            lines.emplace_back();
        } else {
            lines.back() += static_cast<char>(data[i]);
        }
    }
    const auto text = cloudlet::ServiceText::parse(lines);
    if (text) CHECK(cloudlet::ServiceText::parse(text->lines()) == text);
    return 0;
}
