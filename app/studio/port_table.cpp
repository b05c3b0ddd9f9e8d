#include "app/studio/port_table.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace cloudlet {

namespace {

constexpr int kRowsShown = 5;

}  // namespace

PortTable::PortTable(std::vector<PortForward> forwards, QWidget* parent)
    : QWidget(parent),
      m_model(new PortModel(std::move(forwards), isHostPortTaken, this)),
      m_view(new QTableView) {
    m_view->setModel(m_model);
    m_view->setAccessibleName(tr("Ports"));
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setTabKeyNavigation(false);  // Tab leaves the table, the arrow keys move in it
    m_view->verticalHeader()->hide();
    m_view->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_view->horizontalHeader()->setStretchLastSection(true);
    m_view->setMinimumHeight(m_view->verticalHeader()->defaultSectionSize() * kRowsShown);
    auto* add = new QPushButton(tr("&Add port"));
    auto* remove = new QPushButton(tr("Re&move"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(add);
    buttons->addWidget(remove);
    buttons->addStretch();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* label = new QLabel(tr("&Ports:"));
    label->setBuddy(m_view);
    layout->addWidget(label);
    layout->addWidget(m_view);
    layout->addLayout(buttons);
    connect(add, &QPushButton::clicked, this, [this] {
        const QModelIndex row = m_model->add();
        m_view->setCurrentIndex(row);
        m_view->edit(row);
    });
    const auto refresh = [this, remove] {
        remove->setEnabled(m_view->currentIndex().isValid() && m_model->rowCount() > 0);
    };
    connect(remove, &QPushButton::clicked, this, [this] {
        if (m_view->currentIndex().isValid()) m_model->remove(m_view->currentIndex().row());
    });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, refresh);
    connect(m_model, &PortModel::edited, this, refresh);
    refresh();
}

PortDialog::PortDialog(std::vector<PortForward> forwards, QWidget* parent)
    : QDialog(parent), m_table(new PortTable(std::move(forwards))) {
    setWindowTitle(tr("Ports of the guest"));
    auto* hint = new QLabel(
        tr("Each leads from 127.0.0.1 to the guest at once; the overlay keeps them for whoever "
           "runs it. Host port 0 is any free one."));
    hint->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(hint);
    layout->addWidget(m_table);
    layout->addWidget(buttons);
    connect(&m_table->model(), &PortModel::edited, this, [this, buttons] {
        buttons->button(QDialogButtonBox::Ok)->setEnabled(!m_table->model().hasProblem());
    });
    resize(fontMetrics().averageCharWidth() * 70, sizeHint().height());
}

}  // namespace cloudlet
