#include "widgets/key_layout.h"

#include <linux/input-event-codes.h>
#include <xkbcommon/xkbcommon-keysyms.h>
#include <xkbcommon/xkbcommon.h>

#include <memory>

namespace cloudlet {

namespace {

constexpr xkb_keycode_t kXkbOffset = 8;

struct DeadKey {
    char32_t mark;     // the combining character it adds
    char32_t spacing;  // what it types before a space
    quint32 keysym;
};

constexpr DeadKey kDeadKeys[] = {
    {0x0300, '`', XKB_KEY_dead_grave},        {0x0301, 0x00b4, XKB_KEY_dead_acute},
    {0x0302, '^', XKB_KEY_dead_circumflex},   {0x0303, '~', XKB_KEY_dead_tilde},
    {0x0304, 0x00af, XKB_KEY_dead_macron},    {0x0306, 0x02d8, XKB_KEY_dead_breve},
    {0x0307, 0x02d9, XKB_KEY_dead_abovedot},  {0x0308, 0x00a8, XKB_KEY_dead_diaeresis},
    {0x030a, 0x00b0, XKB_KEY_dead_abovering}, {0x030b, 0x02dd, XKB_KEY_dead_doubleacute},
    {0x030c, 0x02c7, XKB_KEY_dead_caron},     {0x0327, 0x00b8, XKB_KEY_dead_cedilla},
    {0x0328, 0x02db, XKB_KEY_dead_ogonek},
};

using Context = std::unique_ptr<xkb_context, void (*)(xkb_context*)>;
using Keymap = std::unique_ptr<xkb_keymap, void (*)(xkb_keymap*)>;

Keymap keymapOf(const QString& name) {
    // No names from the environment; messages about a name that does not exist are ours.
    const Context context(xkb_context_new(XKB_CONTEXT_NO_ENVIRONMENT_NAMES), &xkb_context_unref);
    Keymap none(nullptr, &xkb_keymap_unref);
    if (!context) return none;
    xkb_context_set_log_level(context.get(), XKB_LOG_LEVEL_CRITICAL);
    const QString variant = name.section(u'(', 1).section(u')', 0, 0);
    const QByteArray layout = name.section(u'(', 0, 0).toLatin1();
    const QByteArray variantName = variant.toLatin1();
    if (layout.isEmpty()) return none;
    xkb_rule_names names{};
    names.rules = "evdev";
    names.model = "pc105";
    names.layout = layout.constData();
    names.variant = variantName.constData();
    return Keymap(xkb_keymap_new_from_names(context.get(), &names, XKB_KEYMAP_COMPILE_NO_FLAGS),
                  &xkb_keymap_unref);
}

// Which of Shift and AltGr reach a level; false if it takes anything else.
bool modifiersOf(xkb_keymap* keymap, xkb_keycode_t code, xkb_level_index_t level, bool& shift,
                 bool& altGr) {
    xkb_mod_mask_t masks[8] = {};
    const std::size_t count =
        xkb_keymap_key_get_mods_for_level(keymap, code, 0, level, masks, std::size(masks));
    const xkb_mod_mask_t shiftMask = 1U << xkb_keymap_mod_get_index(keymap, XKB_MOD_NAME_SHIFT);
    const xkb_mod_mask_t altGrMask = 1U << xkb_keymap_mod_get_index(keymap, "Mod5");
    for (std::size_t i = 0; i < count; ++i) {
        if ((masks[i] & ~(shiftMask | altGrMask)) != 0) continue;
        shift = (masks[i] & shiftMask) != 0;
        altGr = (masks[i] & altGrMask) != 0;
        return true;
    }
    return false;
}

bool isKeypad(xkb_keysym_t keysym) {
    return keysym >= XKB_KEY_KP_Space && keysym <= XKB_KEY_KP_Equal;
}

bool isDead(xkb_keysym_t keysym) {
    return keysym >= XKB_KEY_dead_grave && keysym <= XKB_KEY_dead_longsolidusoverlay;
}

}  // namespace

std::optional<KeyLayout> KeyLayout::load(const QString& name) {
    const Keymap keymap = keymapOf(name);
    if (!keymap) return std::nullopt;
    KeyLayout layout;
    for (xkb_level_index_t level = 0; level < 4; ++level) {
        for (xkb_keycode_t code = xkb_keymap_min_keycode(keymap.get());
             code <= xkb_keymap_max_keycode(keymap.get()); ++code) {
            const xkb_keysym_t* keysyms = nullptr;
            const int count =
                xkb_keymap_key_get_syms_by_level(keymap.get(), code, 0, level, &keysyms);
            if (count != 1 || isKeypad(keysyms[0]) || code < kXkbOffset) continue;
            Key key{keysyms[0], scanCodeOfLinuxKey(code - kXkbOffset), false, false};
            if (key.scanCode == 0) continue;
            if (!modifiersOf(keymap.get(), code, level, key.shift, key.altGr)) continue;
            const char32_t character = xkb_keysym_to_utf32(keysyms[0]);
            // The lowest level that has a character stays: fewest keys to hold.
            if (isDead(keysyms[0])) {
                if (!layout.m_deadKeys.contains(keysyms[0])) {
                    layout.m_deadKeys.insert(keysyms[0], key);
                }
            } else if (character >= 0x20 && !layout.m_characters.contains(character)) {
                layout.m_characters.insert(character, key);
            }
        }
    }
    layout.m_characters.insert('\n', {XKB_KEY_Return, KEY_ENTER, false, false});
    layout.m_characters.insert('\t', {XKB_KEY_Tab, KEY_TAB, false, false});
    return layout;
}

QStringList KeyLayout::usualNames() {
    return {QStringLiteral("us"), QStringLiteral("gb"), QStringLiteral("de"), QStringLiteral("fr"),
            QStringLiteral("es"), QStringLiteral("it"), QStringLiteral("pt"), QStringLiteral("br"),
            QStringLiteral("ch"), QStringLiteral("be"), QStringLiteral("dk"), QStringLiteral("no"),
            QStringLiteral("se"), QStringLiteral("fi"), QStringLiteral("pl"), QStringLiteral("cz"),
            QStringLiteral("hu"), QStringLiteral("tr"), QStringLiteral("ru"), QStringLiteral("jp")};
}

void KeyLayout::press(const Key& key, QList<KeyStroke>& strokes) {
    const KeyStroke shift{XKB_KEY_Shift_L, KEY_LEFTSHIFT, true};
    const KeyStroke altGr{XKB_KEY_ISO_Level3_Shift, scanCodeOfLinuxKey(KEY_RIGHTALT), true};
    const auto released = [](KeyStroke stroke) {
        stroke.down = false;
        return stroke;
    };
    const KeyStroke pressed{key.keysym, key.scanCode, true};
    if (key.shift) strokes.append(shift);
    if (key.altGr) strokes.append(altGr);
    strokes.append(pressed);
    strokes.append(released(pressed));
    if (key.altGr) strokes.append(released(altGr));
    if (key.shift) strokes.append(released(shift));
}

bool KeyLayout::append(char32_t character, QList<KeyStroke>& strokes) const {
    const auto key = m_characters.constFind(character);
    if (key == m_characters.constEnd()) return appendWithDeadKey(character, strokes);
    press(*key, strokes);
    return true;
}

bool KeyLayout::appendWithDeadKey(char32_t character, QList<KeyStroke>& strokes) const {
    const QList<uint> parts =
        QString::fromUcs4(&character, 1).normalized(QString::NormalizationForm_D).toUcs4();
    for (const DeadKey& dead : kDeadKeys) {
        const auto key = m_deadKeys.constFind(dead.keysym);
        if (key == m_deadKeys.constEnd()) continue;
        const bool alone = character == dead.spacing;
        const bool combined = parts.size() == 2 && parts.at(1) == dead.mark;
        const char32_t base = alone ? U' ' : static_cast<char32_t>(parts.first());
        const auto baseKey = m_characters.constFind(base);
        if ((!alone && !combined) || baseKey == m_characters.constEnd()) continue;
        press(*key, strokes);
        press(*baseKey, strokes);
        return true;
    }
    return false;
}

TypedText KeyLayout::type(const QString& text) const {
    TypedText typed;
    QString plain = text;
    plain.replace(QLatin1String("\r\n"), QLatin1String("\n"));
    const QList<uint> characters = plain.normalized(QString::NormalizationForm_C).toUcs4();
    for (const uint character : characters) {
        if (append(character, typed.strokes)) continue;
        const char32_t missing = character;
        const QString shown = QString::fromUcs4(&missing, 1);
        if (!typed.missing.contains(shown)) typed.missing += shown;
    }
    return typed;
}

}  // namespace cloudlet
