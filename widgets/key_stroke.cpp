#include "widgets/key_stroke.h"

#include <linux/input-event-codes.h>
#include <xkbcommon/xkbcommon-keysyms.h>
#include <xkbcommon/xkbcommon.h>

#include <QGuiApplication>
#include <QHash>
#include <QKeyEvent>
#include <algorithm>

namespace cloudlet {

namespace {

// X11 and Wayland count keys from 8 on (the XKB protocol's smallest key code).
constexpr quint32 kXkbOffset = 8;
// Up to here Linux numbered the keys as XT keyboards did.
constexpr quint32 kLastEqualKey = KEY_KPDOT;

struct KeyPair {
    int from;
    quint32 to;
};

// IBM PC keyboard set 1; 0x80 marks the E0 prefix, as RFB's extended key event wants it.
constexpr KeyPair kScanCodes[] = {
    {KEY_ZENKAKUHANKAKU, 0x76},
    {KEY_102ND, 0x56},
    {KEY_F11, 0x57},
    {KEY_F12, 0x58},
    {KEY_RO, 0x73},
    {KEY_KATAKANAHIRAGANA, 0x70},
    {KEY_HENKAN, 0x79},
    {KEY_MUHENKAN, 0x7b},
    {KEY_KPJPCOMMA, 0x5c},
    {KEY_KPENTER, 0x9c},
    {KEY_RIGHTCTRL, 0x9d},
    {KEY_KPSLASH, 0xb5},
    {KEY_SYSRQ, 0x54},
    {KEY_RIGHTALT, 0xb8},
    {KEY_HOME, 0xc7},
    {KEY_UP, 0xc8},
    {KEY_PAGEUP, 0xc9},
    {KEY_LEFT, 0xcb},
    {KEY_RIGHT, 0xcd},
    {KEY_END, 0xcf},
    {KEY_DOWN, 0xd0},
    {KEY_PAGEDOWN, 0xd1},
    {KEY_INSERT, 0xd2},
    {KEY_DELETE, 0xd3},
    {KEY_MUTE, 0xa0},
    {KEY_VOLUMEDOWN, 0xae},
    {KEY_VOLUMEUP, 0xb0},
    {KEY_KPEQUAL, 0x59},
    {KEY_PAUSE, 0xc6},
    {KEY_YEN, 0x7d},
    {KEY_LEFTMETA, 0xdb},
    {KEY_RIGHTMETA, 0xdc},
    {KEY_COMPOSE, 0xdd},
};

// Where the platform names no keysym, as the offscreen one does.
constexpr KeyPair kKeysyms[] = {
    {Qt::Key_Escape, XKB_KEY_Escape},
    {Qt::Key_Tab, XKB_KEY_Tab},
    {Qt::Key_Backtab, XKB_KEY_Tab},
    {Qt::Key_Backspace, XKB_KEY_BackSpace},
    {Qt::Key_Return, XKB_KEY_Return},
    {Qt::Key_Enter, XKB_KEY_KP_Enter},
    {Qt::Key_Insert, XKB_KEY_Insert},
    {Qt::Key_Delete, XKB_KEY_Delete},
    {Qt::Key_Pause, XKB_KEY_Pause},
    {Qt::Key_Print, XKB_KEY_Print},
    {Qt::Key_Home, XKB_KEY_Home},
    {Qt::Key_End, XKB_KEY_End},
    {Qt::Key_Left, XKB_KEY_Left},
    {Qt::Key_Up, XKB_KEY_Up},
    {Qt::Key_Right, XKB_KEY_Right},
    {Qt::Key_Down, XKB_KEY_Down},
    {Qt::Key_PageUp, XKB_KEY_Page_Up},
    {Qt::Key_PageDown, XKB_KEY_Page_Down},
    {Qt::Key_Shift, XKB_KEY_Shift_L},
    {Qt::Key_Control, XKB_KEY_Control_L},
    {Qt::Key_Meta, XKB_KEY_Super_L},
    {Qt::Key_Alt, XKB_KEY_Alt_L},
    {Qt::Key_AltGr, XKB_KEY_ISO_Level3_Shift},
    {Qt::Key_CapsLock, XKB_KEY_Caps_Lock},
    {Qt::Key_NumLock, XKB_KEY_Num_Lock},
    {Qt::Key_ScrollLock, XKB_KEY_Scroll_Lock},
    {Qt::Key_Menu, XKB_KEY_Menu},
};

template <std::size_t N>
quint32 find(const KeyPair (&pairs)[N], int from) {
    const auto* pair = std::find_if(std::begin(pairs), std::end(pairs),
                                    [from](const KeyPair& each) { return each.from == from; });
    return pair == std::end(pairs) ? 0 : pair->to;
}

quint32 keysymOf(const QKeyEvent& event) {
    // Backtab is what Shift makes of Tab here; the guest sees Shift itself.
    if (event.key() == Qt::Key_Backtab) return XKB_KEY_Tab;
    if (event.nativeVirtualKey() != 0) return event.nativeVirtualKey();
    if (const quint32 keysym = find(kKeysyms, event.key())) return keysym;
    if (event.key() >= Qt::Key_F1 && event.key() <= Qt::Key_F35) {
        return XKB_KEY_F1 + static_cast<quint32>(event.key() - Qt::Key_F1);
    }
    const QList<uint> characters = event.text().toUcs4();
    if (!characters.isEmpty() && characters.first() >= 0x20) {
        return xkb_utf32_to_keysym(characters.first());
    }
    // Ctrl+C has no printable text, but a key.
    const bool latin = event.key() >= Qt::Key_Space && event.key() <= Qt::Key_ydiaeresis;
    return latin ? xkb_utf32_to_keysym(QChar::toLower(static_cast<uint>(event.key()))) : 0;
}

// What a key means without a layout: only the ones that mean the same in each.
quint32 keysymOfLinuxKey(quint32 code) {
    switch (code) {
        case KEY_LEFTCTRL:
            return XKB_KEY_Control_L;
        case KEY_LEFTALT:
            return XKB_KEY_Alt_L;
        case KEY_LEFTSHIFT:
            return XKB_KEY_Shift_L;
        case KEY_RIGHTALT:
            return XKB_KEY_ISO_Level3_Shift;
        case KEY_LEFTMETA:
            return XKB_KEY_Super_L;
        case KEY_DELETE:
            return XKB_KEY_Delete;
        case KEY_BACKSPACE:
            return XKB_KEY_BackSpace;
        case KEY_SYSRQ:
            return XKB_KEY_Print;
        case KEY_TAB:
            return XKB_KEY_Tab;
        case KEY_ESC:
            return XKB_KEY_Escape;
        case KEY_F11:
            return XKB_KEY_F11;
        case KEY_F12:
            return XKB_KEY_F12;
        default:
            if (code >= KEY_F1 && code <= KEY_F10) return XKB_KEY_F1 + code - KEY_F1;
            return 0;
    }
}

}  // namespace

quint32 scanCodeOfLinuxKey(quint32 code) {
    if (code >= KEY_ESC && code <= kLastEqualKey) return code;
    return find(kScanCodes, static_cast<int>(code));
}

KeyStroke strokeOf(const QKeyEvent& event) {
    KeyStroke stroke;
    stroke.keysym = keysymOf(event);
    stroke.down = event.type() != QEvent::KeyRelease;
    if (event.nativeScanCode() > kXkbOffset) {
        stroke.scanCode = scanCodeOfLinuxKey(event.nativeScanCode() - kXkbOffset);
    }
    return stroke;
}

QList<KeyStroke> chord(const QList<quint32>& linuxKeys) {
    QList<KeyStroke> strokes;
    for (const quint32 key : linuxKeys) {
        strokes.append({keysymOfLinuxKey(key), scanCodeOfLinuxKey(key), true});
    }
    for (qsizetype i = linuxKeys.size(); i-- > 0;) {
        KeyStroke release = strokes.at(i);
        release.down = false;
        strokes.append(release);
    }
    return strokes;
}

}  // namespace cloudlet
