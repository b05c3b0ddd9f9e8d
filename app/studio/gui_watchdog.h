// Finds calls that block the window. A timer of the GUI thread comes late after one; whether the
// thread worked meanwhile, or waited for a processor, the kernel tells, and what is left it waited
// for something else: a lock, another program, a disk. Where others want the processors or the disk
// too, that may be their doing: half a second of such time is let be. And finds what computes too
// long, by the processor's time alone. For debug builds and tests; on the GUI thread.
#pragma once

#include <QObject>
#include <QTimer>
#include <chrono>
#include <functional>
#include <optional>

namespace cloudlet {

class GuiWatchdog : public QObject {
    Q_OBJECT
public:
    // What a person does not notice.
    static constexpr std::chrono::milliseconds kLimit{50};
    // Of one's own computing: our code is not optimised in a debug build, and a processor that is
    // shared computes at half its speed.
    static constexpr std::chrono::milliseconds kComputingLimit{150};
    // What a loaded machine adds at most.
    static constexpr std::chrono::milliseconds kMostExcused{450};

    // What the clock and the kernel say at a moment.
    struct Times {
        std::chrono::nanoseconds wall{};
        std::chrono::nanoseconds worked{};    // by the thread, or it waited for a processor
        std::chrono::nanoseconds computed{};  // by the thread
        // That anything of the machine waited for a processor or the disk; none: nobody counts.
        std::optional<std::chrono::nanoseconds> pressure{};
    };
    // Of two beats of the timer: how long a call blocked between them, if that was too long.
    static std::optional<std::chrono::milliseconds> tooLong(const Times& from, const Times& until);

    // Of two beats: how long was computed between them, if that was too long.
    static std::optional<std::chrono::milliseconds> tooMuch(const Times& from, const Times& until);

    enum class Fault { blocked, computed };
    // `bark` is told of each time that was longer than its limit.
    using Bark = std::function<void(Fault, std::chrono::milliseconds)>;
    explicit GuiWatchdog(Bark bark, QObject* parent = nullptr);

private:
    static Times now();
    void beat();

    Bark m_bark;
    QTimer m_timer;
    std::optional<Times> m_last;  // none before the first beat
};

}  // namespace cloudlet
