#include "engine/net/stored_copies.h"

#include <QtTest>

#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using cloudlet::test::Scratch;

class TestStoredCopies : public QObject {
    Q_OBJECT

private slots:
    void keepsOneOfEqualFiles() {
        const Scratch scratch;
        const auto file = [&scratch] {
            return std::make_shared<File>(File::temporary(scratch.path()).value());
        };
        StoredCopies copies;
        push::Offer offer;
        offer.id = sha256(asBytes("a"));
        offer.size = 10;
        auto first = copies.oneOf(offer, file());
        auto second = copies.oneOf(offer, file());
        QVERIFY(first == second);

        push::Offer other = offer;
        other.id = sha256(asBytes("b"));
        QVERIFY(copies.oneOf(other, file()) != first);
        other = offer;
        other.size = 11;
        QVERIFY(copies.oneOf(other, file()) != first);
        other = offer;
        other.what = push::What::base;
        QVERIFY(copies.oneOf(other, file()) != first);

        // Whoever has it keeps it; when nobody does it is gone.
        const std::weak_ptr<File> gone = first;
        first.reset();
        QVERIFY(!gone.expired());
        second.reset();
        QVERIFY(gone.expired());
        const auto next = file();
        QVERIFY(copies.oneOf(offer, next) == next);
    }
};

QTEST_GUILESS_MAIN(TestStoredCopies)
#include "tst_stored_copies.moc"
