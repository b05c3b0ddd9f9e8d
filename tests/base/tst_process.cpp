#include "engine/base/process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <QTest>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

ProcessSpec shell(const std::string& script) {
    return {{"sh", "-c", script}, {}, {}};
}

// The process numbers a script wrote, one a line.
std::vector<pid_t> pidsIn(const fs::path& path) {
    std::ifstream in(path);
    std::vector<pid_t> pids;
    for (pid_t pid = 0; in >> pid;) pids.push_back(pid);
    return pids;
}

bool isAlive(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(stat, line);
    const std::size_t name = line.rfind(')');
    return name != std::string::npos && line[name + 2] != 'Z';
}

bool hasNoChild() {
    return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

}  // namespace

class TstProcess : public QObject {
    Q_OBJECT

private slots:
    void cleanup() { QVERIFY2(hasNoChild(), "a child or zombie is left"); }

    void exitCodes() {
        VALUE(good, runProcess(shell("exit 0"), {}));
        QCOMPARE(good.exitCode, 0);
        VALUE(bad, runProcess(shell("exit 7"), {}));
        QCOMPARE(bad.exitCode, 7);
        VALUE(killed, runProcess(shell("kill -SEGV $$"), {}));
        QCOMPARE(killed.exitCode, 128 + SIGSEGV);
    }

    void keepsBothOutputs() {
        VALUE(result, runProcess(shell("echo out; echo err >&2; printf end"), {}));
        QCOMPARE(result.output, "out\nend");
        QCOMPARE(result.errorOutput, "err\n");
    }

    void outputIsBounded() {
        VALUE(result, runProcess(shell("head -c 5000000 /dev/zero | tr '\\0' x; echo end;"
                                       "head -c 100000 /dev/zero | tr '\\0' y >&2; echo fin >&2"),
                                 {}));
        QCOMPARE(result.output.size(), std::size_t{1} << 20);
        QVERIFY(result.output.ends_with("xend\n"));
        QCOMPARE(result.errorOutput.size(), std::size_t{1} << 14);
        QVERIFY(result.errorOutput.ends_with("yfin\n"));
    }

    void givesLines() {
        std::vector<std::string> lines;
        ProcessSpec spec = shell("echo one; printf 'two\\n\\nthr'; sleep 0.1; printf 'ee\\nlast'");
        spec.onLine = [&](std::string_view line) { lines.emplace_back(line); };
        VALUE(result, runProcess(spec, {}));
        const std::vector<std::string> expected{"one", "two", "", "three", "last"};
        QVERIFY(lines == expected);
        QVERIFY(result.output.empty());
    }

    void givesLinesAsTheyCome() {
        Clock::time_point first;
        ProcessSpec spec = shell("echo one; sleep 1; echo two");
        spec.onLine = [&](std::string_view line) {
            if (line == "one") first = Clock::now();
        };
        VERIFY_OK(runProcess(spec, {}));
        QVERIFY(Clock::now() - first > 500ms);
    }

    void aMissingProgramIsNotFound() {
        const auto result = runProcess({{"no-such-program-here"}, {}, {}}, {});
        VERIFY_ERROR(result, ErrorCode::notFound);
        QVERIFY(result.error().message.find("no-such-program-here") != std::string::npos);
        QVERIFY(!runProcess({{"/etc/passwd"}, {}, {}}, {}));
    }

    // A folder of PATH that is closed to us, or no folder, hides nothing and explains nothing.
    void badFoldersInPathAreSkipped() {
        const Scratch scratch;
        fs::create_directories(scratch / "closed");
        fs::permissions(scratch / "closed", fs::perms::none);
        fs::create_directories(scratch / "other" / "printf");  // a folder of the program's name
        VERIFY_OK(writeWholeFile(scratch / "other" / "sh", asBytes("not executable")));
        const QByteArray before = qgetenv("PATH");
        const std::string path = (scratch / "closed").string() +
                                 "::/none:/etc/passwd:" + (scratch / "other").string() + ":" +
                                 before.toStdString();
        qputenv("PATH", QByteArray::fromStdString(path));
        const auto missing = runProcess({{"no-such-program-here"}, {}, {}}, {});
        const auto found = runProcess(shell("printf found"), {});
        qputenv("PATH", before);
        fs::permissions(scratch / "closed", fs::perms::owner_all);
        VERIFY_ERROR(missing, ErrorCode::notFound);
        VERIFY_OK(found);
        QCOMPARE(found->output, "found");
        VERIFY_ERROR(findProgram("/usr/bin"), ErrorCode::notFound);
    }

    void argumentsAreNotInterpreted() {
        VALUE(result, runProcess({{"printf", "%s|", "a b", "$HOME", "*", ";", ""}, {}, {}}, {}));
        QCOMPARE(result.output, "a b|$HOME|*|;||");
    }

    void environmentIsAddedAndReplaces() {
        qputenv("TST_PROCESS_OLD", "old");
        qputenv("TST_PROCESS_KEPT", "kept");
        ProcessSpec spec = {{"env"}, {"TST_PROCESS_OLD=new", "TST_PROCESS_MORE=more"}, {}};
        VALUE(result, runProcess(spec, {}));
        const std::string all = "\n" + result.output;
        QVERIFY(all.find("\nTST_PROCESS_OLD=new\n") != std::string::npos);
        QVERIFY(all.find("\nTST_PROCESS_OLD=old\n") == std::string::npos);
        QVERIFY(all.find("\nTST_PROCESS_KEPT=kept\n") != std::string::npos);
        QVERIFY(all.find("\nTST_PROCESS_MORE=more\n") != std::string::npos);
    }

