#include "engine/image/forward_list.h"

namespace cloudlet {

json::Array toJson(const std::vector<PortForward>& forwards) {
    json::Array list;
    for (const PortForward& forward : forwards) list.emplace_back(forward.text());
    return list;
}

Result<std::vector<PortForward>> forwardsIn(const json::Object& object, std::string_view key) {
    const auto wrong = [key](const std::string& what) {
        return Error{ErrorCode::corrupt, "field \"" + std::string(key) + "\" " + what};
    };
    const json::Array& list = *TRY(json::array(object, key));
    if (list.size() > kMostForwards) {
        return wrong("holds more than " + std::to_string(kMostForwards) + " forwards");
    }
    std::vector<PortForward> forwards;
    for (const json::Value& value : list) {
        if (!value.is_string()) return wrong("holds a forward that is no text");
        const std::string_view text = value.get_string();
        const Result<PortForward> forward = PortForward::parse(text);
        if (!forward) return wrong("holds what is no forward: " + forward.error().message);
        forwards.push_back(*forward);
    }
    return forwards;
}

}  // namespace cloudlet
