#include "engine/net/http_client.h"

#include <fmt/format.h>

#include "engine/base/format.h"
#include "engine/net/client_link.h"
#include "engine/net/message.h"

namespace cloudlet {

namespace {

constexpr std::chrono::seconds kLimit{30};  // it may have to end a VM first
constexpr std::size_t kMostAnswer = 1 << 20;

struct Exchange {
    http::request<http::string_body> request;
    http::response_parser<http::string_body> answer;
    beast::flat_buffer buffer;
    beast::error_code error;
    bool done = false;
};

}  // namespace

Error toldError(unsigned status, std::string_view body) {
    const Error unknown{ErrorCode::corrupt,
                        fmt::format("the server answers {}: it is no cloudlet", status)};
    const Result<json::Object> answer = json::parseObject(body, "the answer");
    if (!answer) return unknown;
    const Result<const json::Object*> error = json::object(*answer, "error");
    if (!error) return unknown;
    const Result<std::string> code = json::string(**error, "code");
    const Result<std::string> message = json::string(**error, "message");
    if (!code || !message) return unknown;
    return {push::errorCodeOf(*code), escapeForTerminal(*message, 4096)};
}

Result<json::Object> askServer(const ServerAccess& access, const std::string& method,
                               const std::string& target, const json::Object& body,
                               std::stop_token stop) {
    const std::string token = TRY(tokenOf(access, stop));
    const auto link = TRY(ClientLink::open(access, stop));
    Exchange exchange;
    auto& request = exchange.request;
    request.version(11);
    request.method_string(method);
    request.target(target);
    request.set(http::field::host, access.address.text());
    if (!token.empty()) request.set(http::field::authorization, "Bearer " + token);
    if (!body.empty()) request.body() = json::serialize(body);
    request.keep_alive(false);
    request.prepare_payload();
    exchange.answer.body_limit(kMostAnswer);
    TlsStream& stream = link->stream();
    http::async_write(stream, request, [&exchange, &stream](beast::error_code error, std::size_t) {
        if (error) {
            exchange.error = error;
            exchange.done = true;
            return;
        }
        http::async_read(stream, exchange.buffer, exchange.answer,
                         [&exchange](beast::error_code failed, std::size_t) {
                             exchange.error = failed;
                             exchange.done = true;
                         });
    });
    TRY(link->runUntil(exchange.done, kLimit, std::move(stop), "the answer of"));
    if (exchange.error) return link->lost("no answer from", exchange.error);
    const auto& answer = exchange.answer.get();
    if (answer.result_int() != 200) return toldError(answer.result_int(), answer.body());
    return json::parseObject(answer.body(), "the server's answer");
}

}  // namespace cloudlet
