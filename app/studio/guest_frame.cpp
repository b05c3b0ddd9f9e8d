#include "app/studio/guest_frame.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "app/studio/guest_side.h"
#include "widgets/action_bar.h"
#include "widgets/console_panel.h"
#include "widgets/error_panel.h"
#include "widgets/stage_bar.h"

namespace cloudlet {

GuestFrame::GuestFrame(QWidget* parent)
    : Page(parent),
      m_heading(new QLabel),
      m_bar(new ActionBar(tr("Guest"))),
      m_console(new ConsolePanel),
      m_side(new GuestSide),
      m_stage(new StageBar),
      m_error(new ErrorPanel) {
    m_heading->setObjectName(QStringLiteral("heading"));
    m_heading->setWordWrap(true);
    m_heading->setTextFormat(Qt::PlainText);
    QFont large = m_heading->font();
    large.setPointSizeF(large.pointSizeF() * 1.2);
    m_heading->setFont(large);
    auto* top = new QHBoxLayout;
    top->addWidget(m_heading, 1);
    top->addWidget(m_bar);
    auto* middle = new QHBoxLayout;
    middle->addWidget(m_console, 1);
    middle->addWidget(m_side);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addLayout(middle, 1);
    layout->addWidget(m_stage);
    layout->addWidget(m_error);
    connect(m_console, &ConsolePanel::problem, this,
            [this](const QString& sentence) { m_error->showError(sentence); });
}

QAction* GuestFrame::addAction(const QString& text, const QString& toolTip) {
    return m_bar->add(text, toolTip);
}

void GuestFrame::setMain(QAction* action) {
    m_bar->setMain(action);
}

void GuestFrame::focus(QAction* action) {
    m_bar->widgetForAction(action)->setFocus();
}

void GuestFrame::showConsole(StreamConnector connector, const QString& name, VncLink link) {
    m_console->view().setAccessibleName(name);
    m_console->view().open(std::move(connector), link);
    m_console->view().setFocus();
}

void GuestFrame::showFailure(const QString& message) {
    const QString more = message.section(u'\n', 1) + u'\n' + m_side->logText();
    m_error->showError(message.section(u'\n', 0, 0), more.trimmed());
    m_side->log(message.section(u'\n', 0, 0));
}

}  // namespace cloudlet
