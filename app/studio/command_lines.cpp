#include "app/studio/command_lines.h"

#include "app/studio/qt_text.h"

namespace cloudlet {

QString CommandLines::plain(const QString& command, const QStringList& arguments) {
    QString line = QStringLiteral("cloudlet ") + command;
    for (const QString& argument : arguments) line += u' ' + shellQuoted(argument);
    return line;
}

QString CommandLines::createBase(const BaseOrder& order) {
    QStringList arguments;
    if (order.isInstaller) {
        arguments << QStringLiteral("--cdrom") << order.file << QStringLiteral("--new-disk")
                  << QStringLiteral("%1G").arg(order.diskBytes >> 30);
    } else {
        arguments << order.file;
    }
    arguments << QStringLiteral("--name") << order.name << QStringLiteral("--memory")
              << QStringLiteral("%1M").arg(order.memoryBytes >> 20) << QStringLiteral("--vcpus")
              << QString::number(order.vcpus);
    if (!order.clean) arguments << QStringLiteral("--no-clean");
    return plain(QStringLiteral("base"), arguments);
}

QString CommandLines::author(const AuthorOrder& start, const OverlayOrder& overlay,
                             const QString& script) {
    QStringList arguments;
    if (start.left) {  // its ports are open already
        arguments << toQt(start.left->id).left(8);
    } else {
        arguments << start.base;
        for (const PortForward& forward : overlay.ports) {
            arguments << QStringLiteral("--forward") << toQt(forward.text());
        }
        if (!script.isEmpty()) arguments << QStringLiteral("--run") << script;
    }
    arguments << QStringLiteral("-o")
              << (overlay.file.isEmpty() ? QStringLiteral("overlay.cloudlet") : overlay.file);
    if (!overlay.title.isEmpty()) arguments << QStringLiteral("--title") << overlay.title;
    if (!overlay.notes.isEmpty()) arguments << QStringLiteral("--notes") << overlay.notes;
    if (overlay.profile != Profile::balanced) {
        arguments << QStringLiteral("--profile") << toQt(toString(overlay.profile));
    }
    if (!overlay.clean) arguments << QStringLiteral("--no-clean");
    return plain(start.left ? QStringLiteral("residue") : QStringLiteral("overlay"), arguments);
}

QString CommandLines::run(const QString& overlay, const QString& more) {
    return plain(QStringLiteral("synthesis"), {overlay}) + more;
}

QString CommandLines::push(const PushOrder& order, const QString& more) {
    QStringList arguments{order.file, QStringLiteral("--to"), toQt(order.server.name)};
    if (order.base) arguments << QStringLiteral("--send-base");
    if (order.complete) arguments << QStringLiteral("--complete");
    return plain(QStringLiteral("push"), arguments) + more;
}

QList<ActionCommand> CommandLines::ofOverlay(const QString& file) {
    return {
        {tr("Run here"), run(file)},
        {tr("Inspect"), plain(QStringLiteral("info-overlay"), {file, QStringLiteral("--files")})},
        {tr("Push to a cloudlet"),
         plain(QStringLiteral("push"), {file, QStringLiteral("--to"), QStringLiteral("CLOUDLET")})},
        {tr("Verify"), plain(QStringLiteral("verify-overlay"), {file})},
        {tr("Rehearse"), plain(QStringLiteral("rehearse"), {file})},
        {tr("Save its picture"), plain(QStringLiteral("info-overlay"),
                                       {file, QStringLiteral("--picture"), QStringLiteral("PNG")})},
        {tr("Tag"), plain(QStringLiteral("tag"), {file, QStringLiteral("WORD")})},
        {tr("Forget"), plain(QStringLiteral("forget-overlay"), {file})}};
}

QList<ActionCommand> CommandLines::ofBase(const QString& name) {
    return {{tr("Author"), plain(QStringLiteral("overlay"),
                                 {name, QStringLiteral("-o"), QStringLiteral("overlay.cloudlet")})},
            {tr("Verify"), plain(QStringLiteral("verify-base"), {name})},
            {tr("Tag"), plain(QStringLiteral("tag"), {name, QStringLiteral("WORD")})},
            {tr("Export"), plain(QStringLiteral("export-base"), {name, QStringLiteral("FILE")})},
            {tr("Delete"), plain(QStringLiteral("del-base"), {name})}};
}

}  // namespace cloudlet
