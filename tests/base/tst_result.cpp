#include "engine/base/result.h"

#include <QTest>
#include <memory>

#include "tests/support/result_checks.h"

using namespace cloudlet;

namespace {

Result<int> half(int value) {
    if (value % 2 != 0) return Error{ErrorCode::invalid, "odd"};
    return value / 2;
}

Result<int> quarter(int value) {
    return TRY(half(TRY(half(value))));
}

Result<void> bothEven(int a, int b) {
    TRY(half(a));
    TRY(half(b));
    return {};
}

}  // namespace

class TstResult : public QObject {
    Q_OBJECT

private slots:
    void tryTakesTheValueOrReturnsTheError() {
        VALUE(two, quarter(8));
        QCOMPARE(two, 2);
        VERIFY_ERROR(quarter(6), ErrorCode::invalid);
        VERIFY_OK(bothEven(2, 4));
        VERIFY_ERROR(bothEven(2, 3), ErrorCode::invalid);
    }

    void holdsWhatCannotBeCopied() {
        Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
        const std::unique_ptr<int> moved = std::move(result).value();
        QCOMPARE(*moved, 7);
    }

    void anErrorMayBeTheValueOfNothingElse() {
        const Result<std::string> text(std::string("x"));
        QCOMPARE(text->size(), 1u);
        QCOMPARE(*text, "x");
    }

    void codesHaveNames() {
        QCOMPARE(toString(ErrorCode::failed), "failed");
        QCOMPARE(toString(ErrorCode::cancelled), "cancelled");
    }

    void contextComesFirstAndKeepsTheCode() {
        const Error error = withContext({ErrorCode::noSpace, "disk full"}, "writing x");
        QCOMPARE(error.code, ErrorCode::noSpace);
        QCOMPARE(error.message, "writing x: disk full");
    }
};

QTEST_GUILESS_MAIN(TstResult)
#include "tst_result.moc"
