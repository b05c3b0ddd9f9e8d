#include "widgets/stage_bar.h"

#include <QCoreApplication>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <algorithm>

#include "widgets/sentence.h"

namespace cloudlet {

namespace {

constexpr int kSteps = 1000;
// Before that a rate is noise.
constexpr double kShortestSeconds = 0.7;

QString bytes(double count) {
    return QLocale().formattedDataSize(static_cast<qint64>(count), 1, QLocale::DataSizeIecFormat);
}

QString amount(const StageView& view, quint64 count) {
    return view.inBytes ? bytes(static_cast<double>(count)) : QLocale().toString(count);
}

QString secondsLeft(double seconds) {
    const qint64 whole = static_cast<qint64>(seconds) + 1;
    if (whole < 60) return StageBar::tr("%1 s left").arg(whole);
    return StageBar::tr("%1 min %2 s left").arg(whole / 60).arg(whole % 60);
}

}  // namespace

QString describeStage(const StageView& view) {
    if (view.total == 0) return {};
    const quint64 done = std::min(view.done, view.total);
    QStringList parts{StageBar::tr("%1 of %2").arg(amount(view, done), amount(view, view.total))};
    if (view.seconds >= kShortestSeconds && done > 0) {
        const double rate = static_cast<double>(done) / view.seconds;
        if (view.inBytes) parts << StageBar::tr("%1/s").arg(bytes(rate));
        if (done < view.total) {
            parts << secondsLeft(static_cast<double>(view.total - done) / rate);
        }
    }
    return parts.join(QStringLiteral(", "));
}

StageBar::StageBar(QWidget* parent)
    : QWidget(parent),
      m_stage(new QLabel),
      m_numbers(new QLabel),
      m_bar(new QProgressBar),
      m_cancel(new QPushButton(tr("Ca&ncel"))) {
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Progress"));
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stage, 0, 0);
    layout->addWidget(m_numbers, 0, 1, Qt::AlignRight);
    layout->addWidget(m_bar, 1, 0, 1, 2);
    layout->addWidget(m_cancel, 0, 2, 2, 1, Qt::AlignVCenter);
    layout->setColumnStretch(0, 1);
    connect(m_cancel, &QPushButton::clicked, this, &StageBar::cancelled);
    reset();
}

void StageBar::setStage(const StageView& view) {
    const QString stage = view.stage.isEmpty() ? tr("starting") : view.stage;
    m_stage->setText(capitalised(stage));
    m_numbers->setText(describeStage(view));
    m_bar->setRange(0, view.total == 0 ? 0 : kSteps);
    if (view.total == 0) return;
    const double part =
        static_cast<double>(std::min(view.done, view.total)) / static_cast<double>(view.total);
    m_bar->setValue(static_cast<int>(part * kSteps));
}

void StageBar::showCancelling() {
    m_cancel->setEnabled(false);
    m_cancel->setText(tr("Cancelling…"));
}

void StageBar::reset() {
    m_cancel->setEnabled(true);
    m_cancel->setText(tr("Ca&ncel"));
    setStage(StageView());
}

}  // namespace cloudlet
