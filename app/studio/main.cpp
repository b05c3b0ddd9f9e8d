// The desktop program: constructs the engine's things and hands them to the window.
#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QIcon>
#include <QMessageBox>
#include <csignal>
#include <optional>

#include "app/studio/gui_watchdog.h"
#include "app/studio/language.h"
#include "app/studio/main_window.h"
#include "app/studio/qt_text.h"
#include "app/studio/single_instance.h"
#include "engine/base/xdg.h"

namespace cloudlet {

namespace {

#ifndef NDEBUG
void failOf(GuiWatchdog::Fault fault, std::chrono::milliseconds time) {
    if (qEnvironmentVariable("CLOUDLET_WATCHDOG") == QLatin1String("off")) return;
    const bool blocked = fault == GuiWatchdog::Fault::blocked;
    qFatal("%s the window for %lld ms; CLOUDLET_WATCHDOG=off lets that be",
           blocked ? "a call has blocked" : "computing has held up",
           static_cast<long long>(time.count()));
}
#endif

struct Arguments {
    fs::path catalog;
    std::string libvirtUri;
    QStringList files;
};

Arguments parse(const QApplication& app) {
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QApplication::translate("cloudlet::main", "Author VM overlays and bring them to life."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption catalog(
        QStringLiteral("catalog"),
        QApplication::translate("cloudlet::main", "Folder of the catalog."), QStringLiteral("DIR"),
        qEnvironmentVariable("CLOUDLET_CATALOG", toQt(dataDirectory())));
    const QCommandLineOption uri(
        QStringLiteral("connect"),
        QApplication::translate("cloudlet::main", "libvirt connection URI."), QStringLiteral("URI"),
        qEnvironmentVariable("CLOUDLET_LIBVIRT_URI"));
    parser.addOptions({catalog, uri});
    parser.addPositionalArgument(
        QStringLiteral("FILE"),
        QApplication::translate("cloudlet::main", "Overlay, base or disk to open."),
        QStringLiteral("[FILE...]"));
    parser.process(app);
    QStringList files;
    for (const QString& file : parser.positionalArguments()) {
        files << QFileInfo(file).absoluteFilePath();
    }
    return {fs::absolute(toPath(parser.value(catalog))).lexically_normal(),
            parser.value(uri).toStdString(), files};
}

int run(int argc, char** argv) {
    QApplication::setApplicationName(QStringLiteral("cloudlet-studio"));
    QApplication::setOrganizationName(QStringLiteral("cloudlet-studio"));
    QApplication::setApplicationDisplayName(QStringLiteral("Cloudlet Studio"));
    QApplication::setApplicationVersion(QStringLiteral(CLOUDLET_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("cloudlet-studio"));
    QApplication app(argc, argv);
    installLanguage(QLocale());
#ifndef NDEBUG
    const GuiWatchdog watchdog(failOf);
#endif
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/cloudlet-studio.svg")));
    std::signal(SIGPIPE, SIG_IGN);  // a guest's console that closes is no reason to die
    const Arguments arguments = parse(app);
    SingleInstance instance(toQt(arguments.catalog));
    if (instance.handOver(arguments.files)) return 0;
    // Mended once the window is there.
    Result<Catalog> catalog = Catalog::open(arguments.catalog, Catalog::Mend::later);
    if (!catalog) {
        QMessageBox::critical(nullptr, QApplication::applicationDisplayName(),
                              toQt(catalog.error().message));
        return 1;
    }
    StudioServices services(*catalog, arguments.libvirtUri);
    MainWindow window(services);
    QObject::connect(&instance, &SingleInstance::filesOpened, &window, &MainWindow::comeForward);
    window.show();
    window.recover();
    for (const QString& file : arguments.files) window.openFile(file);
    return QApplication::exec();
}

}  // namespace

}  // namespace cloudlet

int main(int argc, char** argv) {
    return cloudlet::run(argc, argv);
}
