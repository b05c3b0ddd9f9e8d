// cloudletfs: presents a VM's disk and memory while its overlay still arrives. Started by the
// engine, never by a person.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "cloudletfs/privileges.h"
#include "cloudletfs/server.h"

namespace {

cloudlet::Server* g_server = nullptr;

constexpr const char* kUsage =
    "cloudletfs serves the disk and memory of one VM. cloudlet starts it; it is of no use alone.\n"
    "Usage: cloudletfs --channel FD FOLDER | --version | --help\n";

// The starter waits for nobody: it is told `ready` or `failed` through the channel.
void leaveStarter() {
    const pid_t child = ::fork();
    if (child > 0) ::_exit(0);
    if (child < 0) ::_exit(1);
    if (::chdir("/") != 0) ::_exit(1);
}

void handleSignals() {
    // The terminal's signals are for the engine, which ends things in order.
    for (const int signal : {SIGINT, SIGHUP, SIGQUIT, SIGPIPE}) ::signal(signal, SIG_IGN);
    struct sigaction action {};
    action.sa_handler = [](int) { g_server->requestEnd(); };
    ::sigaction(SIGTERM, &action, nullptr);
}

bool isChannel(int fd) {
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
        std::printf("cloudletfs %s\n", CLOUDLET_VERSION);
        return 0;
    }
    if (argc == 2 && std::strcmp(argv[1], "--help") == 0) {
        std::fputs(kUsage, stdout);
        return 0;
    }
    const int fd = argc == 4 && std::strcmp(argv[1], "--channel") == 0 ? std::atoi(argv[2]) : -1;
    if (fd <= 2 || !isChannel(fd)) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    leaveStarter();
    cloudlet::keepSecrets();
    cloudlet::Server server{cloudlet::PacketSocket(cloudlet::Fd(fd))};
    g_server = &server;
    handleSignals();
    return server.run();
}
