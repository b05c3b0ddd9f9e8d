#include "widgets/notice_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

namespace cloudlet {

NoticeBar::NoticeBar(QWidget* parent)
    : QFrame(parent), m_sentence(new QLabel), m_action(new QPushButton) {
    setFrameShape(QFrame::StyledPanel);
    m_sentence->setWordWrap(true);
    m_sentence->setTextFormat(Qt::PlainText);
    auto* close = new QToolButton;
    close->setIcon(style()->standardIcon(QStyle::SP_TitleBarCloseButton));
    close->setAutoRaise(true);
    close->setAccessibleName(tr("Close the notice"));
    close->setToolTip(tr("Close the notice"));
    close->setFocusPolicy(Qt::TabFocus);
    auto* layout = new QHBoxLayout(this);
    layout->addWidget(m_sentence, 1);
    layout->addWidget(m_action);
    layout->addWidget(close);
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    connect(m_action, &QPushButton::clicked, this, [this] {
        hide();
        Q_EMIT activated();
    });
    m_action->hide();
    hide();
}

void NoticeBar::showNotice(const QString& sentence, const QString& action) {
    m_sentence->setText(sentence);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    show();
}

QString NoticeBar::sentence() const {
    return isHidden() ? QString() : m_sentence->text();
}

}  // namespace cloudlet
