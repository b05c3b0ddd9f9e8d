// N16: a web server that does everything wrong, one thing at a time.
#include "engine/net/http_source.h"

#include <netinet/in.h>

#include <QtTest>

#include "tests/net/hostile_http_server.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace std::chrono_literals;
using namespace cloudlet::test;

namespace {

std::string sampleFile() {
    std::string file(300'000, ' ');
    for (std::size_t i = 0; i < file.size(); ++i) file[i] = static_cast<char>(i * 31 >> 3);
    return file;
}

HttpPolicy anywhere() {
    HttpPolicy policy;
    policy.mayConnect = nullptr;
    policy.pause = 5ms;
    return policy;
}

bool isLoopbackOne(const sockaddr& address) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return address.sa_family == AF_INET && ntohl(v4.sin_addr.s_addr) == INADDR_LOOPBACK;
}

// What a whole file read in parts of 64 KiB from four threads turned out as.
std::string readByFour(HttpSource& source) {
    std::string all(source.size().value(), '\0');
    std::atomic<bool> good{true};
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            constexpr std::size_t kPart = 64 << 10;
            for (std::size_t at = t * kPart; at < all.size(); at += 4 * kPart) {
                const std::size_t length = std::min(kPart, all.size() - at);
                const auto into = std::as_writable_bytes(std::span(all).subspan(at, length));
                if (!source.read(into, at)) good = false;
            }
        });
    }
    threads.clear();
    return good ? all : "";
}

}  // namespace

class TestHttpSource : public QObject {
    Q_OBJECT

    const std::string m_file = sampleFile();

    // The error of the first or the second request to a server of that behaviour.
    Error errorOf(HostileHttpServer& server, const HttpPolicy& policy = anywhere()) {
        auto source = HttpSource::open(server.url(), policy);
        if (!source) return source.error();
        Bytes bytes(1000);
        const auto read = (*source)->read(bytes, 100);
        return read ? Error{ErrorCode::exists, "no error"} : read.error();
    }

private slots:
    void readsInPartsOverLastingConnections() {
        HostileHttpServer server([&](const HttpRequest& r) { return httpPart(m_file, r); });
        VALUE(source, HttpSource::open(server.url("/a/b.cloudlet?key=secret#x"), anywhere()));
        QCOMPARE(source->size().value(), m_file.size());
        QCOMPARE(source->name(), server.url("/a/b.cloudlet"));
        QCOMPARE(readByFour(*source), m_file);
        QVERIFY(server.connections() <= 4);
        QCOMPARE(server.requests(), 6);
        Bytes bytes(2);
        VERIFY_ERROR(source->read(bytes, m_file.size() - 1), ErrorCode::corrupt);
        VERIFY_ERROR(source->read(bytes, UINT64_MAX), ErrorCode::corrupt);
    }

    void asksForTheSameFileUncompressed() {
        std::atomic<int> asked{0};
        HostileHttpServer server([&](const HttpRequest& request) {
            if (request.has("If-Range: \"v1\"\r\n")) ++asked;
            if (!request.has("Accept-Encoding: identity\r\n")) asked = 1000;
            return httpPart(m_file, request);
        });
        VALUE(source, HttpSource::open(server.url(), anywhere()));
        QCOMPARE(readByFour(*source), m_file);
        QCOMPARE(asked.load(), 5);
    }

