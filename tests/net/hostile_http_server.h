// A web server on a free port of 127.0.0.1 that answers well or badly, for tests of HttpSource
// and, with TLS, of ServerApi. Connections have a thread each and stay open between requests.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "engine/base/fd.h"

namespace cloudlet::test {

struct HttpRequest {
    std::string text;  // the whole head
    std::uint64_t first = 0;
    std::uint64_t last = 0;

    bool has(const std::string& field) const { return text.find(field) != std::string::npos; }
};

class HostileHttpServer {
public:
    // Returns all bytes of the answer. The connection is closed after one that is empty or holds
    // "Connection: close".
    using Behaviour = std::function<std::string(const HttpRequest&)>;

    explicit HostileHttpServer(Behaviour behaviour, const char* address = "127.0.0.1",
                               SSL_CTX* tls = nullptr)
        : m_behaviour(std::move(behaviour)),
          m_tls(tls),
          m_listener(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        ::inet_pton(AF_INET, address, &name.sin_addr);
        socklen_t length = sizeof name;
        ::bind(m_listener.get(), reinterpret_cast<sockaddr*>(&name), length);
        ::listen(m_listener.get(), 64);
        ::getsockname(m_listener.get(), reinterpret_cast<sockaddr*>(&name), &length);
        m_port = ntohs(name.sin_port);
        m_base = "http://" + std::string(address) + ":" + std::to_string(m_port);
        m_acceptor = std::thread([this] { accept(); });
    }
    ~HostileHttpServer() {
        m_ending = true;
        ::shutdown(m_listener.get(), SHUT_RDWR);
        m_acceptor.join();
        for (Connection& connection : m_connections) {
            ::shutdown(connection.socket.get(), SHUT_RDWR);
            connection.thread.join();
        }
    }

    std::uint16_t port() const { return m_port; }
    std::string url(const std::string& path = "/app.cloudlet") const { return m_base + path; }
    int connections() const { return m_accepted; }
    int requests() const { return m_requests; }

private:
    struct Connection {
        Fd socket;
        std::thread thread;
    };

    void accept() {
        while (!m_ending) {
            Fd socket(::accept(m_listener.get(), nullptr, nullptr));
            if (!socket) continue;
            ++m_accepted;
            Connection& connection = m_connections.emplace_back();
            connection.socket = std::move(socket);
            connection.thread = std::thread([this, fd = connection.socket.get()] { serve(fd); });
        }
    }

    void serve(int fd) {
        const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(
            m_tls != nullptr ? SSL_new(m_tls) : nullptr, SSL_free);
        if (ssl) {
            SSL_set_fd(ssl.get(), fd);
            if (SSL_accept(ssl.get()) != 1) {
                ::shutdown(fd, SHUT_RDWR);
                return;
            }
        }
        std::string text;
        char buffer[4096];
        while (true) {
            const std::size_t end = text.find("\r\n\r\n");
            if (end == std::string::npos) {
                const ssize_t count = ssl ? SSL_read(ssl.get(), buffer, sizeof buffer)
                                          : ::recv(fd, buffer, sizeof buffer, 0);
                if (count <= 0) return;
                text.append(buffer, static_cast<std::size_t>(count));
                continue;
            }
            HttpRequest request{text.substr(0, end + 2), 0, 0};
            text.erase(0, end + 4);
            const std::size_t range = request.text.find("Range: bytes=");
            if (range != std::string::npos) {
                std::sscanf(request.text.c_str() + range, "Range: bytes=%lu-%lu", &request.first,
                            &request.last);
            }
            ++m_requests;
            const std::string answer = m_behaviour(request);
            if (ssl && !answer.empty()) {
                SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
            } else if (!ssl) {
                ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
            }
            if (answer.empty() || answer.find("Connection: close") != std::string::npos) {
                ::shutdown(fd, SHUT_RDWR);
                return;
            }
        }
    }

    Behaviour m_behaviour;
    SSL_CTX* m_tls;
    Fd m_listener;
    std::uint16_t m_port = 0;
    std::string m_base;
    std::atomic<bool> m_ending{false};
    std::atomic<int> m_accepted{0};
    std::atomic<int> m_requests{0};
    std::list<Connection> m_connections;
    std::thread m_acceptor;
};

// A whole answer with that status line and those fields.
inline std::string httpAnswer(const std::string& status, const std::string& fields,
                              const std::string& body) {
    return "HTTP/1.1 " + status + "\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// What a good server sends of `file`.
inline std::string httpPart(const std::string& file, const HttpRequest& request,
                            const std::string& fields = "ETag: \"v1\"\r\n") {
    const std::string body = file.substr(request.first, request.last - request.first + 1);
    return httpAnswer("206 Partial Content",
                      fields + "Content-Range: bytes " + std::to_string(request.first) + "-" +
                          std::to_string(request.first + body.size() - 1) + "/" +
                          std::to_string(file.size()) + "\r\n",
                      body);
}

}  // namespace cloudlet::test
