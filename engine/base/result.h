// Errors as values. Every engine function that can fail returns Result<T>; nothing throws.
// Use TRY(expr) to take the value or return the error to the caller. Any thread.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "engine/base/check.h"

namespace cloudlet {

// What a caller may act on. The text for people is in Error::message.
enum class ErrorCode {
    failed,        // anything without a code of its own: I/O, a foreign program, the guest
    invalid,       // the caller's input is wrong: a usage error
    notFound,      // the named thing does not exist
    exists,        // the named thing exists already
    inUse,         // somebody else holds it
    corrupt,       // data contradicts its hash or format
    unsupported,   // a newer format, or something this build cannot do
    incompatible,  // base, CPU, machine or QEMU do not fit
    noSpace,       // no room on the device
    permission,    // the operating system said no
    unavailable,   // a service (libvirt, QEMU, guest agent) is not there
    timedOut,      // a limit on waiting was reached
    cancelled,     // the stop token asked for it
};

const char* toString(ErrorCode code);  // "notFound", for machines

// One sentence that names the file, offset or VM, and the remedy where there is one.
struct Error {
    ErrorCode code = ErrorCode::failed;
    std::string message;
};

// Puts `context` before the message, keeping the code: "reading x: no such file".
inline Error withContext(Error error, const std::string& context) {
    error.message = context + ": " + error.message;
    return error;
}

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return m_state.index() == 0; }

    // REQUIRES: holds a value.
    T& value() & {
        CHECK(m_state.index() == 0);
        return *std::get_if<0>(&m_state);
    }
    const T& value() const& {
        CHECK(m_state.index() == 0);
        return *std::get_if<0>(&m_state);
    }
    T&& value() && {
        CHECK(m_state.index() == 0);
        return std::move(*std::get_if<0>(&m_state));
    }
    T& operator*() { return value(); }
    const T& operator*() const { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    // REQUIRES: holds an error.
    const Error& error() const& {
        CHECK(m_state.index() == 1);
        return *std::get_if<1>(&m_state);
    }
    Error&& error() && {
        CHECK(m_state.index() == 1);
        return std::move(*std::get_if<1>(&m_state));
    }

private:
    std::variant<T, Error> m_state;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)) {}

    explicit operator bool() const { return !m_error.has_value(); }
    void value() const { CHECK(!m_error.has_value()); }
    const Error& error() const& {
        CHECK(m_error.has_value());
        return *m_error;
    }
    Error&& error() && {
        CHECK(m_error.has_value());
        return std::move(*m_error);
    }

private:
    std::optional<Error> m_error;
};

}  // namespace cloudlet

#define CLOUDLET_JOIN2(a, b) a##b
#define CLOUDLET_JOIN(a, b) CLOUDLET_JOIN2(a, b)
#define CLOUDLET_TRY(name, ...)                    \
    __extension__({                                \
        auto name = (__VA_ARGS__);                 \
        if (!name) return std::move(name).error(); \
        std::move(name).value();                   \
    })

// The value of a Result, or a return of its error. An expression: auto x = TRY(f()); One to a
// statement, where it makes more than a plain value: a return out of the middle of an initialiser
// leaves behind what was made before it.
#define TRY(...) CLOUDLET_TRY(CLOUDLET_JOIN(tryResult, __COUNTER__), __VA_ARGS__)
