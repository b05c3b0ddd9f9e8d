#include "app/studio/qt_text.h"

#include <QDateTime>
#include <QLocale>
#include <QRegularExpression>

#include "engine/base/format.h"

namespace cloudlet {

namespace {

// The engine writes numbers as in C.
QString inThisLanguage(QString number) {
    return number.replace(u'.', QLocale().decimalPoint());
}

}  // namespace

QString bytesText(std::uint64_t bytes) {
    return inThisLanguage(toQt(formatBytes(bytes)));
}

QString durationText(double seconds) {
    return inThisLanguage(toQt(formatDuration(std::chrono::duration<double>(seconds))));
}

QString dateText(std::int64_t secondsSince1970) {
    return QLocale().toString(QDateTime::fromSecsSinceEpoch(secondsSince1970),
                              QLocale::ShortFormat);
}

QString asLabel(QString text) {
    return text.replace(u'&', QStringLiteral("&&"));
}

QString plainWords(QString action) {
    return action.remove(u'&').remove(u'…');
}

QString shellQuoted(const QString& argument) {
    static const QRegularExpression plain(QStringLiteral("\\A[A-Za-z0-9_@%+=:,./-]+\\z"));
    if (plain.match(argument).hasMatch()) return argument;
    QString inner = argument;
    return u'\'' + inner.replace(u'\'', QStringLiteral("'\\''")) + u'\'';
}

}  // namespace cloudlet
