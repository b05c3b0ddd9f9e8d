// Roots of libvirt's embedded driver and the VMs left in them, with stand-ins for QEMU.
#include "engine/vm/embed_root.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTest>
#include <chrono>
#include <fstream>
#include <thread>

#include "engine/base/file.h"
#include "engine/vm/domain_plan.h"

using namespace cloudlet;
using namespace std::chrono_literals;

namespace {

// A process with QEMU's command line that ends by SIGTERM, or only by SIGKILL.
class StandIn {
public:
    enum class Manners { polite, stubborn };

    StandIn(const std::string& name, const std::string& uuid, Manners manners) {
        const char* script = manners == Manners::polite ? "read x" : "trap '' TERM; read x; read x";
        int ends[2];
        if (::pipe(ends) != 0) return;
        m_input = Fd(ends[1]);
        m_pid = ::fork();
        if (m_pid == 0) {
            ::dup2(ends[0], 0);
            ::close(ends[0]);
            ::close(ends[1]);
            ::execl("/bin/sh", "sh", "-c", script, "qemu", "-name",
                    ("guest=" + name + ",debug-threads=on").c_str(), "-uuid", uuid.c_str(),
                    nullptr);
            ::_exit(127);
        }
        ::close(ends[0]);
        for (int i = 0; i < 200 && !readQemuProcess(m_pid); ++i) std::this_thread::sleep_for(10ms);
        std::this_thread::sleep_for(100ms);  // for the trap
        // In place of init, which takes the exit status of a real QEMU.
        m_reaper = std::thread([pid = m_pid] { ::waitpid(pid, nullptr, 0); });
    }
    ~StandIn() {
        ::kill(m_pid, SIGKILL);
        m_reaper.join();
    }
    pid_t pid() const { return m_pid; }

private:
    Fd m_input;
    pid_t m_pid = -1;
    std::thread m_reaper;
};

void writePidFile(const fs::path& root, const std::string& name, pid_t pid) {
    fs::create_directories(root / "run/qemu");
    std::ofstream(root / "run/qemu" / (name + ".pid")) << pid << "\n";
}

}  // namespace

class TestEmbedRoot : public QObject {
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void makesAndRemovesRoots();
    void ownsItsRootAlone();
    void keepsCapabilities();
    void stepsAsideForLongPaths();
    void refusesForeignFolders();
    void findsSurvivors();
    void forgetsDeadRoots();
    void leavesOtherFoldersAlone();
    void endsStubbornProcesses();
    void endsOnlyTheRightProcess();

private:
    std::unique_ptr<TemporaryDirectory> m_folder;
    fs::path m_parent;
};

void TestEmbedRoot::init() {
    m_folder =
        std::make_unique<TemporaryDirectory>(TemporaryDirectory::create("/tmp", "cl-root").value());
    m_parent = m_folder->path() / "vm";
    qputenv("XDG_CACHE_HOME", (m_folder->path() / "cache").c_str());
}

void TestEmbedRoot::cleanup() {
    m_folder.reset();
}

void TestEmbedRoot::makesAndRemovesRoots() {
    fs::path path;
    {
        const auto root = EmbedRoot::create(m_parent);
        QVERIFY2(bool(root), root ? "" : root.error().message.c_str());
        path = root->path();
        QCOMPARE(path.parent_path(), m_parent);
        QVERIFY(path.native().size() <= 50);
        QCOMPARE(root->uri(), "qemu:///embed?root=" + path.string());
        const Bytes conf = readWholeFile(path / "etc/qemu.conf", 4096).value();
        QVERIFY(asText(conf).find("stdio_handler = \"file\"") != std::string_view::npos);
        QVERIFY(asText(conf).find("capability_filters = [ \"cpu-un") != std::string_view::npos);
        QCOMPARE(asText(conf).find("user = ") != std::string_view::npos, ::getuid() == 0);
    }
    QVERIFY(!fs::exists(path));
}

void TestEmbedRoot::ownsItsRootAlone() {
    const auto root = EmbedRoot::create(m_parent);
    QVERIFY(bool(root));
    QCOMPARE(EmbedRoot::adopt(root->path()).error().code, ErrorCode::inUse);
    QVERIFY(survivorsIn(m_parent).value().empty());
    QVERIFY(fs::exists(root->path()));
    QCOMPARE(EmbedRoot::adopt("relative").error().code, ErrorCode::invalid);
    QVERIFY(!EmbedRoot::adopt(m_parent / "r-none"));
}

