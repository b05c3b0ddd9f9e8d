#include "engine/base/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>

namespace cloudlet::json {

namespace {

Error fieldError(std::string_view key, const char* problem) {
    return {ErrorCode::corrupt, "field \"" + std::string(key) + "\" " + problem};
}

}  // namespace

Result<Object> parseObject(std::string_view text, std::string_view what) {
    boost::json::parse_options options;
    options.max_depth = 32;
    boost::system::error_code error;
    const Value value =
        boost::json::parse(boost::json::string_view(text.data(), text.size()), error, {}, options);
    const Error malformed{ErrorCode::corrupt, std::string(what) + " is not well-formed JSON"};
    if (error) return malformed;
    const Object* object = value.if_object();
    if (object == nullptr) return malformed;
    return *object;
}

Result<std::string> string(const Object& object, std::string_view key) {
    const Value* value = object.if_contains({key.data(), key.size()});
    if (value == nullptr) return fieldError(key, "is missing");
    const boost::json::string* text = value->if_string();
    if (text == nullptr) return fieldError(key, "is not a string");
    return std::string(text->data(), text->size());
}

Result<std::uint64_t> number(const Object& object, std::string_view key, std::uint64_t largest) {
    const Value* value = object.if_contains({key.data(), key.size()});
    if (value == nullptr) return fieldError(key, "is missing");
    std::uint64_t result = 0;
    if (const std::int64_t* i = value->if_int64(); i != nullptr && *i >= 0) {
        result = static_cast<std::uint64_t>(*i);
    } else if (const std::uint64_t* u = value->if_uint64(); u != nullptr) {
        result = *u;
    } else {
        return fieldError(key, "is not a whole number");
    }
    if (result > largest) return fieldError(key, "is larger than allowed");
    return result;
}

Result<bool> boolean(const Object& object, std::string_view key) {
    const Value* value = object.if_contains({key.data(), key.size()});
    if (value == nullptr) return fieldError(key, "is missing");
    const bool* flag = value->if_bool();
    if (flag == nullptr) return fieldError(key, "is not true or false");
    return *flag;
}

Result<Hash> hash(const Object& object, std::string_view key) {
    const std::string text = TRY(string(object, key));
    Result<Hash> value = Hash::fromHex(text);
    if (!value) return fieldError(key, "is not a SHA-256 value");
    return value;
}

Result<const Object*> object(const Object& object, std::string_view key) {
    const Value* value = object.if_contains({key.data(), key.size()});
    if (value == nullptr) return fieldError(key, "is missing");
    const Object* inner = value->if_object();
    if (inner == nullptr) return fieldError(key, "is not an object");
    return inner;
}

Result<const Array*> array(const Object& object, std::string_view key) {
    const Value* value = object.if_contains({key.data(), key.size()});
    if (value == nullptr) return fieldError(key, "is missing");
    const Array* inner = value->if_array();
    if (inner == nullptr) return fieldError(key, "is not a list");
    return inner;
}

std::string serialize(const Value& value) {
    return boost::json::serialize(value);
}

}  // namespace cloudlet::json
