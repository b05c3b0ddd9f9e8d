// The table of ports: what may be written into it, and what it finds wrong.
#include "app/studio/port_model.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "engine/base/fd.h"

using namespace cloudlet;

namespace {

constexpr std::uint16_t kTakenPort = 8080;

bool isTaken(const PortForward& forward) {
    return forward.hostPort == kTakenPort;
}

PortForward tcp(std::uint16_t host, std::uint16_t guest) {
    return {PortForward::Protocol::tcp, host, guest};
}

}  // namespace

class TestPortModel : public QObject {
    Q_OBJECT
private slots:
    void showsPorts();
    void takesEdits_data();
    void takesEdits();
    void addsAndRemoves();
    void findsConflicts();
    void asksTheHost();
};

void TestPortModel::showsPorts() {
    PortModel model({tcp(0, 80), {PortForward::Protocol::udp, 53, 53}}, isTaken);
    const QAbstractItemModelTester tester(&model);
    QCOMPARE(model.rowCount(), 2);
    const auto text = [&](int row, int column) {
        return model.index(row, column).data().toString();
    };
    QCOMPARE(text(0, PortModel::protocolColumn), "TCP");
    QCOMPARE(text(0, PortModel::guestColumn), "80");
    QCOMPARE(text(0, PortModel::hostColumn), "any");
    QCOMPARE(text(1, PortModel::protocolColumn), "UDP");
    QCOMPARE(text(1, PortModel::hostColumn), "53");
    QVERIFY(!model.hasProblem());
}

void TestPortModel::takesEdits_data() {
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("value");
    QTest::addColumn<bool>("taken");
    QTest::newRow("protocol") << int{PortModel::protocolColumn} << "udp" << true;
    QTest::newRow("no protocol") << int{PortModel::protocolColumn} << "icmp" << false;
    QTest::newRow("guest port") << int{PortModel::guestColumn} << "443" << true;
    QTest::newRow("guest port 0") << int{PortModel::guestColumn} << "0" << false;
    QTest::newRow("guest port of five digits") << int{PortModel::guestColumn} << "65536" << false;
    QTest::newRow("host port") << int{PortModel::hostColumn} << "65535" << true;
    QTest::newRow("any host port") << int{PortModel::hostColumn} << "0" << true;
    QTest::newRow("below") << int{PortModel::hostColumn} << "-1" << false;
    QTest::newRow("a word") << int{PortModel::hostColumn} << "http" << false;
    QTest::newRow("the problem") << int{PortModel::problemColumn} << "1" << false;
}

void TestPortModel::takesEdits() {
    QFETCH(int, column);
    QFETCH(QString, value);
    QFETCH(bool, taken);
    PortModel model({tcp(1234, 80)}, isTaken);
    const QAbstractItemModelTester tester(&model);
    QSignalSpy edited(&model, &PortModel::edited);
    QCOMPARE(model.setData(model.index(0, column), value, Qt::EditRole), taken);
    QCOMPARE(edited.size(), taken ? 1 : 0);
    if (taken) {
        QCOMPARE(model.index(0, column).data(Qt::EditRole).toString().toLower(), value);
    } else {
        QCOMPARE(model.forwards().front(), tcp(1234, 80));
    }
}

void TestPortModel::addsAndRemoves() {
    PortModel model({}, isTaken);
    const QAbstractItemModelTester tester(&model);
    QCOMPARE(model.add().row(), 0);
    QCOMPARE(model.add().row(), 1);
    QCOMPARE(model.forwards()[0], tcp(0, 80));
    QCOMPARE(model.forwards()[1], tcp(0, 81));
    model.remove(0);
    QCOMPARE(model.forwards(), std::vector<PortForward>{tcp(0, 81)});
    model.remove(0);
    QCOMPARE(model.rowCount(), 0);
}

void TestPortModel::findsConflicts() {
    PortModel model({tcp(7000, 80), tcp(7001, 81)}, isTaken);
    const QAbstractItemModelTester tester(&model);
    QVERIFY(model.setData(model.index(1, PortModel::hostColumn), 7000, Qt::EditRole));
    QCOMPARE(model.problem(0), "Named twice");
    QCOMPARE(model.problem(1), "Named twice");
    // Another protocol is another port.
    QVERIFY(model.setData(model.index(1, PortModel::protocolColumn), "UDP", Qt::EditRole));
    QVERIFY(!model.hasProblem());
    QVERIFY(model.setData(model.index(0, PortModel::hostColumn), int{kTakenPort}, Qt::EditRole));
    QCOMPARE(model.problem(0), "Taken on this host");
    // What was open before is the guest's own.
    const PortModel own({tcp(kTakenPort, 80)}, isTaken);
    QVERIFY(!own.hasProblem());
}

void TestPortModel::asksTheHost() {
    const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    QCOMPARE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    QCOMPARE(::listen(fd.get(), 1), 0);
    socklen_t length = sizeof address;
    QCOMPARE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
    QVERIFY(isHostPortTaken(tcp(ntohs(address.sin_port), 80)));
    QVERIFY(!isHostPortTaken(tcp(0, 80)));
}

QTEST_MAIN(TestPortModel)
#include "tst_port_model.moc"
