// JSON from outside: bounded parsing and typed access with errors that name the field.
// Boost.JSON below; nothing of it throws through here. Any thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/result.h"

namespace cloudlet::json {

using Object = boost::json::object;
using Array = boost::json::array;
using Value = boost::json::value;

// `what` names the text in errors ("the manifest"). Depth is limited to 32, trailing text is
// refused; of a key that stands twice the last value counts. Errors: corrupt.
Result<Object> parseObject(std::string_view text, std::string_view what);

// A required member of that type. Errors: corrupt, naming the field.
Result<std::string> string(const Object& object, std::string_view key);
Result<std::uint64_t> number(const Object& object, std::string_view key, std::uint64_t largest);
Result<bool> boolean(const Object& object, std::string_view key);
Result<Hash> hash(const Object& object, std::string_view key);
Result<const Object*> object(const Object& object, std::string_view key);
Result<const Array*> array(const Object& object, std::string_view key);

// Keys in order of insertion, no white space. For hashing: the same object gives the same text.
std::string serialize(const Value& value);

}  // namespace cloudlet::json
