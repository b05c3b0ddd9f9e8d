#include "widgets/held_keys.h"

#include <QKeyEvent>

namespace cloudlet {

namespace {

// The native number where there is one: Qt's key of "1" is "!" once Shift is down.
quint64 identityOf(const QKeyEvent& event) {
    constexpr quint64 kNative = quint64{1} << 32;
    if (event.nativeScanCode() != 0) return kNative | event.nativeScanCode();
    return static_cast<quint64>(event.key());
}

}  // namespace

std::optional<KeyStroke> HeldKeys::handle(const QKeyEvent& event) {
    const quint64 identity = identityOf(event);
    if (event.type() == QEvent::KeyRelease) {
        if (event.isAutoRepeat()) return std::nullopt;
        const auto held = m_down.constFind(identity);
        if (held == m_down.constEnd()) return std::nullopt;  // pressed somewhere else
        KeyStroke stroke = *held;
        m_down.erase(held);
        stroke.down = false;
        return stroke;
    }
    const KeyStroke stroke = strokeOf(event);
    if (stroke.keysym == 0 && stroke.scanCode == 0) return std::nullopt;
    m_down.insert(identity, stroke);
    return stroke;
}

QList<KeyStroke> HeldKeys::releaseAll() {
    QList<KeyStroke> strokes = m_down.values();
    m_down.clear();
    for (KeyStroke& stroke : strokes) stroke.down = false;
    return strokes;
}

}  // namespace cloudlet
