#include "engine/mount/mount_process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/catalog/child.h"
#include "tests/support/mount_fixture.h"

using namespace cloudlet;
using namespace cloudlet::test;
using namespace std::chrono_literals;

class TestMountProcess : public QObject {
    Q_OBJECT

private slots:
    void knowsStoppedFromSlowAndDead() {
        Child child({"sleep", "now"});
        const pid_t pid = static_cast<pid_t>(std::stol(child.line()));
        VALUE(process, MountProcess::find(pid));
        QVERIFY(!process.isStopped());
        QVERIFY(!process.waitForEnd(0ms));
        ::kill(pid, SIGSTOP);
        QVERIFY(eventually([&] { return process.isStopped(); }));
        process.kill();  // also what is stopped
        QVERIFY(process.waitForEnd(10s));
        child.wait();
        VERIFY_ERROR(MountProcess::find(pid), ErrorCode::unavailable);
    }

    void startsWithoutLeavingAChild() {
        VALUE(ends, PacketSocket::makePair());
        VERIFY_OK(MountProcess::start(MOUNT_PROGRAM, ends.second, "/tmp"));
        QCOMPARE(::waitpid(-1, nullptr, WNOHANG), -1);  // nobody's child
        ends.second = PacketSocket();
        Bytes buffer(mountChannel::kMostPacket);
        std::optional<mountChannel::Message> hello;
        QVERIFY(eventually([&] {
            const auto packet = ends.first.tryReceive(buffer);
            if (packet && *packet) hello = mountChannel::parsePacket(**packet).value();
            return hello.has_value();
        }));
        const auto pid = static_cast<pid_t>(std::get<mountChannel::Alive>(hello->body).pid);
        VALUE(process, MountProcess::find(pid));
        QCOMPARE(::getsid(pid) == ::getsid(0), false);  // Ctrl-C does not reach it
        ends.first = PacketSocket();
        QVERIFY(process.waitForEnd(10s));
    }

    void saysWhatCannotBeStarted() {
        VALUE(ends, PacketSocket::makePair());
        VERIFY_ERROR(MountProcess::start("/no/such/program", ends.second, "/tmp"),
                     ErrorCode::notFound);
        VERIFY_ERROR(MountProcess::start("/etc", ends.second, "/tmp"), ErrorCode::permission);
        VERIFY_ERROR(MountProcess::start("/bin/false", ends.second, "/tmp"), ErrorCode::failed);
    }
};

namespace {

int childMain(const std::vector<std::string>&) {
    say(std::to_string(::getpid()));
    ::sleep(60);
    return 0;
}

}  // namespace

TEST_MAIN_WITH_CHILDREN(TestMountProcess)
#include "tst_mount_process.moc"
