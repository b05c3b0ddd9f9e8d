// Discovery over a real Avahi daemon, in a network of its own that holds nobody else.
#include "engine/net/discovery.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QtTest>
#include <atomic>
#include <cstring>

#include "engine/base/fd.h"
#include "tests/net/private_bus.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace std::chrono_literals;
using namespace cloudlet::test;

namespace {

// A network in which only the loopback interface is, on which mDNS is spoken.
bool enterOwnNetwork() {
    if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) return false;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    if (::mount("none", "/run", "tmpfs", 0, nullptr) != 0) return false;
    const Fd socket(::socket(AF_INET, SOCK_DGRAM, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING | IFF_MULTICAST;
    return ::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0;
}

constexpr const char* kAvahi =
    "[server]\nhost-name=edgebox\nuse-ipv6=no\nallow-interfaces=lo\n"
    "[publish]\npublish-workstation=no\n";

}  // namespace

class TestDiscovery : public QObject {
    Q_OBJECT

    Scratch m_scratch;
    QProcess m_bus;
    QProcess m_avahi;

    bool startAvahi() {
        return start(m_avahi, "/usr/sbin/avahi-daemon",
                     {"--no-drop-root", "--no-chroot", "--no-rlimits", "-f",
                      QString::fromStdString(m_scratch / "avahi.conf")},
                     "startup complete");
    }
    // What is found once there are as many as that; nothing, if that is never.
    std::optional<std::vector<FoundServer>> discover(std::size_t count) {
        QElapsedTimer timer;
        timer.start();
        while (true) {
            auto found = discoverServers(500ms, {});
            if (found && found->size() == count) return *found;
            if (timer.elapsed() > kServiceLimitMs) return std::nullopt;
        }
    }

private slots:
    void initTestCase() {
        if (::geteuid() != 0) QSKIP("only root may have a network and an mDNS daemon of its own");
        if (!enterOwnNetwork()) QSKIP("this container allows no network namespaces");
        VERIFY_OK(writeWholeFile(m_scratch / "avahi.conf", asBytes(kAvahi)));
        fs::create_directory("/run/avahi-daemon");
        QVERIFY(startBus(m_bus, m_scratch, "DBUS_SYSTEM_BUS_ADDRESS"));
    }
    void cleanupTestCase() {
        for (QProcess* process : {&m_avahi, &m_bus}) {
            process->terminate();
            process->waitForFinished(kServiceLimitMs);
        }
    }

    // In this order: the daemon of the later tests is not there yet.
    void withoutADaemonItSaysSo() {
        const auto found = discoverServers(100ms, {});
        VERIFY_ERROR(found, ErrorCode::unavailable);
        QVERIFY(found.error().message.find("install avahi-daemon") != std::string::npos);
    }

    void anAnnouncementWaitsForTheDaemon() {
        std::atomic<std::uint32_t> bases{2};
        const Hash key = sha256({});
        VALUE(announcement,
              Announcement::start("Edge box", 8021, key, [&] { return bases.load(); }));
        QVERIFY(startAvahi());
        const auto found = discover(1);
        QVERIFY(found);
        const FoundServer& server = found->at(0);
        QCOMPARE(server.name, "Edge box");
        QCOMPARE(server.address.text(), "127.0.0.1:8021");
        QVERIFY(server.text == (ServiceText{1, key, 2}));
    }

    void whatHasEndedIsNotFound() { QVERIFY(discover(0)); }

    // A12: who takes a known name is another one, with another key.
    void a12TwoOfOneNameAreTwo() {
        const auto none = [] { return 0u; };
        VALUE(real, Announcement::start("edge", 8021, sha256(asBytes("real")), none));
        QVERIFY(discover(1));
        VALUE(other, Announcement::start("edge", 8021, sha256(asBytes("false")), none));
        const auto found = discover(2);
        QVERIFY(found);
        QVERIFY(found->at(0).name != found->at(1).name);
        QVERIFY(found->at(0).text.fingerprint != found->at(1).text.fingerprint);
    }

    void canBeStopped() {
        std::stop_source stop;
        stop.request_stop();
        VALUE(found, discoverServers(std::chrono::hours(1), stop.get_token()));
        QVERIFY(found.empty());
    }

    void anAnnouncementOutlivesADaemon() {
        const auto none = [] { return 0u; };
        VALUE(announcement, Announcement::start("edge", 8021, sha256({}), none));
        QVERIFY(discover(1));
        m_avahi.terminate();
        QVERIFY(m_avahi.waitForFinished(kServiceLimitMs));
        QVERIFY(startAvahi());
        QVERIFY(discover(1));
    }
};

QTEST_GUILESS_MAIN(TestDiscovery)
#include "tst_discovery.moc"
