// A keyboard layout read backwards: which keys, pressed on it, type a text? For guests that take
// text by their keyboard only. The layouts are those of X11 (xkb-data). Any thread; constant
// after load().
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>
#include <optional>

#include "widgets/key_stroke.h"

namespace cloudlet {

struct TypedText {
    QList<KeyStroke> strokes;
    QString missing;  // characters that the layout cannot type, each once
};

class KeyLayout {
public:
    // `name` as X11 writes it: "us", "de", "fr(bepo)". Nothing if there is no such layout.
    static std::optional<KeyLayout> load(const QString& name);
    // What a person may choose from: a layout's name and what it is called.
    static QStringList usualNames();

    // Line ends become Return. A character that only a dead key makes is typed with it.
    TypedText type(const QString& text) const;

private:
    struct Key {
        quint32 keysym = 0;
        quint32 scanCode = 0;
        bool shift = false;
        bool altGr = false;
    };

    bool append(char32_t character, QList<KeyStroke>& strokes) const;
    bool appendWithDeadKey(char32_t character, QList<KeyStroke>& strokes) const;
    static void press(const Key& key, QList<KeyStroke>& strokes);

    QHash<char32_t, Key> m_characters;
    QHash<quint32, Key> m_deadKeys;  // by keysym
};

}  // namespace cloudlet
