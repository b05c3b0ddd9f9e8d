#include <linux/input-event-codes.h>
#include <xkbcommon/xkbcommon-keysyms.h>

#include <QKeyEvent>
#include <QTest>

#include "widgets/held_keys.h"
#include "widgets/key_layout.h"

using namespace cloudlet;

namespace {

// As xcb reports the key of that Linux number.
QKeyEvent native(QEvent::Type type, Qt::Key key, quint32 linuxKey, quint32 keysym,
                 bool repeats = false) {
    return {type, key, Qt::NoModifier, linuxKey + 8, keysym, 0, QString(), repeats};
}

// What a guest with this layout would read, in the order of the strokes: "S+a" with Shift held.
QStringList shown(const QList<KeyStroke>& strokes) {
    QStringList list;
    QString held;
    for (const KeyStroke& stroke : strokes) {
        const bool shift = stroke.keysym == XKB_KEY_Shift_L;
        const bool altGr = stroke.keysym == XKB_KEY_ISO_Level3_Shift;
        if (shift || altGr) {
            const QString name = shift ? QStringLiteral("S+") : QStringLiteral("A+");
            stroke.down ? held += name : held.remove(name);
        } else if (stroke.down) {
            list << held + QString::number(stroke.scanCode);
        }
    }
    return list;
}

}  // namespace

class TestKeyboard : public QObject {
    Q_OBJECT
private slots:
    void knowsScanCodes();
    void namesKeysWithoutAPlatform_data();
    void namesKeysWithoutAPlatform();
    void takesThePlatformsWord();
    void letsGoOfWhatWentDown();
    void forgetsInventedReleases();
    void letsGoOfEverything();
    void makesChords();
    void typesOnManyLayouts_data();
    void typesOnManyLayouts();
    void typesWithDeadKeys();
    void saysWhatItCannotType();
    void knowsItsLayouts();
    void pressesAndReleasesInPairs();
};

void TestKeyboard::knowsScanCodes() {
    QCOMPARE(scanCodeOfLinuxKey(KEY_A), 0x1eU);
    QCOMPARE(scanCodeOfLinuxKey(KEY_ENTER), 0x1cU);
    QCOMPARE(scanCodeOfLinuxKey(KEY_KPENTER), 0x9cU);
    QCOMPARE(scanCodeOfLinuxKey(KEY_RIGHTALT), 0xb8U);
    QCOMPARE(scanCodeOfLinuxKey(KEY_UP), 0xc8U);
    QCOMPARE(scanCodeOfLinuxKey(KEY_F12), 0x58U);
    QCOMPARE(scanCodeOfLinuxKey(KEY_102ND), 0x56U);
    QCOMPARE(scanCodeOfLinuxKey(KEY_RESERVED), 0U);
    QCOMPARE(scanCodeOfLinuxKey(KEY_MICMUTE), 0U);
}

void TestKeyboard::namesKeysWithoutAPlatform_data() {
    QTest::addColumn<int>("key");
    QTest::addColumn<QString>("text");
    QTest::addColumn<quint32>("keysym");
    QTest::newRow("a") << int(Qt::Key_A) << "a" << quint32{'a'};
    QTest::newRow("A") << int(Qt::Key_A) << "A" << quint32{'A'};
    QTest::newRow("Ctrl+C") << int(Qt::Key_C) << "\x03" << quint32{'c'};
    QTest::newRow("Return") << int(Qt::Key_Return) << "\r" << quint32{XKB_KEY_Return};
    QTest::newRow("F5") << int(Qt::Key_F5) << "" << quint32{XKB_KEY_F5};
    QTest::newRow("Backtab") << int(Qt::Key_Backtab) << "" << quint32{XKB_KEY_Tab};
    QTest::newRow("euro") << int(Qt::Key_unknown) << "\u20ac" << quint32{XKB_KEY_EuroSign};
    QTest::newRow("nothing") << int(Qt::Key_unknown) << "" << quint32{0};
}

void TestKeyboard::namesKeysWithoutAPlatform() {
    QFETCH(int, key);
    QFETCH(QString, text);
    QFETCH(quint32, keysym);
    const KeyStroke stroke = strokeOf(QKeyEvent(QEvent::KeyPress, key, Qt::NoModifier, text));
    QCOMPARE(stroke.keysym, keysym);
    QCOMPARE(stroke.scanCode, 0U);
    QVERIFY(stroke.down);
}

void TestKeyboard::takesThePlatformsWord() {
    // On a German keyboard the key of the American "y" says "z".
    const KeyStroke stroke = strokeOf(native(QEvent::KeyPress, Qt::Key_Z, KEY_Y, 'z'));
    QCOMPARE(stroke, (KeyStroke{'z', KEY_Y, true}));
}

void TestKeyboard::letsGoOfWhatWentDown() {
    HeldKeys held;
    const auto down = held.handle(native(QEvent::KeyPress, Qt::Key_1, KEY_1, '1'));
    // Shift went down meanwhile: the same key now means "!".
    const auto up = held.handle(native(QEvent::KeyRelease, Qt::Key_Exclam, KEY_1, '!'));
    QVERIFY(down && up);
    QCOMPARE(*up, (KeyStroke{'1', KEY_1, false}));
    QVERIFY(held.isEmpty());
}

