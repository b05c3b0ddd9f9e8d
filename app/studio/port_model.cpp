#include "app/studio/port_model.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "engine/base/fd.h"
#include "engine/overlay/limits.h"

namespace cloudlet {

namespace {

constexpr int kMostPort = 65535;
constexpr std::uint16_t kFirstGuestPort = 80;

QString protocolText(PortForward::Protocol protocol) {
    return protocol == PortForward::Protocol::tcp ? QStringLiteral("TCP") : QStringLiteral("UDP");
}

}  // namespace

bool isHostPortTaken(const PortForward& forward) {
    if (forward.hostPort == 0) return false;
    const bool tcp = forward.protocol == PortForward::Protocol::tcp;
    const Fd fd(::socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0));
    const int on = 1;  // as QEMU does; a connection that lingers does not count
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(forward.hostPort);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0;
}

PortModel::PortModel(std::vector<PortForward> forwards, IsTaken isTaken, QObject* parent)
    : QAbstractTableModel(parent),
      m_open(std::move(forwards)),
      m_isTaken(std::move(isTaken)),
      m_forwards(m_open) {}

int PortModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_forwards.size());
}

int PortModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int{columnCountOf};
}

QVariant PortModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const PortForward& forward = m_forwards[static_cast<std::size_t>(index.row())];
    if (role == Qt::ToolTipRole && index.column() == hostColumn) {
        return tr("0: any free port of this host");
    }
    if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
    switch (index.column()) {
        case protocolColumn:
            return protocolText(forward.protocol);
        case guestColumn:
            return int{forward.guestPort};
        case hostColumn:
            if (forward.hostPort == 0 && role == Qt::DisplayRole) return tr("any");
            return int{forward.hostPort};
        default:
            return problem(index.row());
    }
}

QVariant PortModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
        case protocolColumn:
            return tr("Protocol");
        case guestColumn:
            return tr("Port of the guest");
        case hostColumn:
            return tr("Port of this host");
        default:
            return tr("Problem");
    }
}

Qt::ItemFlags PortModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags usual = QAbstractTableModel::flags(index);
    return !index.isValid() || index.column() == problemColumn ? usual : usual | Qt::ItemIsEditable;
}

bool PortModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!index.isValid() || role != Qt::EditRole) return false;
    PortForward& forward = m_forwards[static_cast<std::size_t>(index.row())];
    if (index.column() == protocolColumn) {
        const QString text = value.toString().trimmed().toUpper();
        if (text != QLatin1String("TCP") && text != QLatin1String("UDP")) return false;
        forward.protocol =
            text == QLatin1String("TCP") ? PortForward::Protocol::tcp : PortForward::Protocol::udp;
        changed();
        return true;
    }
    bool isNumber = false;
    const int port = value.toInt(&isNumber);
    const int least = index.column() == guestColumn ? 1 : 0;
    if (!isNumber || port < least || port > kMostPort || index.column() == problemColumn) {
        return false;
    }
    (index.column() == guestColumn ? forward.guestPort : forward.hostPort) =
        static_cast<std::uint16_t>(port);
    changed();
    return true;
}

void PortModel::changed() {
    // One row's problem may be another row's doing.
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, problemColumn));
    Q_EMIT edited();
}

QModelIndex PortModel::add() {
    std::uint16_t port = kFirstGuestPort;
    for (const PortForward& forward : m_forwards) {
        port = std::max<std::uint16_t>(port, static_cast<std::uint16_t>(forward.guestPort + 1));
    }
    const int row = rowCount();
    beginInsertRows({}, row, row);
    m_forwards.push_back({PortForward::Protocol::tcp, 0, port});
    endInsertRows();
    Q_EMIT edited();
    return index(row, guestColumn);
}

void PortModel::remove(int row) {
    beginRemoveRows({}, row, row);
    m_forwards.erase(m_forwards.begin() + row);
    endRemoveRows();
    if (!m_forwards.empty()) changed();
    Q_EMIT edited();
}

QString PortModel::problem(int row) const {
    const PortForward& forward = m_forwards[static_cast<std::size_t>(row)];
    if (m_forwards.size() > kMostPorts) return tr("More than %1 ports").arg(kMostPorts);
    if (forward.hostPort == 0) return {};
    const auto sameHost = std::ranges::count_if(m_forwards, [&](const PortForward& other) {
        return other.hostPort == forward.hostPort && other.protocol == forward.protocol;
    });
    if (sameHost > 1) return tr("Named twice");
    const bool ours =
        std::ranges::find_if(m_open, [&](const PortForward& open) {
            return open.hostPort == forward.hostPort && open.protocol == forward.protocol;
        }) != m_open.end();
    return !ours && m_isTaken(forward) ? tr("Taken on this host") : QString();
}

bool PortModel::hasProblem() const {
    for (int row = 0; row < rowCount(); ++row) {
        if (!problem(row).isEmpty()) return true;
    }
    return false;
}

}  // namespace cloudlet
