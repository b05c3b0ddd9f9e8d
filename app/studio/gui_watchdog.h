// Finds calls that block the window. A timer of the GUI thread comes late after one; whether the
// thread worked meanwhile, or waited for a processor, the kernel tells, and what is left it waited
// for something else: a disk, a lock, another program. For debug builds and tests; made, used and
// destroyed on the GUI thread.
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

    // `bark` is told of each time that was longer than the limit.
    using Bark = std::function<void(std::chrono::milliseconds)>;
    explicit GuiWatchdog(Bark bark, QObject* parent = nullptr);

private:
    struct Times {
        std::chrono::nanoseconds wall{};
        std::chrono::nanoseconds worked{};  // or waited for a processor
    };
    static Times now();
    void beat();

    Bark m_bark;
    QTimer m_timer;
    std::optional<Times> m_last;  // none before the first beat
};

}  // namespace cloudlet
