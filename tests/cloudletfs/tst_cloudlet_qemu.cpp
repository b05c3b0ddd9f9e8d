// cloudlet-qemu with the real QEMU and with this program under QEMU's name.
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtTest>
#include <cerrno>
#include <cstdio>
#include <fstream>

#include "engine/base/process.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

// PATH with a folder of its own first.
std::string pathWith(const fs::path& folder) {
    return "PATH=" + folder.string() + ":" + qgetenv("PATH").toStdString();
}

}  // namespace

class TestCloudletQemu : public QObject {
    Q_OBJECT

private slots:
    void executesTheRealOne() {
        VALUE(real, runProcess({{"qemu-system-x86_64", "--version"}, {}, {}}, {}));
        VALUE(ours, runProcess({{CLOUDLET_QEMU, "--version"}, {}, {}}, {}));
        QCOMPARE(ours.exitCode, 0);
        QCOMPARE(ours.output, real.output);
        QCOMPARE(ours.errorOutput, std::string());
        // As libvirt asks for what it can do.
        VALUE(machines, runProcess({{CLOUDLET_QEMU, "-machine", "help"}, {}, {}}, {}));
        QVERIFY(machines.output.find("pc-q35-7.2") != std::string::npos);
    }

    void filtersHugePagesOnly() {
        const Scratch scratch;
        fs::copy_file(fs::read_symlink("/proc/self/exe"), scratch / "qemu-system-x86_64");
        VALUE(plain,
              runProcess({{(scratch / "qemu-system-x86_64").string(), "--advise"}, {}, {}}, {}));
        QCOMPARE(plain.output, std::string("huge 0, random 0\n"));
        VALUE(filtered,
              runProcess({{CLOUDLET_QEMU, "--advise", "two words"}, {pathWith(scratch.path())}, {}},
                         {}));
        QCOMPARE(filtered.output, "huge " + std::to_string(EINVAL) + ", random 0\ntwo words\n");
        QCOMPARE(filtered.exitCode, 7);
    }

    void doesNotFindItself() {
        const Scratch scratch;
        fs::create_symlink(fs::path(CLOUDLET_QEMU), scratch / "qemu-system-x86_64");
        VALUE(found,
              runProcess({{CLOUDLET_QEMU, "--version"}, {pathWith(scratch.path())}, {}}, {}));
        QVERIFY(found.output.find("QEMU emulator") != std::string::npos);
    }

    void saysThatThereIsNoQemu() {
        VALUE(missing, runProcess({{CLOUDLET_QEMU}, {"PATH=/nonexistent"}, {}}, {}));
        QCOMPARE(missing.exitCode, 127);
        QVERIFY(missing.errorOutput.find("package qemu-system-x86") != std::string::npos);
    }
};

namespace {

// What QEMU does with its guest's memory.
int advise(int argc, char** argv) {
    void* address =
        ::mmap(nullptr, 4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const auto result = [&](int advice) {
        return ::madvise(address, 4 << 20, advice) == 0 ? 0 : errno;
    };
    const int huge = result(MADV_HUGEPAGE);
    std::printf("huge %d, random %d\n", huge, result(MADV_RANDOM));
    for (int i = 2; i < argc; ++i) std::printf("%s\n", argv[i]);
    return argc > 2 ? 7 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string(argv[1]) == "--advise") return advise(argc, argv);
    QCoreApplication app(argc, argv);
    TestCloudletQemu test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_cloudlet_qemu.moc"
