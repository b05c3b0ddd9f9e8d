#include "widgets/console_panel.h"

#include <linux/input-event-codes.h>

#include <QAction>
#include <QActionGroup>
#include <QDateTime>
#include <QFileDialog>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/action_bar.h"
#include "widgets/type_text_dialog.h"

namespace cloudlet {

namespace {

constexpr int kArrowWidth = 8;

struct Combination {
    const char* name;
    QList<quint32> keys;
};

// What the desktop around this window would take for itself, or a person cannot press here.
QList<Combination> combinations() {
    QList<Combination> list{
        {"Ctrl+Alt+Delete", {KEY_LEFTCTRL, KEY_LEFTALT, KEY_DELETE}},
        {"Ctrl+Alt+Backspace", {KEY_LEFTCTRL, KEY_LEFTALT, KEY_BACKSPACE}},
        {"Alt+Tab", {KEY_LEFTALT, KEY_TAB}},
        {"Alt+F4", {KEY_LEFTALT, KEY_F4}},
        {"Super", {KEY_LEFTMETA}},
        {"Print", {KEY_SYSRQ}},
        {"", {}},  // a separator
    };
    static constexpr const char* kTerminals[] = {"Ctrl+Alt+F1", "Ctrl+Alt+F2", "Ctrl+Alt+F3",
                                                 "Ctrl+Alt+F4", "Ctrl+Alt+F5", "Ctrl+Alt+F6",
                                                 "Ctrl+Alt+F7"};
    for (quint32 i = 0; i < std::size(kTerminals); ++i) {
        list.append({kTerminals[i], {KEY_LEFTCTRL, KEY_LEFTALT, KEY_F1 + i}});
    }
    return list;
}

}  // namespace

ConsolePanel::ConsolePanel(QWidget* parent)
    : QWidget(parent),
      m_view(new ConsoleView),
      m_area(new QScrollArea),
      m_bar(new ActionBar(tr("Console"), ActionBar::Look::flat)),
      m_status(new QLabel),
      m_layout(new QVBoxLayout(this)) {
    m_area->setWidget(m_view);
    m_area->setWidgetResizable(true);
    m_area->setFrameShape(QFrame::StyledPanel);
    m_area->setFocusPolicy(Qt::NoFocus);
    m_status->setAccessibleName(tr("State of the console"));
    m_status->setForegroundRole(QPalette::PlaceholderText);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->addWidget(m_bar);
    m_layout->addWidget(m_area, 1);
    m_layout->addWidget(m_status);
    buildToolBar();
    connect(m_view, &ConsoleView::stateChanged, this, &ConsolePanel::refresh);
    connect(m_view, &ConsoleView::guestSizeChanged, this, &ConsolePanel::refresh);
    connect(m_view, &ConsoleView::cutTextRefused, this, &ConsolePanel::problem);
    refresh();
}

ConsolePanel::~ConsolePanel() {
    setFullScreen(false);
}

QToolButton* ConsolePanel::addMenu(const QString& text, const QString& toolTip) {
    auto* button = new QToolButton;
    button->setText(text);
    button->setToolTip(toolTip);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setFocusPolicy(Qt::TabFocus);
    button->setMenu(new QMenu(button));
    // The style draws the arrow of a menu over the end of the words.
    button->setMinimumWidth(button->sizeHint().width() + 2 * kArrowWidth);
    m_bar->addWidget(button);
    return button;
}

void ConsolePanel::addKeys() {
    QToolButton* button = addMenu(tr("Send &keys"), tr("Presses a key combination in the guest"));
    const QList<Combination> list = combinations();
    for (const Combination& each : list) {
        if (each.keys.isEmpty()) {
            button->menu()->addSeparator();
            continue;
        }
        button->menu()->addAction(QLatin1String(each.name), this,
                                  [this, keys = each.keys] { m_view->send(chord(keys)); });
    }
    m_needConnectionToo << button;
}

void ConsolePanel::addClipboard() {
    QToolButton* button =
        addMenu(tr("Clipbo&ard"), tr("Which way copied text goes, if the guest supports it"));
    auto* group = new QActionGroup(button);
    using Clipboard = ConsoleView::Clipboard;
    const QList<std::pair<QString, Clipboard>> choices{
        {tr("&Off"), Clipboard::off},
        {tr("&To the guest"), Clipboard::toGuest},
        {tr("&From the guest"), Clipboard::fromGuest},
        {tr("&Both ways"), Clipboard::both}};
    for (const auto& [text, sharing] : choices) {
        QAction* action = button->menu()->addAction(text);
        action->setCheckable(true);
        action->setChecked(sharing == m_view->clipboard());
        group->addAction(action);
        connect(action, &QAction::triggered, m_view,
                [this, which = sharing] { m_view->setClipboard(which); });
    }
}

void ConsolePanel::buildToolBar() {
    auto* fit =
        m_bar->add(tr("&Zoom to fit"),
                   tr("Scales the guest's screen to the window; off shows each pixel as it is"));
    fit->setCheckable(true);
    fit->setChecked(true);
    connect(fit, &QAction::toggled, m_view, [this](bool on) {
        m_view->setScaling(on ? ConsoleScaling::fit : ConsoleScaling::actual);
    });
    m_full = m_bar->add(tr("Full screen"), tr("Shows the console alone (F11)"));
    m_full->setShortcut(Qt::Key_F11);
    connect(m_full, &QAction::triggered, this, [this] { setFullScreen(true); });
    m_bar->addSeparator();
    addKeys();
    QAction* type = m_bar->add(tr("Type te&xt…"), tr("Types a text into the guest, key by key"));
    connect(type, &QAction::triggered, this, &ConsolePanel::askForText);
    addClipboard();
    m_bar->addSeparator();
    QAction* picture =
        m_bar->add(tr("Sa&ve picture…"), tr("Saves what the console shows as a PNG file"));
    connect(picture, &QAction::triggered, this, &ConsolePanel::savePicture);
    m_reconnect = m_bar->add(tr("&Reconnect"), tr("Connects to the console anew, at once"));
    connect(m_reconnect, &QAction::triggered, m_view, &ConsoleView::reconnect);
    m_needConnection << m_full << type << picture;
}

void ConsolePanel::refresh() {
    for (QAction* action : m_needConnection) action->setEnabled(m_view->isConnected());
    for (QToolButton* button : m_needConnectionToo) button->setEnabled(m_view->isConnected());
    m_reconnect->setEnabled(m_view->isOpen());
    m_status->setText(m_view->statusText());
    m_status->setVisible(m_view->isConnected());  // the view itself says the rest
    if (!m_view->isOpen()) setFullScreen(false);
}

void ConsolePanel::setFullScreen(bool on) {
    if (on == isFullScreenOn()) return;
    if (!on) {
        m_layout->insertWidget(1, m_area, 1);
        m_fullScreen->deleteLater();
        m_fullScreen = nullptr;
        m_view->setFocus();
        return;
    }
    m_fullScreen = new QWidget(this, Qt::Window);
    m_fullScreen->setWindowTitle(m_view->accessibleName());
    auto* leave = new QPushButton(tr("&Leave full screen"));
    connect(leave, &QPushButton::clicked, this, [this] { setFullScreen(false); });
    auto* hint =
        new QLabel(tr("%1, then Enter, leaves full screen.").arg(ConsoleView::releaseKeyText()));
    auto* top = new QHBoxLayout;
    top->setContentsMargins(6, 2, 6, 2);
    top->addWidget(hint, 1);
    top->addWidget(leave);
    auto* layout = new QVBoxLayout(m_fullScreen);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(top);
    layout->addWidget(m_area, 1);
    leave->setDefault(true);
    m_fullScreen->showFullScreen();
    m_view->setFocus();
}

void ConsolePanel::askForText() {
    TypeTextDialog dialog(window());
    if (dialog.exec() != QDialog::Accepted) return;
    const auto layout = KeyLayout::load(dialog.layoutName());
    if (!layout) {
        Q_EMIT problem(tr("There is no keyboard layout \"%1\" here.").arg(dialog.layoutName()));
        return;
    }
    const QString missing = m_view->typeText(dialog.text(), *layout);
    if (!missing.isEmpty()) {
        Q_EMIT problem(tr("The layout \"%1\" cannot type these characters, which are left out: %2")
                           .arg(dialog.layoutName(), missing));
    }
    m_view->setFocus();
}

void ConsolePanel::savePicture() {
    const QImage picture = m_view->picture();
    const QString name =
        tr("console %1.png")
            .arg(QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd hh.mm.ss")));
    const QString file = QFileDialog::getSaveFileName(window(), tr("Save picture"), name,
                                                      tr("PNG pictures (*.png)"));
    if (file.isEmpty() || picture.save(file, "PNG")) return;
    Q_EMIT problem(tr("The picture could not be written to %1.").arg(file));
}

}  // namespace cloudlet
