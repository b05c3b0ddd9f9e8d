// A second process for a test: this very program, started with "--child NAME ARGUMENTS". (Not a
// plain fork: Qt Test has a thread, and a forked copy of a threaded program may do little.)
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>
#include <string>
#include <vector>

#include "engine/base/fd.h"

extern char** environ;

namespace cloudlet::test {

class Child {
public:
    explicit Child(std::vector<std::string> arguments) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) qFatal("no pipe");
        m_output = Fd(ends[0]);
        const Fd write(ends[1]);
        arguments.insert(arguments.begin(), {"test", "--child"});
        std::vector<char*> argv;
        for (std::string& a : arguments) argv.push_back(a.data());
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, write.get(), 1);
        if (::posix_spawn(&m_pid, "/proc/self/exe", &actions, nullptr, argv.data(), environ) != 0) {
            qFatal("cannot start the child");
        }
        posix_spawn_file_actions_destroy(&actions);
    }
    ~Child() { kill(); }

    // The next line the child prints; empty at its end or after 20 s.
    std::string line() {
        while (m_text.find('\n') == std::string::npos) {
            pollfd wait{m_output.get(), POLLIN, 0};
            if (::poll(&wait, 1, 20'000) <= 0) return {};
            char buffer[4096];
            const ssize_t n = ::read(m_output.get(), buffer, sizeof buffer);
            if (n <= 0) return {};
            m_text.append(buffer, static_cast<std::size_t>(n));
        }
        const std::size_t end = m_text.find('\n');
        std::string result = m_text.substr(0, end);
        m_text.erase(0, end + 1);
        return result;
    }
    // Its exit code; 128 + n if ended by signal n.
    int wait() {
        int status = 0;
        if (m_pid > 0) ::waitpid(m_pid, &status, 0);
        m_pid = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    void kill() {
        if (m_pid <= 0) return;
        ::kill(m_pid, SIGKILL);
        wait();
    }

private:
    Fd m_output;
    pid_t m_pid = -1;
    std::string m_text;
};

inline void say(const std::string& text) {
    const std::string line = text + "\n";
    [[maybe_unused]] const ssize_t n = ::write(1, line.data(), line.size());
}

}  // namespace cloudlet::test

// main() of a test with children: runs `childMain(arguments)` or the tests of `Test`.
#define TEST_MAIN_WITH_CHILDREN(Test)                                          \
    int main(int argc, char** argv) {                                          \
        if (argc > 2 && std::string(argv[1]) == "--child") {                   \
            return childMain(std::vector<std::string>(argv + 2, argv + argc)); \
        }                                                                      \
        QCoreApplication app(argc, argv);                                      \
        Test test;                                                             \
        return QTest::qExec(&test, argc, argv);                                \
    }