void TestEmbedRoot::keepsCapabilities() {
    const fs::path inRoot = "cache/qemu/capabilities/abc.xml";
    {
        const auto root = EmbedRoot::create(m_parent);
        fs::create_directories((root->path() / inRoot).parent_path());
        std::ofstream(root->path() / inRoot) << "first";
    }
    const auto second = EmbedRoot::create(m_parent);
    QCOMPARE(asText(readWholeFile(second->path() / inRoot, 100).value()),
             std::string_view("first"));
}

void TestEmbedRoot::stepsAsideForLongPaths() {
    const auto root = EmbedRoot::create(m_folder->path() / std::string(40, 'a'));
    QVERIFY2(bool(root), root ? "" : root.error().message.c_str());
    QVERIFY(root->path().native().size() <= 50);
    QVERIFY(root->path().native().starts_with("/tmp/cloudlet-studio-"));
}

void TestEmbedRoot::refusesForeignFolders() {
    fs::create_directories(m_parent);
    fs::permissions(m_parent, fs::perms::all);
    QCOMPARE(EmbedRoot::create(m_parent).error().code, ErrorCode::permission);
    QVERIFY(!survivorsIn(m_parent));
}

void TestEmbedRoot::findsSurvivors() {
    fs::path path;
    const std::string uuid = newUuid();
    const StandIn qemu("vm-1", uuid, StandIn::Manners::polite);
    {
        const auto root = EmbedRoot::create(m_parent);
        path = root->path();
        writePidFile(path, "vm-1", qemu.pid());
        writePidFile(path, "vm-2", 999'999'999);
        writePidFile(path, "vm-3", ::getpid());
        QVERIFY(survivorsIn(m_parent).value().empty());
    }
    QVERIFY(fs::exists(path));  // not removed, as a VM lives in it
    const auto found = survivorsIn(m_parent);
    QVERIFY2(bool(found), found ? "" : found.error().message.c_str());
    QCOMPARE(found->size(), std::size_t{1});
    QCOMPARE(found->front().embedRoot, path);
    QCOMPARE(found->front().process.uuid, uuid);
    QCOMPARE(found->front().process.name, std::string("vm-1"));
    QCOMPARE(findQemuProcess(uuid)->pid, qemu.pid());
    QVERIFY(bool(endQemu(found->front().process, 10s)));
    QVERIFY(survivorsIn(m_parent).value().empty());
    QVERIFY(!fs::exists(path));
}

void TestEmbedRoot::forgetsDeadRoots() {
    fs::create_directories(m_parent / "r-dead/run/qemu");
    fs::permissions(m_parent, fs::perms::owner_all);
    std::ofstream(m_parent / "r-dead/run/qemu/a.pid") << "no number";
    QVERIFY(survivorsIn(m_parent).value().empty());
    QVERIFY(!fs::exists(m_parent / "r-dead"));
    QVERIFY(survivorsIn(m_folder->path() / "missing").value().empty());
    fs::create_directories(m_parent / "r-dead");
    const auto root = EmbedRoot::create(m_parent);
    QVERIFY(bool(root));
    QVERIFY(!fs::exists(m_parent / "r-dead"));
}

void TestEmbedRoot::leavesOtherFoldersAlone() {
    fs::create_directories(m_parent / "other");
    fs::create_directories(m_folder->path() / "target");
    fs::create_directory_symlink(m_folder->path() / "target", m_parent / "r-link");
    fs::permissions(m_parent, fs::perms::owner_all);
    QVERIFY(survivorsIn(m_parent).value().empty());
    QVERIFY(fs::exists(m_parent / "other"));
    QVERIFY(fs::exists(m_folder->path() / "target"));
}

void TestEmbedRoot::endsStubbornProcesses() {
    const std::string uuid = newUuid();
    const StandIn qemu("vm-1", uuid, StandIn::Manners::stubborn);
    const auto process = findQemuProcess(uuid);
    QVERIFY(process.has_value());
    QVERIFY(bool(endQemu(*process, 10s)));
    QVERIFY(!findQemuProcess(uuid));
}

void TestEmbedRoot::endsOnlyTheRightProcess() {
    const StandIn qemu("vm-1", newUuid(), StandIn::Manners::polite);
    QVERIFY(!killQemu(qemu.pid(), newUuid()));
    QVERIFY(bool(endQemu({qemu.pid(), "vm-1", newUuid()}, 1s)));
    QVERIFY(readQemuProcess(qemu.pid()).has_value());
    QVERIFY(!readQemuProcess(::getpid()));
    QVERIFY(!readQemuProcess(999'999'999));
}

QTEST_GUILESS_MAIN(TestEmbedRoot)
#include "tst_embed_root.moc"
