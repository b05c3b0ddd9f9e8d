// A long piece of work as it goes: what it does now, how far it is, how fast, how long it will
// take, and a way to end it. Shows plain values; somebody polls them. GUI thread.
#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace cloudlet {

struct StageView {
    QString stage;
    quint64 done = 0;
    quint64 total = 0;     // 0: not known
    bool inBytes = false;  // else in pieces
    double seconds = 0;    // since the stage began

    bool operator==(const StageView&) const = default;
};

// "12.0 MiB of 40.0 MiB, 6.0 MiB/s, 5 s left", as far as it is known.
QString describeStage(const StageView& view);

class StageBar : public QWidget {
    Q_OBJECT
public:
    explicit StageBar(QWidget* parent = nullptr);

    void setStage(const StageView& view);
    // No more after this click: the work ends as soon as it can.
    void showCancelling();
    void reset();

Q_SIGNALS:
    void cancelled();

private:
    QLabel* m_stage;
    QLabel* m_numbers;
    QProgressBar* m_bar;
    QPushButton* m_cancel;
};

}  // namespace cloudlet
