#include "engine/net/trust_store.h"

#include <sys/stat.h>

#include <QtTest>
#include <thread>

#include "engine/net/secret.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace std::chrono_literals;
using cloudlet::test::Scratch;

namespace {

const WallTime kNow = WallTime() + 20'000 * 24h;

std::string contentOf(const fs::path& file) {
    const Bytes bytes = readWholeFile(file, 1 << 20).value();
    return std::string(asText(bytes));
}

}  // namespace

class TestTrustStore : public QObject {
    Q_OBJECT

private slots:
    void anInvitationAdmitsOneDevice() {
        const Scratch scratch;
        VALUE(store, TrustStore::open(scratch / "trust"));
        VALUE(secret, store.invite(Role::pusher, kNow));
        VALUE(token, store.admit(secret, "phone", kNow + 9min));
        VALUE(device, store.deviceOf(token, kNow + 10min));
        QCOMPARE(device.name, "phone");
        QVERIFY(device.role == Role::pusher);
        QCOMPARE(device.usedAt - device.pairedAt, 60);
        VERIFY_ERROR(store.admit(secret, "another", kNow + 9min), ErrorCode::permission);
        QCOMPARE(store.devices()->size(), 1u);
    }

    // A03.
    void a03RefusesWrongUsedAndOldSecretsAlike() {
        const Scratch scratch;
        VALUE(store, TrustStore::open(scratch / "trust"));
        VALUE(secret, store.invite(Role::admin, kNow));
        VALUE(other, randomSecret());
        const auto wrong = store.admit(other, "x", kNow);
        const auto late = store.admit(secret, "x", kNow + TrustStore::kInvitationLasts);
        const auto malformed = store.admit(secret + "x", "x", kNow);
        VERIFY_ERROR(wrong, ErrorCode::permission);
        VERIFY_ERROR(late, ErrorCode::permission);
        VERIFY_ERROR(malformed, ErrorCode::permission);
        QCOMPARE(wrong.error().message, late.error().message);
        QCOMPARE(wrong.error().message, malformed.error().message);
        QVERIFY(store.devices()->empty());
        VERIFY_OK(store.admit(secret, "x", kNow));
    }

    void refusesNamesThatCannotBeShown() {
        const Scratch scratch;
        VALUE(store, TrustStore::open(scratch / "trust"));
        VALUE(secret, store.invite(Role::viewer, kNow));
        for (const std::string& name :
             {std::string(), std::string(65, 'a'), std::string("a\nb"), std::string("a\0b", 3),
              std::string("\x1b[31m"), std::string("\xff")}) {
            VERIFY_ERROR(store.admit(secret, name, kNow), ErrorCode::invalid);
        }
        VERIFY_OK(store.admit(secret, "Björns Telefon", kNow));
    }

    void tokensAreKeptHashed() {
        const Scratch scratch;
        VALUE(store, TrustStore::open(scratch / "trust"));
        VALUE(open, store.invite(Role::viewer, kNow));
        VALUE(secret, store.invite(Role::viewer, kNow));
        VALUE(token, store.admit(secret, "x", kNow));
        const std::string text = contentOf(scratch / "trust/trust.json");
        for (const std::string& canary : {open, secret, token}) {
            QVERIFY(text.find(canary) == std::string::npos);
        }
        QVERIFY(text.find(hashOfSecret(token).hex()) != std::string::npos);
    }

    void revokesByIdPartOfItAndName() {
        const Scratch scratch;
        VALUE(store, TrustStore::open(scratch / "trust"));
        std::vector<std::string> tokens;
        for (const char* name : {"a", "b", "c", "c"}) {
            VALUE(secret, store.invite(Role::viewer, kNow));
            VALUE(token, store.admit(secret, name, kNow));
            tokens.push_back(token);
        }
        const std::vector<Device> devices = store.devices().value();
        VERIFY_OK(store.revoke("a", kNow));
        VERIFY_OK(store.revoke(devices[1].id.substr(0, 12), kNow));
        VERIFY_ERROR(store.revoke("c", kNow), ErrorCode::invalid);
        VERIFY_OK(store.revoke(devices[2].id, kNow));
        VERIFY_OK(store.revoke("c", kNow));  // the only one that is left
        VERIFY_ERROR(store.revoke("c", kNow), ErrorCode::exists);
        VERIFY_ERROR(store.revoke("d", kNow), ErrorCode::notFound);
        VERIFY_ERROR(store.revoke("", kNow), ErrorCode::notFound);
        for (const std::string& token : tokens) {
            VERIFY_ERROR(store.deviceOf(token, kNow), ErrorCode::permission);
        }
    }

