// Ports of a guest and where they open on this host, as an editable table. Knows which rows cannot
// be, and why. GUI thread.
#pragma once

#include <QAbstractTableModel>
#include <functional>
#include <vector>

#include "engine/image/port_forward.h"

namespace cloudlet {

// Whether something on this host listens on the port already, on the loopback address.
bool isHostPortTaken(const PortForward& forward);

class PortModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { protocolColumn, guestColumn, hostColumn, problemColumn, columnCountOf };
    using IsTaken = std::function<bool(const PortForward&)>;

    // `forwards` are open already: what they take is theirs.
    PortModel(std::vector<PortForward> forwards, IsTaken isTaken, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

    // A new row, of a port that no row names yet.
    QModelIndex add();
    void remove(int row);
    const std::vector<PortForward>& forwards() const { return m_forwards; }
    // Of a row; empty: none.
    QString problem(int row) const;
    bool hasProblem() const;

Q_SIGNALS:
    void edited();

private:
    void changed();

    const std::vector<PortForward> m_open;
    const IsTaken m_isTaken;
    std::vector<PortForward> m_forwards;
};

}  // namespace cloudlet
