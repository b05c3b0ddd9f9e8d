// The keys that a guest believes to be down. Makes key strokes of key events so that none stays
// down: a key goes up as what it went down as, whatever Shift meant in between, and all of them
// go up when the keyboard leaves. GUI thread.
#pragma once

#include <QHash>
#include <optional>

#include "widgets/key_stroke.h"

namespace cloudlet {

class HeldKeys {
public:
    // Nothing for what the guest need not see: the releases that X11 invents while a key repeats,
    // and keys without a meaning.
    std::optional<KeyStroke> handle(const QKeyEvent& event);
    // The strokes that let go of every key.
    QList<KeyStroke> releaseAll();
    bool isEmpty() const { return m_down.isEmpty(); }

private:
    QHash<quint64, KeyStroke> m_down;  // by the key under the finger
};

}  // namespace cloudlet
