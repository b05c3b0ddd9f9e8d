// What this program does not want to hear of libvirt, and what it still hears.
#include "engine/vm/libvirt_process.h"

#include <glib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <QTest>

#include "engine/base/file.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

// What `action` prints on standard error.
template <typename Action>
std::string printedBy(const Action& action) {
    const Fd file(::memfd_create("errors", MFD_CLOEXEC));
    const Fd saved(::dup(STDERR_FILENO));
    ::dup2(file.get(), STDERR_FILENO);
    action();
    std::fflush(stderr);
    ::dup2(saved.get(), STDERR_FILENO);
    std::string text(4096, '\0');
    const ssize_t n = ::pread(file.get(), text.data(), text.size(), 0);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
}

}  // namespace

class TestLibvirtProcess : public QObject {
    Q_OBJECT

private slots:
    void passesOverOneMessageOnly() {
        const auto giveUpNoContext = [] { g_main_context_unref(nullptr); };
        const auto useNoContext = [] { g_main_context_ref(nullptr); };
        QVERIFY(printedBy(giveUpNoContext).find("g_main_context_unref") != std::string::npos);
        const Scratch scratch;
        VERIFY_OK(prepareLibvirt(scratch / "libvirt.log"));
        QCOMPARE(printedBy(giveUpNoContext), std::string());
        QVERIFY(printedBy(useNoContext).find("g_main_context_ref") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestLibvirtProcess)
#include "tst_libvirt_process.moc"
