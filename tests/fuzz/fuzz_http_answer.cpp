// The head of a web server's answer, in whatever lines it comes.
#include <cstddef>
#include <cstdint>

#include "engine/base/check.h"
#include "engine/net/http_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    cloudlet::HttpAnswer answer;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n') + 1);
        const bool more = answer.takeLine(line.empty() ? text : line);
        text.remove_prefix(line.empty() ? text.size() : line.size());
        if (!more) break;
    }
    CHECK(answer.status < 1000);
    if (answer.range) {
        CHECK(answer.range->first <= answer.range->last);
        CHECK(answer.range->last < answer.range->total);
    }
    CHECK(answer.validator.find('\n') == std::string::npos);  // it goes into a request
    return 0;
}
