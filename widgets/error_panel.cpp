#include "widgets/error_panel.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

namespace cloudlet {

namespace {

constexpr int kDetailLines = 8;

}  // namespace

ErrorPanel::ErrorPanel(QWidget* parent)
    : QFrame(parent),
      m_icon(new QLabel),
      m_sentence(new QLabel),
      m_details(new QPlainTextEdit),
      m_toggle(new QToolButton),
      m_action(new QPushButton) {
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    const int iconSize = style()->pixelMetric(QStyle::PM_SmallIconSize) * 3 / 2;
    m_icon->setPixmap(style()->standardIcon(QStyle::SP_MessageBoxWarning).pixmap(iconSize));
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_sentence->setFocusPolicy(Qt::NoFocus);
    m_sentence->setAccessibleName(tr("Error"));
    m_details->setReadOnly(true);
    m_details->setAccessibleName(tr("Details of the error"));
    m_details->setMaximumHeight(fontMetrics().lineSpacing() * kDetailLines);
    m_toggle->setText(tr("&Details"));
    m_toggle->setCheckable(true);
    m_toggle->setArrowType(Qt::RightArrow);
    m_toggle->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    auto* copyButton = new QPushButton(tr("Cop&y"));
    copyButton->setToolTip(tr("Copies the sentence and its details"));
    auto* closeButton = new QPushButton(tr("Dismi&ss"));

    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_toggle);
    buttons->addStretch();
    buttons->addWidget(m_action);
    buttons->addWidget(copyButton);
    buttons->addWidget(closeButton);
    auto* text = new QVBoxLayout;
    text->addWidget(m_sentence);
    text->addWidget(m_details);
    text->addLayout(buttons);
    auto* layout = new QHBoxLayout(this);
    layout->addWidget(m_icon, 0, Qt::AlignTop);
    layout->addLayout(text, 1);

    connect(m_toggle, &QToolButton::toggled, this, &ErrorPanel::setDetailsVisible);
    connect(copyButton, &QPushButton::clicked, this, &ErrorPanel::copy);
    connect(closeButton, &QPushButton::clicked, this, &ErrorPanel::clear);
    connect(m_action, &QPushButton::clicked, this, &ErrorPanel::activated);
    clear();
}

void ErrorPanel::showError(const QString& sentence, const QString& details) {
    m_sentence->setText(sentence);
    m_details->setPlainText(details);
    m_toggle->setVisible(!details.isEmpty());
    m_toggle->setChecked(false);
    setDetailsVisible(false);
    m_action->hide();
    show();
}

void ErrorPanel::clear() {
    hide();
    m_sentence->clear();
    m_details->clear();
    setDetailsVisible(false);
    m_action->hide();
}

QString ErrorPanel::sentence() const {
    return m_sentence->text();
}

QString ErrorPanel::copyText() const {
    const QString details = m_details->toPlainText();
    return details.isEmpty() ? sentence() : sentence() + u'\n' + details;
}

void ErrorPanel::offer(const QString& action) {
    m_action->setText(action);
    m_action->show();
}

void ErrorPanel::copy() const {
    QGuiApplication::clipboard()->setText(copyText());
}

void ErrorPanel::setDetailsVisible(bool visible) {
    m_details->setVisible(visible);
    m_toggle->setArrowType(visible ? Qt::DownArrow : Qt::RightArrow);
}

}  // namespace cloudlet
