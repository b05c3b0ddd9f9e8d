#include "engine/base/xdg.h"

#include <pwd.h>
#include <unistd.h>

#include <QTest>

using namespace cloudlet;

class TstXdg : public QObject {
    Q_OBJECT

private slots:
    void init() {
        qputenv("HOME", "/home-of/somebody");
        for (const char* name : {"XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"}) {
            qunsetenv(name);
        }
    }

    void defaults() {
        QCOMPARE(dataDirectory().string(), "/home-of/somebody/.local/share/cloudlet-studio");
        QCOMPARE(cacheDirectory().string(), "/home-of/somebody/.cache/cloudlet-studio");
        QCOMPARE(runtimeDirectory().string(), "/tmp/cloudlet-studio-" + std::to_string(::getuid()));
    }

    void variables() {
        qputenv("XDG_DATA_HOME", "/d");
        qputenv("XDG_CACHE_HOME", "/c");
        qputenv("XDG_RUNTIME_DIR", "/r");
        QCOMPARE(dataDirectory().string(), "/d/cloudlet-studio");
        QCOMPARE(cacheDirectory().string(), "/c/cloudlet-studio");
        QCOMPARE(runtimeDirectory().string(), "/r/cloudlet-studio");
    }

    void runtimeDirectoryStaysShort() {
        const std::string fits = "/" + std::string(36, 'r');
        qputenv("XDG_RUNTIME_DIR", fits.c_str());
        QCOMPARE(runtimeDirectory().string(), fits + "/cloudlet-studio");
        qputenv("XDG_RUNTIME_DIR", (fits + "r").c_str());
        QCOMPARE(runtimeDirectory().string(), "/tmp/cloudlet-studio-" + std::to_string(::getuid()));
    }

    void relativeAndEmptyValuesAreIgnored() {
        qputenv("XDG_DATA_HOME", "relative");
        qputenv("XDG_CACHE_HOME", "");
        QCOMPARE(dataDirectory().string(), "/home-of/somebody/.local/share/cloudlet-studio");
        QCOMPARE(cacheDirectory().string(), "/home-of/somebody/.cache/cloudlet-studio");
    }

    void withoutHome() {
        qunsetenv("HOME");
        const passwd* entry = ::getpwuid(::getuid());
        const std::string home = entry != nullptr ? entry->pw_dir : "/";
        QVERIFY(dataDirectory().string().starts_with(home));
    }
};

QTEST_GUILESS_MAIN(TstXdg)
#include "tst_xdg.moc"