    void standardInputIsEmpty() {
        VALUE(result, runProcess({{"cat"}, {}, {}}, {}));
        QVERIFY(result.output.empty());
    }

    // A program that ignores SIGPIPE, as ours do, must not teach that to what it starts.
    void signalsAreAsAProgramExpects() {
        const auto before = std::signal(SIGPIPE, SIG_IGN);
        const auto result =
            runProcess(shell("grep -E '^Sig(Ign|Blk)' /proc/self/status | grep -v '0000000$'"), {});
        std::signal(SIGPIPE, before);
        VALUE(done, Result<ProcessResult>(result));
        QCOMPARE(done.output, "");  // none of signals 1 to 28; glibc keeps two above to itself
    }

    void noDescriptorIsInherited() {
        const Scratch scratch;
        const File file = imageFile(scratch / "f", "A");
        VALUE(result, runProcess(shell("ls /proc/$$/fd"), {}));
        QCOMPARE(result.output, "0\n1\n2\n");
    }

    void cancelEndsTheGroup_data() {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<int>("processes");
        QTest::newRow("one") << QByteArray("echo $$ >> P; exec sleep 60") << 1;
        QTest::newRow("ignores SIGTERM")
            << QByteArray("trap '' TERM; echo $$ >> P; while :; do sleep 0.1; done") << 1;
        QTest::newRow("child in the background")
            << QByteArray("sleep 60 & echo $! >> P; echo $$ >> P; wait") << 2;
        QTest::newRow("child ignores SIGTERM")
            << QByteArray(
                   "(trap '' TERM; while :; do sleep 0.1; done) & "
                   "echo $! >> P; echo $$ >> P; wait")
            << 2;
        QTest::newRow("talks all the time")
            << QByteArray("yes & echo $! >> P; echo $$ >> P; wait") << 2;
    }
    void cancelEndsTheGroup() {
        QFETCH(QByteArray, script);
        QFETCH(int, processes);
        const Scratch scratch;
        const fs::path pids = scratch / "pids";
        script.replace("P;", QByteArray::fromStdString(pids.string()) + ";");
        std::stop_source stop;
        Clock::time_point stopped;
        std::jthread canceller([&] {
            for (int i = 0; i < 200 && pidsIn(pids).size() < std::size_t(processes); ++i) {
                std::this_thread::sleep_for(20ms);
            }
            stopped = Clock::now();
            stop.request_stop();
        });
        const auto result = runProcess(shell(script.toStdString()), stop.get_token());
        canceller.join();
        QVERIFY(Clock::now() - stopped < 2s);
        VERIFY_ERROR(result, ErrorCode::cancelled);
        QCOMPARE(pidsIn(pids).size(), std::size_t(processes));
        for (const pid_t pid : pidsIn(pids)) {
            QTRY_VERIFY_WITH_TIMEOUT(!isAlive(pid), 500);
        }
    }

    void aGrandchildThatHoldsThePipesDoesNotKeepUs() {
        const Scratch scratch;
        const fs::path pids = scratch / "pids";
        const auto begun = Clock::now();
        VALUE(result,
              runProcess(shell("sleep 30 & echo $! > " + pids.string() + "; echo out"), {}));
        QVERIFY(Clock::now() - begun < 5s);
        QCOMPARE(result.output, "out\n");
        QCOMPARE(pidsIn(pids).size(), 1u);
        ::kill(pidsIn(pids)[0], SIGKILL);
    }

    void aGrandchildThatTalksForEverDoesNotKeepUs() {
        const Scratch scratch;
        const fs::path pids = scratch / "pids";
        const auto begun = Clock::now();
        VALUE(result, runProcess(shell("yes & echo $! > " + pids.string() + "; exit 3"), {}));
        QVERIFY(Clock::now() - begun < 5s);
        QCOMPARE(result.exitCode, 3);
        ::kill(pidsIn(pids)[0], SIGKILL);
    }

    void manyAtOnce() {
        std::atomic<int> good{0};
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 16; ++i) {
                threads.emplace_back([&, i] {
                    const auto result = runProcess(shell("exit " + std::to_string(i)), {});
                    if (result && result->exitCode == i) ++good;
                });
            }
        }
        QCOMPARE(good.load(), 16);
    }

    void findsPrograms() {
        VALUE(path, findProgram("sh"));
        QCOMPARE(path.back(), 'h');
        QCOMPARE(path.front(), '/');
        VERIFY_ERROR(findProgram("no-such-program-here"), ErrorCode::notFound);
        const QByteArray before = qgetenv("PATH");
        qputenv("PATH", "/nowhere");
        const bool found = bool(findProgram("mkfs.ext4")) || !fs::exists("/usr/sbin/mkfs.ext4");
        qputenv("PATH", before);
        QVERIFY(found);
    }
};

QTEST_GUILESS_MAIN(TstProcess)
#include "tst_process.moc"