    void n16Errors_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* kind, ErrorCode code, const char* says) {
            QTest::newRow(kind) << kind << code << says;
        };
        row("ignores Range", ErrorCode::unsupported, "ignores Range");
        row("ignores Range later", ErrorCode::failed, "has changed");
        row("shifted", ErrorCode::corrupt, "another part");
        row("no Content-Range", ErrorCode::corrupt, "another part");
        row("unknown size", ErrorCode::corrupt, "another part");
        row("longer body", ErrorCode::corrupt, "more than it was asked for");
        row("401", ErrorCode::permission, "refuses");
        row("403", ErrorCode::permission, "refuses");
        row("404", ErrorCode::notFound, "no such file");
        row("410", ErrorCode::notFound, "no such file");
        row("416", ErrorCode::corrupt, "empty");
        row("418", ErrorCode::failed, "418");
        row("500", ErrorCode::unavailable, "500");
        row("503", ErrorCode::unavailable, "503");
        row("gzip", ErrorCode::unsupported, "compresses");
        row("other ETag", ErrorCode::failed, "has changed");
        row("other date", ErrorCode::failed, "has changed");
        row("other size", ErrorCode::failed, "has changed");
        row("cut", ErrorCode::unavailable, "");
        row("closes at once", ErrorCode::unavailable, "");
        row("no HTTP", ErrorCode::corrupt, "no web server");
        row("endless head", ErrorCode::corrupt, "no end");
        row("redirect", ErrorCode::permission, "\"http://elsewhere/\", which is not followed");
    }
    void n16Errors() {
        QFETCH(QString, kind);
        QFETCH(ErrorCode, code);
        QFETCH(QString, says);
        std::atomic<int> count{0};
        HostileHttpServer server([&](const HttpRequest& r) {
            const int n = count++;
            const std::string range = "Content-Range: bytes " + std::to_string(r.first) + "-" +
                                      std::to_string(r.last) + "/";
            const std::string body = m_file.substr(r.first, r.last - r.first + 1);
            if (kind == "ignores Range") return httpAnswer("200 OK", "", m_file);
            if (kind == "ignores Range later" && n > 0) return httpAnswer("200 OK", "", m_file);
            if (kind == "shifted") {
                return httpPart(m_file, {r.text, r.first + 1, r.last + 1});
            }
            if (kind == "no Content-Range") return httpAnswer("206 Partial Content", "", body);
            if (kind == "unknown size") {
                return httpAnswer("206 Partial Content", range + "*\r\n", body);
            }
            if (kind == "longer body") {
                return httpAnswer("206 Partial Content", range + "300000\r\n", body + "more");
            }
            bool isStatus = false;
            kind.toInt(&isStatus);
            if (isStatus) return httpAnswer(kind.toStdString() + " X", "", "x");
            if (kind == "gzip") return httpPart(m_file, r, "Content-Encoding: gzip\r\n");
            if (kind == "other ETag") {
                return httpPart(m_file, r, n == 0 ? "ETag: \"v1\"\r\n" : "ETag: \"v2\"\r\n");
            }
            if (kind == "other date") {
                const std::string day = n == 0 ? "04" : "05";
                return httpPart(m_file, r,
                                "Last-Modified: Wed, " + day + " Nov 2026 00:00:00 GMT\r\n");
            }
            if (kind == "other size") return httpPart(m_file + (n == 0 ? "" : "x"), r, "");
            if (kind == "cut") {
                std::string whole = httpPart(m_file, r, "Connection: close\r\n");
                whole.pop_back();
                return n == 0 ? httpPart(m_file, r) : whole.substr(0, whole.find("\r\n\r\n") + 4);
            }
            if (kind == "closes at once") return std::string();
            if (kind == "no HTTP") return std::string("Connection: close, I am no web server\r\n");
            if (kind == "endless head") {
                return "HTTP/1.1 206 X\r\nA: " + std::string(99'000, 'a') + "\r\nConnection: close";
            }
            if (kind == "redirect") {
                return httpAnswer("302 Found", "Location: http://elsewhere/\r\n", "");
            }
            return httpPart(m_file, r);
        });
        const Error error = errorOf(server);
        QVERIFY2(error.code == code, error.message.c_str());
        QVERIFY2(QString::fromStdString(error.message).contains(says), error.message.c_str());
        QVERIFY(QString::fromStdString(error.message).contains(".cloudlet"));
        QVERIFY(server.requests() <= 5);  // bounded attempts
    }

    void n16TriesAgainAfterWhatPasses() {
        std::atomic<int> count{0};
        HostileHttpServer server([&](const HttpRequest& request) {
            switch (count++ % 4) {
                case 0:
                    return httpAnswer("503 Busy", "", "later");
                case 1:
                    return std::string();
                case 2: {  // a third of what was asked for, then gone
                    const std::string whole = httpPart(m_file, request);
                    return whole.substr(0, whole.find("\r\n\r\n") + 4 + 100) +
                           (whole.size() > 1000 ? "" : "Connection: close");
                }
                default:
                    return httpPart(m_file, request);
            }
        });
        HttpPolicy policy = anywhere();
        policy.silence = 1s;
        VALUE(source, HttpSource::open(server.url(), policy));
        Bytes bytes(1000);
        VERIFY_OK(source->read(bytes, 5000));
        QCOMPARE(std::string(asText(bytes)), m_file.substr(5000, 1000));
    }

    void n16NoWayIntoPrivateNetworks_data() {
        QTest::addColumn<QString>("host");
        for (const char* host :
             {"169.254.169.254", "127.0.0.1", "localhost", "[::1]", "10.0.0.1", "192.168.0.1",
              "0.0.0.0", "2130706433", "0x7f.1", "017700000001", "[::ffff:127.0.0.1]", "[fd00::1]",
              "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"}) {
            QTest::newRow(host) << host;
        }
    }
    void n16NoWayIntoPrivateNetworks() {
        QFETCH(QString, host);
        HostileHttpServer server([&](const HttpRequest& r) { return httpPart(m_file, r); });
        const std::string port = server.url("").substr(server.url("").rfind(':'));
        HttpPolicy policy;
        policy.attempts = 1;
        const auto source = HttpSource::open("http://" + host.toStdString() + port + "/x", policy);
        VERIFY_ERROR(source, ErrorCode::permission);
        QVERIFY(source.error().message.find("public internet") != std::string::npos);
        QCOMPARE(server.connections(), 0);
    }

    // A redirect is looked at like any address, and there is an end to them.
    void n16RedirectsLeadOnlyWhereTheyMay() {
        HostileHttpServer inside([&](const HttpRequest& r) { return httpPart(m_file, r); },
                                 "127.0.0.2");
        HostileHttpServer other([&](const HttpRequest& r) { return httpPart(m_file, r); });
        std::string target;
        HostileHttpServer server([&](const HttpRequest&) {
            return httpAnswer("307 X", "Location: " + target + "\r\n", "");
        });
        HttpPolicy policy = anywhere();
        policy.redirects = true;
        policy.mayConnect = isLoopbackOne;
        target = other.url();
        VALUE(source, HttpSource::open(server.url(), policy));
        QCOMPARE(readByFour(*source), m_file);
        for (const std::string& wrong :
             {inside.url(), server.url(), std::string("file:///etc/passwd"),
              std::string("ftp://127.0.0.1/x")}) {
            target = wrong;
            VERIFY_ERROR(HttpSource::open(server.url(), policy), ErrorCode::permission);
        }
        QCOMPARE(inside.connections(), 0);
        policy.redirects = false;
        target = other.url();
        VERIFY_ERROR(HttpSource::open(server.url(), policy), ErrorCode::permission);
    }

    void sizeIsBounded() {
        HostileHttpServer server([&](const HttpRequest& r) { return httpPart(m_file, r); });
        HttpPolicy policy = anywhere();
        policy.mostBytes = m_file.size() - 1;
        VERIFY_ERROR(HttpSource::open(server.url(), policy), ErrorCode::unsupported);
        policy.mostBytes = m_file.size();
        VERIFY_OK(HttpSource::open(server.url(), policy));
    }

    void refusesWhatIsNoUrl() {
        for (const char* wrong :
             {"", "app.cloudlet", "ftp://a/b", "file:///etc/passwd", "http://", "http://a b/",
              "http://a\nb/", "https://[::1", "http://a:99999/"}) {
            VERIFY_ERROR(HttpSource::open(wrong, anywhere()), ErrorCode::invalid);
        }
        const std::string login = std::string("http://me:canary") + "@127.0.0.1/";
        const auto source = HttpSource::open(login, anywhere());
        VERIFY_ERROR(source, ErrorCode::invalid);
        QVERIFY(source.error().message.find("canary") == std::string::npos);
    }

    void interruptEndsReadsAtOnce() {
        std::atomic<bool> hold{false};
        HostileHttpServer server([&](const HttpRequest& request) {
            while (hold) std::this_thread::sleep_for(1ms);
            return httpPart(m_file, request);
        });
        VALUE(source, HttpSource::open(server.url(), anywhere()));
        hold = true;
        Result<void> waiting;
        {
            std::jthread reader([&] {
                Bytes bytes(10);
                waiting = source->read(bytes, 0);
            });
            while (server.requests() < 2) std::this_thread::sleep_for(1ms);
            source->interrupt();
        }
        VERIFY_ERROR(waiting, ErrorCode::cancelled);
        hold = false;
        Bytes bytes(10);
        VERIFY_ERROR(source->read(bytes, 0), ErrorCode::cancelled);
    }

    void silenceEndsAnAttempt() {
        std::atomic<bool> hold{true};
        HostileHttpServer server([&](const HttpRequest&) {
            while (hold) std::this_thread::sleep_for(1ms);
            return std::string();
        });
        HttpPolicy policy = anywhere();
        policy.silence = 1s;
        policy.attempts = 1;
        const auto source = HttpSource::open(server.url(), policy);
        hold = false;
        VERIFY_ERROR(source, ErrorCode::unavailable);
    }
};

QTEST_GUILESS_MAIN(TestHttpSource)
#include "tst_http_source.moc"
