// Where a test of the whole program works: a short folder with one or more catalogs, the tiny
// guest's disk, and what can be asked of both from outside: which VMs run, what is left.
#pragma once

#include <QJsonArray>
#include <QStringList>

#include "tests/support/cloudlet_program.h"
#include "tests/support/result_checks.h"
#include "tests/vm/tiny_guest.h"

namespace cloudlet::test {

// The pids of the processes of a program whose command line names a file in `folder`.
inline std::vector<pid_t> processesIn(const fs::path& folder, const char* wanted) {
    std::vector<pid_t> pids;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        QFile file(qtPath(entry.path() / "cmdline"));
        if (!file.open(QIODevice::ReadOnly)) continue;
        const QByteArray line = file.readAll();
        const QByteArray program = line.left(line.indexOf('\0'));
        if (!program.contains(wanted)) continue;
        if (line.contains(QByteArray::fromStdString(folder.string() + "/"))) {
            pids.push_back(static_cast<pid_t>(std::stol(name)));
        }
    }
    return pids;
}

inline std::vector<pid_t> vmsIn(const fs::path& folder) {
    return processesIn(folder, "qemu-system");
}

inline std::vector<pid_t> fileSystemsIn(const fs::path& folder) {
    return processesIn(folder, "cloudletfs");
}

class Place {
public:
    Place() : m_folder(workFolder()) {}
    // Whatever a failed test left running goes before the folder it runs in.
    ~Place() {
        for (const pid_t pid : vmsIn(path())) ::kill(pid, SIGKILL);
        std::error_code ignored;
        for (const auto& entry : fs::recursive_directory_iterator(path(), ignored)) {
            if (entry.is_directory(ignored)) {
                fs::permissions(entry.path(), fs::perms::owner_all, ignored);
            }
        }
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    const fs::path& path() const { return m_folder.path(); }
    fs::path operator/(const std::string& name) const { return path() / name; }
    QString file(const std::string& name) const { return qtPath(path() / name); }
    fs::path catalog() const { return path() / "cat"; }

    void write(const std::string& name, const std::string& text) const {
        writeWholeFile(path() / name, asBytes(text)).value();
    }
    QByteArray read(const std::string& name) const {
        QFile file(this->file(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    // What no finished command may leave: VMs, mounts, run folders, half-made bases, files that
    // are written aside.
    QStringList leftovers() const {
        QStringList left;
        for (const pid_t pid : vmsIn(path())) left << QString("VM of process %1").arg(pid);
        QFile mounts("/proc/self/mounts");
        if (!mounts.open(QIODevice::ReadOnly)) left << "/proc/self/mounts cannot be read";
        for (const QByteArray& line : mounts.readAll().split('\n')) {
            if (line.contains("cloudletfs") && line.contains(path().c_str())) left << line;
        }
        for (const pid_t pid : fileSystemsIn(path())) left << QString("cloudletfs %1").arg(pid);
        for (const char* folder : {"run", "incoming", "leases", "trash"}) {
            std::error_code ignored;
            for (const auto& entry : fs::directory_iterator(catalog() / folder, ignored)) {
                left << qtPath(entry.path());
            }
        }
        for (const auto& entry : fs::directory_iterator(path())) {
            const std::string name = entry.path().filename().string();
            if (name.starts_with(".") || name.ends_with(".part")) left << qtPath(entry.path());
        }
        return left;
    }

private:
    TemporaryDirectory m_folder;
};

// The body of an HTTP answer; empty if nobody answers.
inline std::string httpGet(std::uint16_t port, const std::string& page) {
    const std::string answer = shell(port, "GET " + page + " HTTP/1.0\r\n\r");
    const std::size_t body = answer.find("\r\n\r\n");
    return body == std::string::npos ? "" : answer.substr(body + 4);
}

// The host port of a forward in the JSON of a synthesis or a session; 0 if there is none.
inline std::uint16_t hostPortOf(const QJsonValue& session, int guestPort) {
    for (const QJsonValue& forward : session["forwards"].toArray()) {
        if (forward["guestPort"].toInt() == guestPort) {
            return static_cast<std::uint16_t>(forward["hostPort"].toInt());
        }
    }
    return 0;
}

inline QStringList baseArguments(const QString& disk, const QString& name) {
    return {"base",     disk,   "--name",          name,
            "--memory", "128M", "--snapshot-when", "line:cloudlet-guest-ready",
            "--json"};
}

}  // namespace cloudlet::test
