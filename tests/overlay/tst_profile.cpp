#include <QObject>

#include "engine/overlay/profile.h"
#include "engine/overlay/xdelta_codec.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;

class TestProfile : public QObject {
    Q_OBJECT

private slots:
    void readsItsOwnNames();
    void refusesOthers();
    void profilesDiffer();
    void noiseGetsAFastLevel();
};

void TestProfile::readsItsOwnNames() {
    for (const Profile profile : {Profile::fastest, Profile::balanced, Profile::smallest}) {
        VALUE(read, parseProfile(toString(profile)));
        QCOMPARE(read, profile);
    }
    VALUE(zstd, parseCodec("zstd"));
    QCOMPARE(zstd, Codec::zstd);
    VALUE(lzma, parseCodec("lzma"));
    QCOMPARE(lzma, Codec::lzma);
    if (hasXdelta()) {
        VERIFY_OK(parseCodec("xdelta3"));
    } else {
        VERIFY_ERROR(parseCodec("xdelta3"), ErrorCode::unsupported);
    }
}

void TestProfile::refusesOthers() {
    VERIFY_ERROR(parseProfile(""), ErrorCode::invalid);
    VERIFY_ERROR(parseProfile("Fastest"), ErrorCode::invalid);
    VERIFY_ERROR(parseCodec("copy"), ErrorCode::invalid);
    VERIFY_ERROR(parseCodec(""), ErrorCode::invalid);
}

void TestProfile::profilesDiffer() {
    QVERIFY(Compression::of(Profile::fastest).zstdLevel <
            Compression::of(Profile::balanced).zstdLevel);
    QCOMPARE(Compression::of(Profile::smallest).codec, Codec::lzma);
    QCOMPARE(Compression::of(Profile::smallest, Codec::xdelta3).codec, Codec::xdelta3);
}

void TestProfile::noiseGetsAFastLevel() {
    for (const Profile profile : {Profile::fastest, Profile::balanced}) {
        QCOMPARE(Compression::of(profile).forNoise().zstdLevel,
                 Compression::of(Profile::fastest).zstdLevel);
    }
    QCOMPARE(Compression::of(Profile::smallest).forNoise().codec, Codec::lzma);
}

QTEST_GUILESS_MAIN(TestProfile)
#include "tst_profile.moc"
