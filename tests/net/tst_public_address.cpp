#include "engine/net/public_address.h"

#include <arpa/inet.h>

#include <QtTest>

using namespace cloudlet;

namespace {

bool isPublic(const QString& text) {
    sockaddr_storage storage{};
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    const std::string address = text.toStdString();
    if (::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
        storage.ss_family = AF_INET;
    } else if (::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
        storage.ss_family = AF_INET6;
    }
    return isPublicAddress(reinterpret_cast<sockaddr&>(storage));
}

}  // namespace

class TestPublicAddress : public QObject {
    Q_OBJECT

private slots:
    void tells_data() {
        QTest::addColumn<bool>("expected");
        for (const char* address :
             {"1.1.1.1",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
              "100.128.0.0",     "126.255.255.255", "128.0.0.0",       "169.253.255.255",
              "169.255.0.0",     "172.15.255.255",  "172.32.0.0",      "192.0.1.0",
              "192.167.255.255", "192.169.0.0",     "198.17.255.255",  "198.20.0.0",
              "223.255.255.255", "2000::",          "2606:4700::1111", "2001:200::1",
              "3ffe::1",         "::ffff:1.1.1.1",  "2002:101:101::1"}) {
            QTest::newRow(address) << true;
        }
        for (const char* address : {"0.0.0.0",
                                    "0.255.255.255",
                                    "10.0.0.0",
                                    "10.255.255.255",
                                    "100.64.0.0",
                                    "100.127.255.255",
                                    "127.0.0.1",
                                    "127.255.255.255",
                                    "169.254.169.254",
                                    "172.16.0.0",
                                    "172.31.255.255",
                                    "192.0.0.1",
                                    "192.0.2.1",
                                    "192.88.99.1",
                                    "192.168.255.255",
                                    "198.18.0.0",
                                    "198.19.255.255",
                                    "198.51.100.1",
                                    "203.0.113.1",
                                    "224.0.0.1",
                                    "240.0.0.1",
                                    "255.255.255.255",
                                    "::",
                                    "::1",
                                    "::1.1.1.1",
                                    "::ffff:127.0.0.1",
                                    "::ffff:169.254.169.254",
                                    "64:ff9b::808:808",
                                    "100::1",
                                    "2001::1",
                                    "2001:1ff::1",
                                    "2001:db8::1",
                                    "2002:7f00:1::1",
                                    "2002:a00:1::1",
                                    "3fff::1",
                                    "4000::",
                                    "fc00::1",
                                    "fdff::1",
                                    "fe80::1",
                                    "fec0::1",
                                    "ff02::1",
                                    "no address"}) {
            QTest::newRow(address) << false;
        }
    }
    void tells() {
        QFETCH(bool, expected);
        QCOMPARE(isPublic(QString::fromLatin1(QTest::currentDataTag())), expected);
    }
};

QTEST_GUILESS_MAIN(TestPublicAddress)
#include "tst_public_address.moc"
