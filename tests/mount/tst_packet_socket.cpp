#include "engine/mount/packet_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <QtTest>
#include <thread>

#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::mountChannel;
using namespace cloudlet::test;
using namespace std::chrono_literals;

class TestPacketSocket : public QObject {
    Q_OBJECT

private slots:
    void carriesWholePackets() {
        VALUE(ends, PacketSocket::makePair());
        Bytes buffer(kMostPacket);
        VALUE(nothing, ends.second.tryReceive(buffer));
        QVERIFY(!nothing);
        const Bytes chunks = letterImage(std::string(kMostPlaced, 'A'));
        const Bytes head = toPacket({0, Place{ImageKind::disk, 3, {}}});
        VALUE(sent, ends.first.trySend(head, chunks));
        QVERIFY(sent);
        VERIFY_OK(ends.first.send({7, Start{}}, 1s));
        VALUE(first, ends.second.tryReceive(buffer));
        VALUE(place, parsePacket(*first));
        QVERIFY(sameBytes(std::get<Place>(place.body).bytes, chunks));
        VALUE(second, ends.second.tryReceive(buffer));
        QCOMPARE(parsePacket(*second)->tag, 7U);
    }

    void tellsOfNoRoom() {
        VALUE(ends, PacketSocket::makePair());
        const Bytes big(128 << 10);
        int sent = 0;
        while (ends.first.trySend(big, {}).value()) ++sent;
        QVERIFY(sent > 0);
        QVERIFY(!ends.first.waitForRoom(1ms));
        VERIFY_ERROR(ends.first.send({1, Start{}}, 10ms), ErrorCode::timedOut);
        Bytes buffer(kMostPacket);
        for (; sent > 0; --sent) VERIFY_OK(ends.second.tryReceive(buffer));
        QVERIFY(ends.first.waitForRoom(1s));
        VERIFY_OK(ends.first.send({1, Start{}}, 1s));
    }

    void tellsOfTheEnd() {
        VALUE(ends, PacketSocket::makePair());
        VERIFY_OK(ends.first.send({1, Done{}}, 1s));
        VERIFY_OK(ends.second.send({1, Done{}}, 1s));  // which the first will not read
        ends.first = PacketSocket();
        Bytes buffer(kMostPacket);
        VALUE(last, ends.second.tryReceive(buffer));
        QVERIFY(last);
        VERIFY_ERROR(ends.second.tryReceive(buffer), ErrorCode::unavailable);
        VERIFY_ERROR(ends.second.send({1, Done{}}, 1s), ErrorCode::unavailable);
    }

    void hangingUpWakesBoth() {
        VALUE(ends, PacketSocket::makePair());
        ends.first.hangUp();
        Bytes buffer(kMostPacket);
        VERIFY_ERROR(ends.first.tryReceive(buffer), ErrorCode::unavailable);
        VERIFY_ERROR(ends.second.tryReceive(buffer), ErrorCode::unavailable);
    }

    void refusesLongPackets() {
        VALUE(ends, PacketSocket::makePair());
        const Bytes big(kMostPacket + 1);
        QCOMPARE(::send(ends.first.fd(), big.data(), big.size(), 0),
                 static_cast<ssize_t>(big.size()));
        Bytes buffer(kMostPacket);
        VERIFY_ERROR(ends.second.tryReceive(buffer), ErrorCode::corrupt);
    }

    void connectsByName() {
        const Scratch scratch;
        VERIFY_ERROR(PacketSocket::connect(scratch / "s"), ErrorCode::unavailable);
        {
            VALUE(listener, PacketSocket::listen(scratch / "s"));
            QVERIFY(!PacketSocket::accept(listener));
            VERIFY_ERROR(PacketSocket::listen(scratch / "s"), ErrorCode::failed);
            VALUE(client, PacketSocket::connect(scratch / "s"));
            std::optional<PacketSocket> server = PacketSocket::accept(listener);
            QVERIFY(server && server->isFromUs());
            QCOMPARE(client.peer().value_or(0), ::getpid());
            VERIFY_OK(server->send({5, Done{}}, 1s));
            Bytes buffer(kMostPacket);
            VALUE(packet, client.tryReceive(buffer));
            QCOMPARE(parsePacket(*packet)->tag, 5U);
        }
        VERIFY_ERROR(PacketSocket::connect(scratch / "s"), ErrorCode::unavailable);
        VERIFY_ERROR(PacketSocket::connect(scratch / std::string(120, 'x')), ErrorCode::invalid);
        VERIFY_ERROR(PacketSocket::listen(scratch / std::string(120, 'x')), ErrorCode::invalid);
    }

    void manyMaySend() {
        VALUE(ends, PacketSocket::makePair());
        std::vector<std::jthread> threads;
        for (std::uint32_t t = 1; t <= 4; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < 500; ++i) (void)ends.first.send({t, Done{}}, 10s);
            });
        }
        Bytes buffer(kMostPacket);
        std::array<int, 5> count{};
        for (int received = 0; received < 2000;) {
            VALUE(packet, ends.second.tryReceive(buffer));
            if (!packet) continue;
            VALUE(message, parsePacket(*packet));
            ++count[message.tag];
            ++received;
        }
        QCOMPARE(count, (std::array<int, 5>{0, 500, 500, 500, 500}));
    }
};

QTEST_GUILESS_MAIN(TestPacketSocket)
#include "tst_packet_socket.moc"