    // A04: what a command writes, the running server sees at its next look.
    void a04AnotherProcessRevokes() {
        const Scratch scratch;
        VALUE(server, TrustStore::open(scratch / "trust"));
        VALUE(command, TrustStore::open(scratch / "trust"));
        VALUE(secret, command.invite(Role::pusher, kNow));
        VALUE(token, server.admit(secret, "phone", kNow));
        VALUE(device, server.deviceOf(token, kNow));
        QCOMPARE(server.isTrusted(device.id).value(), true);
        VERIFY_OK(command.revoke("phone", kNow));
        QCOMPARE(server.isTrusted(device.id).value(), false);
        VERIFY_ERROR(server.deviceOf(token, kNow), ErrorCode::permission);
    }

    void manyAtOnceLoseNothing() {
        const Scratch scratch;
        constexpr int kThreads = 4;
        constexpr int kEach = 5;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < kThreads; ++i) {
                threads.emplace_back([&scratch] {
                    TrustStore store = TrustStore::open(scratch / "trust").value();
                    for (int n = 0; n < kEach; ++n) {
                        const std::string secret = store.invite(Role::viewer, kNow).value();
                        store.admit(secret, "x", kNow).value();
                    }
                });
            }
        }
        VALUE(store, TrustStore::open(scratch / "trust"));
        QCOMPARE(store.devices()->size(), std::size_t(kThreads * kEach));
    }

    // A11.
    void a11OnlyTheOwnerMayReadIt() {
        const Scratch scratch;
        const mode_t before = ::umask(0);
        auto store = TrustStore::open(scratch / "trust");
        const bool invited = store && store->invite(Role::viewer, kNow);
        ::umask(before);
        QVERIFY(invited);
        for (const char* name : {"trust.json", "trust.lock"}) {
            struct stat info {};
            QCOMPARE(::stat((scratch / "trust" / name).c_str(), &info), 0);
            QCOMPARE(info.st_mode & 0777u, 0600u);
        }
    }

    void aDamagedFileIsAnErrorAndStays() {
        const Scratch scratch;
        VALUE(store, TrustStore::open(scratch / "trust"));
        VALUE(secret, store.invite(Role::viewer, kNow));
        VALUE(token, store.admit(secret, "x", kNow));
        const fs::path file = scratch / "trust/trust.json";
        const std::string good = contentOf(file);
        std::string role = good;
        role.replace(role.find("viewer"), 6, "wizard");
        for (const std::string& wrong :
             {std::string(), std::string("{}"), good.substr(0, good.size() - 1), role,
              std::string(R"({"version":1,"devices":[1],"invitations":[]})"),
              std::string(R"({"version":1,"devices":[],"invitations":[{}]})")}) {
            VERIFY_OK(writeWholeFile(file, asBytes(wrong)));
            VERIFY_ERROR(TrustStore::open(scratch / "trust"), ErrorCode::corrupt);
            VERIFY_ERROR(store.deviceOf(token, kNow), ErrorCode::corrupt);
            VERIFY_ERROR(store.invite(Role::viewer, kNow), ErrorCode::corrupt);
            QCOMPARE(contentOf(file), wrong);
        }
        VERIFY_OK(writeWholeFile(file, asBytes(good)));
        VERIFY_OK(store.deviceOf(token, kNow));
    }
};

QTEST_GUILESS_MAIN(TestTrustStore)
#include "tst_trust_store.moc"
