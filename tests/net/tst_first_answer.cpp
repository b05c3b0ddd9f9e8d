#include "engine/net/first_answer.h"

#include <QtTest>
#include <thread>

#include "tests/net/cut_relay.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

// Listens on the loopback; `serve` has each connection, with its number.
class Service {
public:
    explicit Service(std::function<void(int connection, unsigned number)> serve)
        : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        auto* plain = reinterpret_cast<sockaddr*>(&address);
        if (::bind(m_socket.get(), plain, size) != 0 || ::listen(m_socket.get(), 8) != 0 ||
            ::getsockname(m_socket.get(), plain, &size) != 0) {
            qFatal("no socket to listen on");
        }
        where = {"127.0.0.1", ntohs(address.sin_port)};
        m_thread = std::jthread([this, serve = std::move(serve)] {
            while (true) {
                const Fd connection(::accept(m_socket.get(), nullptr, nullptr));
                if (!connection) return;
                serve(connection.get(), ++served);
            }
        });
    }
    ~Service() { ::shutdown(m_socket.get(), SHUT_RDWR); }

    ServerAddress where;
    std::atomic<unsigned> served = 0;

private:
    Fd m_socket;
    std::jthread m_thread;
};

}  // namespace

class TestFirstAnswer : public QObject {
    Q_OBJECT

private slots:
    void asksUntilAByteComes() {
        Service service([](int connection, unsigned number) {
            char question = 0;
            (void)::recv(connection, &question, 1, 0);
            if (number >= 3) (void)::send(connection, "H", 1, MSG_NOSIGNAL);
        });
        VERIFY_OK(waitForAnswer(service.where, std::chrono::seconds(60), {}));
        QVERIFY(service.served >= 3);
    }

    void givesUp() {
        Service silent([](int connection, unsigned) {
            char letter = 0;
            while (::recv(connection, &letter, 1, 0) > 0) continue;
        });
        VERIFY_ERROR(waitForAnswer(silent.where, std::chrono::seconds(1), {}), ErrorCode::timedOut);
        std::stop_source stop;
        stop.request_stop();
        VERIFY_ERROR(waitForAnswer(silent.where, std::chrono::seconds(60), stop.get_token()),
                     ErrorCode::cancelled);
    }
};

QTEST_GUILESS_MAIN(TestFirstAnswer)
#include "tst_first_answer.moc"
