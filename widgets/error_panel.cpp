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

#include "widgets/sentence.h"

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
      m_actions(new QHBoxLayout) {
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
    m_toggle->setText(tr("De&tails"));
    m_toggle->setCheckable(true);
    m_toggle->setArrowType(Qt::RightArrow);
    m_toggle->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    auto* copyButton = new QPushButton(tr("Cop&y"));
    copyButton->setToolTip(tr("Copies the sentence and its details"));
    auto* closeButton = new QPushButton(tr("Dis&miss"));

    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_toggle);
    buttons->addStretch();
    buttons->addLayout(m_actions);
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
    clear();
}

void ErrorPanel::showError(const QString& sentence, const QString& details) {
    m_sentence->setText(asSentence(sentence));
    m_details->setPlainText(details);
    m_toggle->setVisible(!details.isEmpty());
    m_toggle->setChecked(false);
    setDetailsVisible(false);
    clearActions();
    show();
}

void ErrorPanel::clear() {
    hide();
    m_sentence->clear();
    m_details->clear();
    setDetailsVisible(false);
    clearActions();
}

QString ErrorPanel::sentence() const {
    return m_sentence->text();
}

QString ErrorPanel::copyText() const {
    const QString details = m_details->toPlainText();
    return details.isEmpty() ? sentence() : sentence() + u'\n' + details;
}

void ErrorPanel::clearActions() {
    while (QLayoutItem* item = m_actions->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();  // it may be the one that was clicked
        delete item;
    }
}

void ErrorPanel::offer(const QString& action, std::function<void()> act) {
    auto* button = new QPushButton(action);
    m_actions->addWidget(button);
    button->show();
    connect(button, &QPushButton::clicked, this, [this, act = std::move(act)] {
        clear();
        act();
    });
}

void ErrorPanel::copy() const {
    QGuiApplication::clipboard()->setText(copyText());
}

void ErrorPanel::setDetailsVisible(bool visible) {
    m_details->setVisible(visible);
    m_toggle->setArrowType(visible ? Qt::DownArrow : Qt::RightArrow);
}

}  // namespace cloudlet
