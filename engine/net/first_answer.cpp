#include "engine/net/first_answer.h"

#include <thread>

#include "engine/net/client_link.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kMoment = 50ms;
constexpr auto kBetween = 100ms;
// The VM's network accepts for a guest that is not ready; what was sent to it then may be lost.
constexpr auto kAttempt = 5s;
constexpr std::string_view kQuestion = "GET / HTTP/1.0\r\n\r\n";

bool answers(const Endpoints& endpoints, Clock::time_point end, const std::stop_token& stop) {
    asio::io_context context;
    beast::tcp_stream stream(context);
    char letter = 0;
    bool answered = false;
    bool over = false;
    const auto read = [&](beast::error_code error, std::size_t) {
        answered = !error;
        over = true;
    };
    const auto write = [&](beast::error_code error, std::size_t) {
        over = error.failed();
        if (!over) stream.async_read_some(asio::buffer(&letter, 1), read);
    };
    stream.async_connect(endpoints, [&](beast::error_code error, const auto&) {
        over = error.failed();
        if (!over) asio::async_write(stream, asio::buffer(kQuestion), write);
    });
    while (!over && Clock::now() < end && !stop.stop_requested()) {
        context.restart();
        context.run_one_for(kMoment);
    }
    return answered;
}

}  // namespace

Result<void> waitForAnswer(const ServerAddress& where, std::chrono::seconds limit,
                           std::stop_token stop) {
    const Endpoints endpoints = TRY(lookUp(where, stop));
    const auto end = Clock::now() + limit;
    while (!stop.stop_requested()) {
        const auto now = Clock::now();
        if (now >= end) {
            return Error{ErrorCode::timedOut, where.text() + " did not answer within " +
                                                  std::to_string(limit.count()) + " s"};
        }
        if (answers(endpoints, std::min<Clock::time_point>(end, now + kAttempt), stop)) return {};
        std::this_thread::sleep_for(kBetween);
    }
    return Error{ErrorCode::cancelled, "cancelled"};
}

}  // namespace cloudlet