void TestKeyboard::forgetsInventedReleases() {
    HeldKeys held;
    QVERIFY(held.handle(native(QEvent::KeyPress, Qt::Key_A, KEY_A, 'a')));
    QVERIFY(!held.handle(native(QEvent::KeyRelease, Qt::Key_A, KEY_A, 'a', true)));
    QVERIFY(held.handle(native(QEvent::KeyPress, Qt::Key_A, KEY_A, 'a', true)));
    QVERIFY(held.handle(native(QEvent::KeyRelease, Qt::Key_A, KEY_A, 'a')));
    // Went down elsewhere, before the console had the keyboard.
    QVERIFY(!held.handle(native(QEvent::KeyRelease, Qt::Key_B, KEY_B, 'b')));
}

void TestKeyboard::letsGoOfEverything() {
    HeldKeys held;
    (void)held.handle(native(QEvent::KeyPress, Qt::Key_Control, KEY_LEFTCTRL, XKB_KEY_Control_L));
    (void)held.handle(native(QEvent::KeyPress, Qt::Key_Alt, KEY_LEFTALT, XKB_KEY_Alt_L));
    const QList<KeyStroke> released = held.releaseAll();
    QCOMPARE(released.size(), 2);
    QVERIFY(released.contains(KeyStroke{XKB_KEY_Control_L, KEY_LEFTCTRL, false}));
    QVERIFY(released.contains(KeyStroke{XKB_KEY_Alt_L, KEY_LEFTALT, false}));
    QVERIFY(held.isEmpty());
    QVERIFY(held.releaseAll().isEmpty());
}

void TestKeyboard::makesChords() {
    const QList<KeyStroke> strokes = chord({KEY_LEFTCTRL, KEY_LEFTALT, KEY_DELETE});
    const QList<KeyStroke> expected{
        {XKB_KEY_Control_L, 0x1d, true}, {XKB_KEY_Alt_L, 0x38, true},
        {XKB_KEY_Delete, 0xd3, true},    {XKB_KEY_Delete, 0xd3, false},
        {XKB_KEY_Alt_L, 0x38, false},    {XKB_KEY_Control_L, 0x1d, false}};
    QCOMPARE(strokes, expected);
}

void TestKeyboard::typesOnManyLayouts_data() {
    QTest::addColumn<QString>("layout");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("keys");
    QTest::newRow("us") << "us"
                        << "aZ@" << QStringList{"30", "S+44", "S+3"};
    QTest::newRow("de") << "de"
                        << "zy@" << QStringList{"21", "44", "A+16"};
    QTest::newRow("fr") << "fr"
                        << "aq1" << QStringList{"16", "30", "S+2"};
    QTest::newRow("variant") << "us(dvorak)"
                             << "o" << QStringList{"31"};
    QTest::newRow("lines") << "us"
                           << "a\r\nb\tc" << QStringList{"30", "28", "48", "15", "46"};
}

void TestKeyboard::typesOnManyLayouts() {
    QFETCH(QString, layout);
    QFETCH(QString, text);
    QFETCH(QStringList, keys);
    const auto loaded = KeyLayout::load(layout);
    QVERIFY(loaded);
    const TypedText typed = loaded->type(text);
    QCOMPARE(shown(typed.strokes), keys);
    QVERIFY2(typed.missing.isEmpty(), qPrintable(typed.missing));
}

void TestKeyboard::typesWithDeadKeys() {
    const auto german = KeyLayout::load(QStringLiteral("de"));
    QVERIFY(german);
    // The key left of 1 is a dead circumflex there: before e it makes the letter, before a space
    // itself.
    QCOMPARE(shown(german->type(QString::fromUtf8("ê^")).strokes),
             (QStringList{"41", "18", "41", "57"}));
    const auto french = KeyLayout::load(QStringLiteral("fr"));
    QVERIFY(french);
    QVERIFY(french->type(QString::fromUtf8("éèçàêëù")).missing.isEmpty());
}

void TestKeyboard::saysWhatItCannotType() {
    const auto layout = KeyLayout::load(QStringLiteral("us"));
    QVERIFY(layout);
    const TypedText typed = layout->type(QString::fromUtf8("añb→→日"));
    QCOMPARE(shown(typed.strokes), (QStringList{"30", "48"}));
    QCOMPARE(typed.missing, QString::fromUtf8("ñ→日"));
}

void TestKeyboard::knowsItsLayouts() {
    for (const QString& name : KeyLayout::usualNames()) {
        QVERIFY2(KeyLayout::load(name), qPrintable(name));
    }
    QVERIFY(!KeyLayout::load(QStringLiteral("no-such-layout")));
    QVERIFY(!KeyLayout::load(QString()));
}

void TestKeyboard::pressesAndReleasesInPairs() {
    QString printable;
    for (char16_t c = 0x20; c < 0x7f; ++c) printable += QChar(c);
    for (const QString& name : {QStringLiteral("us"), QStringLiteral("de"), QStringLiteral("fr")}) {
        const TypedText typed = KeyLayout::load(name)->type(printable);
        QVERIFY2(typed.missing.isEmpty(), qPrintable(name + typed.missing));
        QSet<quint32> down;
        for (const KeyStroke& stroke : typed.strokes) {
            QVERIFY(stroke.scanCode != 0);
            QCOMPARE(down.contains(stroke.scanCode), !stroke.down);
            stroke.down ? void(down.insert(stroke.scanCode)) : void(down.remove(stroke.scanCode));
        }
        QVERIFY(down.isEmpty());
    }
}

QTEST_GUILESS_MAIN(TestKeyboard)
#include "tst_keyboard.moc"
