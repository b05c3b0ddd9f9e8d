#include "engine/vm/capabilities_xml.h"

#include <algorithm>

namespace cloudlet {

namespace {

// The first "<NAME ...>...</NAME>" of `text`, tags included; empty if there is none. Elements
// that hold another of their own name do not occur where this is used.
std::string_view element(std::string_view text, std::string_view opening) {
    const std::size_t begin = text.find(opening);
    if (begin == std::string_view::npos) return {};
    const std::size_t nameEnd = opening.find_first_of(" >", 1);
    const std::string closing = "</" + std::string(opening.substr(1, nameEnd - 1)) + ">";
    const std::size_t end = text.find(closing, begin);
    if (end == std::string_view::npos) return {};
    return text.substr(begin, end + closing.size() - begin);
}

// Between the end of the first tag and the beginning of the last.
std::string_view content(std::string_view whole) {
    const std::size_t begin = whole.find('>');
    const std::size_t end = whole.rfind("</");
    if (begin == std::string_view::npos || end == std::string_view::npos || end <= begin) return {};
    return whole.substr(begin + 1, end - begin - 1);
}

}  // namespace

std::vector<std::string> parseMachineTypes(std::string_view capabilities) {
    std::vector<std::string> types;
    std::string_view rest = element(capabilities, "<arch name='x86_64'>");
    while (true) {
        const std::string_view machine = element(rest, "<machine");
        if (machine.empty()) break;
        types.emplace_back(content(machine));
        rest.remove_prefix(static_cast<std::size_t>(machine.data() - rest.data()) + machine.size());
    }
    // A type stands once per virtualisation that offers it.
    std::ranges::sort(types);
    types.erase(std::unique(types.begin(), types.end()), types.end());
    return types;
}

CpuUse parseCpuUse(std::string_view domainCapabilities, std::string_view model) {
    std::string_view rest = element(domainCapabilities, "<mode name='custom'");
    rest.remove_prefix(std::min(rest.size(), std::size_t{1}));
    while (true) {
        const std::string_view entry = element(rest, "<model ");
        if (entry.empty()) return CpuUse::unknownModel;
        if (content(entry) == model) {
            const std::string_view tag = entry.substr(0, entry.find('>'));
            return tag.find("usable='no'") == std::string_view::npos ? CpuUse::usable
                                                                     : CpuUse::unusable;
        }
        rest.remove_prefix(static_cast<std::size_t>(entry.data() - rest.data()) + entry.size());
    }
}

}  // namespace cloudlet
