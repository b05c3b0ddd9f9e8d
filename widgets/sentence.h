// Texts of the engine, which are parts of sentences, as they stand alone. Any thread.
#pragma once

#include <QString>

namespace cloudlet {

// With a capital first letter, unless it begins with something else.
inline QString capitalised(const QString& text) {
    return text.left(1).toUpper() + text.mid(1);
}

// And with a full stop, unless it ends in something else that ends it.
inline QString asSentence(const QString& text) {
    const QString trimmed = text.trimmed();
    if (trimmed.isEmpty()) return {};
    const bool ends = QStringLiteral(".!?…:").contains(trimmed.back());
    return capitalised(trimmed) + (ends ? QString() : QStringLiteral("."));
}

}  // namespace cloudlet
