// The built program `cloudlet` as a test starts it: with a catalog of its own, its two outputs
// kept apart, every wait limited. Its path is CLOUDLET_PROGRAM, a compile definition.
#pragma once

#include <signal.h>

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>
#include <filesystem>
#include <memory>
#include <string>

namespace cloudlet::test {

namespace fs = std::filesystem;

inline constexpr int kProgramLimitMs = 240'000;  // against hanging only: the machine may be busy

struct Outcome {
    int exitCode = -1;  // -1: it did not end in time, or by a signal
    QByteArray output;
    QByteArray errors;

    QJsonValue json() const { return QJsonDocument::fromJson(output).object(); }
    // For a test's message.
    QByteArray text() const {
        return "exit " + QByteArray::number(exitCode) + "\n" + output + "\n" + errors;
    }
};

// One run of the program. Ends with this object: first asked (SIGINT), then killed.
class Running {
public:
    Running(const QStringList& arguments, const QProcessEnvironment& environment,
            const QString& program) {
        m_process.setProcessEnvironment(environment);
        m_process.setStandardInputFile(QProcess::nullDevice());
        m_process.start(program, arguments);
        m_process.waitForStarted();
    }
    ~Running() {
        if (hasEnded()) return;
        signal(SIGINT);
        if (m_process.waitForFinished(20'000)) return;
        m_process.kill();
        m_process.waitForFinished(20'000);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    qint64 pid() const { return m_process.processId(); }
    bool hasEnded() const { return m_process.state() == QProcess::NotRunning; }
    void signal(int number) {
        if (pid() > 0) ::kill(static_cast<pid_t>(pid()), number);
    }
    // Until standard error holds `text`; false if the program ends before.
    bool waitForErrors(const QByteArray& text) {
        return waitUntil([&] { return errors().contains(text); });
    }
    bool waitForErrorLines(qsizetype lines) {
        return waitUntil([&] { return errors().count('\n') >= lines; });
    }
    bool waitForOutput(const QByteArray& text) {
        return waitUntil([&] { return output().contains(text); });
    }
    const QByteArray& errors() { return m_errors += m_process.readAllStandardError(); }
    const QByteArray& output() { return m_output += m_process.readAllStandardOutput(); }

    Outcome finish(int limitMs = kProgramLimitMs) {
        const bool ended = hasEnded() || m_process.waitForFinished(limitMs);
        const bool normal = ended && m_process.exitStatus() == QProcess::NormalExit;
        return {normal ? m_process.exitCode() : -1, output(), errors()};
    }

private:
    template <typename Condition>
    bool waitUntil(Condition condition) {
        QElapsedTimer timer;
        timer.start();
        while (!condition()) {
            if (hasEnded()) return condition();
            if (timer.elapsed() > kProgramLimitMs) return false;
            m_process.waitForReadyRead(20);
        }
        return true;
    }

    QProcess m_process;
    QByteArray m_output;
    QByteArray m_errors;
};

class Program {
public:
    explicit Program(const fs::path& catalog)
        : m_environment(QProcessEnvironment::systemEnvironment()) {
        set("CLOUDLET_CATALOG", QString::fromStdString(catalog.string()));
    }

    void set(const QString& name, const QString& value) { m_environment.insert(name, value); }
    void unset(const QString& name) { m_environment.remove(name); }

    std::unique_ptr<Running> start(const QStringList& arguments) const {
        return std::make_unique<Running>(arguments, m_environment, CLOUDLET_PROGRAM);
    }
    Outcome run(const QStringList& arguments) const { return start(arguments)->finish(); }

private:
    QProcessEnvironment m_environment;
};

inline QString qtPath(const fs::path& path) {
    return QString::fromStdString(path.string());
}

}  // namespace cloudlet::test

// Fails with everything that the program said unless it ended with this exit code.
#define VERIFY_EXIT(outcome, expected)                                            \
    do {                                                                          \
        const Outcome& verifiedOutcome = (outcome);                               \
        QVERIFY2(verifiedOutcome.exitCode == (expected), verifiedOutcome.text()); \
    } while (false)
// And unless standard error holds `text`.
#define VERIFY_SAYS(outcome, expected) \
    QVERIFY2((outcome).errors.contains(expected), (outcome).text())
