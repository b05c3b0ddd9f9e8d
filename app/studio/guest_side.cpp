#include "app/studio/guest_side.h"

#include <QFormLayout>
#include <QGroupBox>
#include <QLabel>
#include <QListWidget>
#include <QTextDocumentFragment>
#include <QTime>
#include <QVBoxLayout>

#include "widgets/sentence.h"

namespace cloudlet {

namespace {

constexpr int kWidth = 290;
constexpr int kMostLines = 1000;

// Where a browser is likely to find something: not what speaks another protocol for sure.
bool mayBeWeb(int port) {
    switch (port) {
        case 22:
        case 25:
        case 53:
        case 3306:
        case 5432:
        case 6379:
            return false;
        default:
            return true;
    }
}

QString lineOf(const ForwardFact& forward, const QString& host) {
    const QString place = QStringLiteral("%1:%2").arg(host).arg(forward.hostPort);
    const QString shown =
        forward.tcp && mayBeWeb(forward.guestPort)
            ? QStringLiteral("<a href=\"http%1://%2/\">%2</a>")
                  .arg(forward.guestPort == 443 ? QStringLiteral("s") : QString(), place)
            : place;
    return GuestSide::tr("%1 leads to port %2%3")
        .arg(shown)
        .arg(forward.guestPort)
        .arg(forward.tcp ? QString() : GuestSide::tr(" (UDP)"));
}

}  // namespace

GuestSide::GuestSide(QWidget* parent)
    : QWidget(parent),
      m_facts(new QFormLayout),
      m_ports(new QLabel),
      m_log(new QListWidget),
      m_layout(new QVBoxLayout(this)) {
    setFixedWidth(kWidth);
    auto* guest = new QGroupBox(tr("Guest"));
    guest->setLayout(m_facts);
    m_ports->setWordWrap(true);
    m_ports->setTextFormat(Qt::RichText);
    m_ports->setTextInteractionFlags(Qt::TextBrowserInteraction);
    m_ports->setOpenExternalLinks(true);
    auto* ports = new QGroupBox(tr("Ports"));
    (new QVBoxLayout(ports))->addWidget(m_ports);
    m_log->setAccessibleName(tr("What happened"));
    m_log->setWordWrap(true);
    m_log->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_log->setFrameShape(QFrame::NoFrame);
    m_log->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_log->viewport()->setAutoFillBackground(false);
    auto* log = new QGroupBox(tr("What happened"));
    (new QVBoxLayout(log))->addWidget(m_log);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->addWidget(guest);
    m_layout->addWidget(ports);
    m_layout->addWidget(log, 1);
    setForwards({});
}

void GuestSide::addPanel(QWidget* panel) {
    m_layout->insertWidget(m_layout->count() - 1, panel);
}

void GuestSide::setFact(const QString& name, const QString& value) {
    for (int row = 0; row < m_facts->rowCount(); ++row) {
        auto* label = qobject_cast<QLabel*>(m_facts->itemAt(row, QFormLayout::LabelRole)->widget());
        if (label == nullptr || label->text() != name) continue;
        auto* field = m_facts->itemAt(row, QFormLayout::FieldRole)->widget();
        qobject_cast<QLabel*>(field)->setText(value);
        return;
    }
    auto* label = new QLabel(value);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    m_facts->addRow(name, label);
}

void GuestSide::setForwards(const QList<ForwardFact>& forwards, const QString& host) {
    QStringList lines;
    for (const ForwardFact& forward : forwards) lines << lineOf(forward, host);
    m_portsText = lines.isEmpty() ? tr("None is open.") : lines.join(QStringLiteral("<br>"));
    m_ports->setText(m_portsText);
    // A label's name takes the place of its text for a screen reader.
    m_ports->setAccessibleName(
        tr("Ports: %1").arg(QTextDocumentFragment::fromHtml(m_portsText).toPlainText()));
}

// A link keeps the colour that the palette had when its text was set.
void GuestSide::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange) return;
    m_ports->clear();
    m_ports->setText(m_portsText);
}

void GuestSide::log(const QString& text) {
    m_log->addItem(QStringLiteral("%1  %2").arg(
        QTime::currentTime().toString(QStringLiteral("hh:mm:ss")), capitalised(text)));
    if (m_log->count() > kMostLines) delete m_log->takeItem(0);
    m_log->scrollToBottom();
}

QString GuestSide::logText() const {
    QStringList lines;
    for (int i = 0; i < m_log->count(); ++i) lines << m_log->item(i)->text();
    return lines.join(u'\n');
}

}  // namespace cloudlet
