// A key goes down or up, as a VNC server wants to know it, and where such keys come from.
// Plain values and functions; any thread.
#pragma once

#include <QList>
#include <QtGlobal>

class QKeyEvent;

namespace cloudlet {

struct KeyStroke {
    quint32 keysym = 0;    // of X11; what the key means
    quint32 scanCode = 0;  // XT set 1, 0x80 set for keys with an E0 prefix; 0: not known
    bool down = true;

    bool operator==(const KeyStroke&) const = default;
};

// Linux's number of a key (linux/input-event-codes.h) as XT scan code; 0 where it has none.
quint32 scanCodeOfLinuxKey(quint32 code);

// What a key event means, down or up. The scan code is that of the key under the finger, so that
// the guest's own keyboard layout decides what it means.
KeyStroke strokeOf(const QKeyEvent& event);

// Presses the keys (Linux's numbers) one after another and releases them in the other order.
QList<KeyStroke> chord(const QList<quint32>& linuxKeys);

}  // namespace cloudlet
