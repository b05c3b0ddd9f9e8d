// Checks of Result for Qt Test. They return from the test function on failure, as QVERIFY does.
#pragma once

#include <QTest>

#include "engine/base/result.h"

// How QCOMPARE shows a text of ours.
template <>
inline char* QTest::toString(const std::string& text) {
    return qstrdup(text.c_str());
}

// Ours returns a constant, which Qt would free.
template <>
inline char* QTest::toString(const cloudlet::ErrorCode& code) {
    return qstrdup(cloudlet::toString(code));
}

// Fails with the error's message unless `expression` holds a value.
#define VERIFY_OK(expression)                                                                   \
    do {                                                                                        \
        const auto& verified = (expression);                                                    \
        QVERIFY2(static_cast<bool>(verified),                                                   \
                 verified ? "" : qPrintable(QString::fromStdString(verified.error().message))); \
    } while (false)

// Declares `name` with the value of `expression`, or fails with its error.
#define VALUE(name, expression)       \
    auto name##Result = (expression); \
    VERIFY_OK(name##Result);          \
    auto name = std::move(name##Result).value()

// Fails unless `expression` holds an error with this code and a message.
#define VERIFY_ERROR(expression, expectedCode)                                  \
    do {                                                                        \
        const auto& verified = (expression);                                    \
        QVERIFY2(!verified, "an error was expected: " #expectedCode);           \
        QVERIFY2(verified.error().code == (expectedCode),                       \
                 qPrintable(QString::fromStdString(verified.error().message))); \
        QVERIFY(!verified.error().message.empty());                             \
    } while (false)
