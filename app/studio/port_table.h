// A table of ports to edit, with what adds and removes rows; and a dialog of nothing else.
// GUI thread.
#pragma once

#include <QDialog>

#include "app/studio/port_model.h"

class QDialogButtonBox;
class QTableView;

namespace cloudlet {

class PortTable : public QWidget {
    Q_OBJECT
public:
    explicit PortTable(std::vector<PortForward> forwards, QWidget* parent = nullptr);
    PortModel& model() { return *m_model; }
    const PortModel& model() const { return *m_model; }

private:
    PortModel* m_model;
    QTableView* m_view;
};

class PortDialog : public QDialog {
    Q_OBJECT
public:
    explicit PortDialog(std::vector<PortForward> forwards, QWidget* parent = nullptr);
    const std::vector<PortForward>& forwards() const { return m_table->model().forwards(); }

private:
    PortTable* m_table;
};

}  // namespace cloudlet
