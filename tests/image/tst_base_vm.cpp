#include "engine/image/base_vm.h"

#include <QTest>

#include "engine/base/bytes.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;

namespace {

BaseVm good() {
    BaseVm base;
    base.name = "Debian 12, größer";
    base.machine.memoryBytes = 256 << 20;
    base.machine.qemuVersion = "7.2.22";
    base.diskSize = std::uint64_t{2} << 30;
    base.memorySize = base.machine.memoryBytes;
    base.stateSize = 550'000;
    base.diskHash = sha256(asBytes("disk"));
    base.memoryHash = sha256(asBytes("memory"));
    base.stateHash = sha256(asBytes("state"));
    base.created = 1'795'000'000;
    base.guestAgent = true;
    return base;
}

}  // namespace

class TstBaseVm : public QObject {
    Q_OBJECT

private slots:
    void roundTrip() {
        VALUE(again, BaseVm::parse(good().serialize()));
        QVERIFY(again == good());
        QVERIFY(again.id() == good().id());
    }

    // The text of format 1 never changes: every base's id hangs on it.
    void textOfFormat1() {
        BaseVm base = good();
        base.name = "sample";
        QCOMPARE(
            base.serialize(),
            R"({"format":1,"name":"sample","machine":{"machineType":"pc-q35-7.2",)"
            R"("cpuModel":"Nehalem","vcpus":1,"memoryBytes":268435456,"accelerator":"tcg",)"
            R"("qemuVersion":"7.2.22","network":"user","mac":"52:54:00:12:34:56"},)"
            R"("diskSize":2147483648,"memorySize":268435456,"stateSize":550000,)"
            R"("diskHash":"1044dec7206e8d7c9fbb4ae8f766668406d2567fc7fc1a160a9d4700fcf8f8e9",)"
            R"("memoryHash":"c064fbca9d9de8dd9bb0624984403b28d0da807a69365d4f7fb09123ecb0c405",)"
            R"("stateHash":"4ba69735ca53765ed6a709edb56c6ea236b7193a3b29a6b390c346f0f4340e4e",)"
            R"("created":1795000000,"guestAgent":true})");
    }

    void theIdIsTheHashOfTheText() {
        QVERIFY(good().id().hash == sha256(asBytes(good().serialize())));
        QCOMPARE(good().id().hex().substr(0, 12), good().id().shortHex());
        BaseVm other = good();
        other.created += 1;
        QVERIFY(other.id() != good().id());
    }

    void sizesByImage() {
        QCOMPARE(good().sizeOf(ImageKind::disk), good().diskSize);
        QCOMPARE(good().sizeOf(ImageKind::memory), good().memorySize);
    }

    void everyTruncationIsRefused() {
        const std::string text = good().serialize();
        for (std::size_t size = 0; size < text.size(); ++size) {
            VERIFY_ERROR(BaseVm::parse(text.substr(0, size)), ErrorCode::corrupt);
        }
        VERIFY_ERROR(BaseVm::parse(text + "x"), ErrorCode::corrupt);
    }

    // A flipped bit is refused, or makes a base of another id: never the same base.
    void noFlippedBitGoesUnnoticed() {
        const std::string text = good().serialize();
        for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
            std::string bad = text;
            bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
            const Result<BaseVm> parsed = BaseVm::parse(bad);
            if (parsed) QVERIFY2(parsed->id() != good().id(), bad.c_str());
        }
    }

    // One base has one spelling: its id is the hash of the text.
    void otherSpellingsAreRefused() {
        const std::string text = good().serialize();
        const auto replaced = [&](const char* from, const char* to) {
            return QString::fromStdString(text).replace(from, to).toStdString();
        };
        VERIFY_ERROR(BaseVm::parse(text + "\n"), ErrorCode::corrupt);
        VERIFY_ERROR(BaseVm::parse(replaced("\"name\":", "\"name\": ")), ErrorCode::corrupt);
        VERIFY_ERROR(BaseVm::parse(replaced("\"created\"", "\"more\":1,\"created\"")),
                     ErrorCode::corrupt);
        VERIFY_ERROR(BaseVm::parse(replaced("Debian", "\\u0044ebian")), ErrorCode::corrupt);
        VERIFY_ERROR(BaseVm::parse(replaced("\"format\":1", "\"format\":1,\"format\":1")),
                     ErrorCode::corrupt);
    }

    void aNewerFormatIsUnsupported() {
        std::string text = good().serialize();
        text.replace(text.find("\"format\":1"), 10, "\"format\":2");
        const Result<BaseVm> parsed = BaseVm::parse(text);
        VERIFY_ERROR(parsed, ErrorCode::unsupported);
        QVERIFY(parsed.error().message.find("format 2") != std::string::npos);
    }

    void ranges_data() {
        QTest::addColumn<QByteArray>("what");
        for (const char* what : {"no name", "long name", "two lines", "control", "no disk",
                                 "odd disk", "huge disk", "other memory", "large state"}) {
            QTest::newRow(what) << QByteArray(what);
        }
    }
    void ranges() {
        QFETCH(QByteArray, what);
        BaseVm base = good();
        if (what == "no name") base.name.clear();
        if (what == "long name") base.name = std::string(101, 'x');
        if (what == "two lines") base.name = "a\nb";
        if (what == "control") base.name = "a\x1b[2J";
        if (what == "no disk") base.diskSize = 0;
        if (what == "odd disk") base.diskSize += 512;
        if (what == "huge disk") base.diskSize = kMostImageBytes + kChunkSize;
        if (what == "other memory") base.memorySize += 1 << 20;
        if (what == "large state") base.stateSize = kMostStateBytes + 1;
        VERIFY_ERROR(BaseVm::parse(base.serialize()), ErrorCode::corrupt);
    }

    void filesHaveTheirNames() {
        const BaseFiles files{"/b"};
        QCOMPARE(files.image(ImageKind::disk).string(), "/b/disk.raw");
        QCOMPARE(files.image(ImageKind::memory).string(), "/b/memory.raw");
        QCOMPARE(files.description().string(), "/b/base.json");
        QCOMPARE(files.state().string(), "/b/state.bin");
        QCOMPARE(files.index().string(), "/b/chunks.idx");
        QCOMPARE(files.preview().string(), "/b/preview.png");
    }
};

QTEST_GUILESS_MAIN(TstBaseVm)
#include "tst_base_vm.moc"
