// Between the engine's texts and Qt's. Any thread.
#pragma once

#include <QString>
#include <filesystem>
#include <string>
#include <string_view>

namespace cloudlet {

inline QString toQt(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}
inline QString toQt(const std::string& text) {
    return QString::fromStdString(text);
}
inline QString toQt(const char* text) {
    return QString::fromUtf8(text);
}
inline QString toQt(const std::filesystem::path& path) {
    return toQt(std::string_view(path.native()));
}
inline std::filesystem::path toPath(const QString& path) {
    return path.toStdString();
}

QString bytesText(std::uint64_t bytes);           // "1.4 MiB"
QString durationText(double seconds);             // "0.34 s"
QString dateText(std::int64_t secondsSince1970);  // in the person's own time and spelling
// As what stands where "&" marks a letter: menus and tabs.
QString asLabel(QString text);
// An action's words, without its letter and the dots of what asks first.
QString plainWords(QString action);
// A command's argument as a shell takes it.
QString shellQuoted(const QString& argument);

}  // namespace cloudlet
