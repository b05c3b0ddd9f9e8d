#include <QObject>

#include "engine/jobs/examine_base.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestExamineBase : public QObject {
    Q_OBJECT

private slots:
    void readsTheKernelsWords_data();
    void readsTheKernelsWords();
    void saysWhatToDo();
    void tellsAMissingImage();
};

// A memory image with a text somewhere in it.
static Result<File> memoryWith(const fs::path& path, std::string_view text, std::uint64_t at) {
    File file = TRY(File::open(path, File::Mode::createNew));
    TRY(file.resize(32 << 20));
    TRY(file.writeAt(asBytes(text), at));
    return file;
}

void TestExamineBase::readsTheKernelsWords_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("zeroes");  // -1: not told
    const auto row = [](const char* text, int zeroes) {
        QTest::newRow(text) << QByteArray(text) << zeroes;
    };
    row("mem auto-init: stack:all(zero), heap alloc:on, heap free:on", 1);
    row("mem auto-init: stack:off, heap alloc:off, heap free:on", 1);
    row("mem auto-init: stack:off, heap alloc:on, heap free:off", 0);
    row("mem auto-init: stack:off, heap alloc:off, heap free:off", 0);
    row("mem auto-init: stack:%s%s, heap alloc:%s, heap free:%s", -1);
    row("", -1);
}

void TestExamineBase::readsTheKernelsWords() {
    QFETCH(QByteArray, text);
    QFETCH(int, zeroes);
    // At the start, across the border of two reads, at the very end.
    for (const std::uint64_t at :
         {std::uint64_t{0}, (std::uint64_t{4} << 20) - 40,
          (std::uint64_t{32} << 20) - static_cast<std::uint64_t>(text.size())}) {
        const Scratch scratch;
        VALUE(memory, memoryWith(scratch / "memory.raw", text.toStdString(), at));
        VALUE(found, zeroesFreedMemory(memory));
        QCOMPARE(found.has_value() ? int(*found) : -1, zeroes);
    }
}

void TestExamineBase::saysWhatToDo() {
    for (const bool agent : {false, true}) {
        for (const bool zeroes : {false, true}) {
            const Scratch scratch;
            BaseRecord base;
            base.name = "mine";
            base.files.folder = scratch.path();
            base.vm.guestAgent = agent;
            VERIFY_OK(memoryWith(
                base.files.memory(),
                zeroes ? "heap alloc:on, heap free:on" : "heap alloc:on, heap free:off", 5 << 20));
            const HostFinding finding = examineBase(base);
            QCOMPARE(finding.subject, std::string("base \"mine\""));
            QCOMPARE(finding.state == HostFinding::State::good, agent && zeroes);
            QCOMPARE(finding.remedy.find("init_on_free=1") != std::string::npos, agent && !zeroes);
            QCOMPARE(finding.remedy.find("qemu-guest-agent") != std::string::npos, !agent);
        }
    }
}

void TestExamineBase::tellsAMissingImage() {
    const Scratch scratch;
    BaseRecord base;
    base.files.folder = scratch.path();
    QCOMPARE(examineBase(base).state, HostFinding::State::problem);
}

QTEST_GUILESS_MAIN(TestExamineBase)
#include "tst_examine_base.moc"
