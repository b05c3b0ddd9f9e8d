#include <QObject>

#include "engine/image/image_hash.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestBaseImages : public QObject {
    Q_OBJECT

private slots:
    void plainBaseIsKnownByItsContent();
    void chunksEndWithTheImage();
    void baseVmRoundTrips();
    void baseVmOfOtherSizeIsRefused();
};

void TestBaseImages::plainBaseIsKnownByItsContent() {
    const Workshop workshop;
    const Hash first = workshop.base(draw("AB", "C")).description().id.hash;
    QVERIFY(workshop.base(draw("AB", "C")).description().id.hash == first);
    QVERIFY(workshop.base(draw("C", "AB")).description().id.hash != first);
    QVERIFY(workshop.base(draw("AB0", "C")).description().id.hash != first);
    const BaseImages base = workshop.base(draw("AB", "C"));
    Progress progress;
    QVERIFY(base.description().diskHash ==
            must(hashImage(base.file(ImageKind::disk), progress, {})));
    QVERIFY(base.state().empty());
}

void TestBaseImages::chunksEndWithTheImage() {
    const Workshop workshop;
    Images images = draw("AB", "");
    images.disk.resize(kChunkSize + 10);
    const BaseImages base = workshop.base(images);
    QVERIFY(sameBytes(base.chunk({ImageKind::disk, 0}), noisyChunk('A')));
    QCOMPARE(base.chunk({ImageKind::disk, 1}).size(), std::size_t{10});
    QVERIFY(base.chunk({ImageKind::disk, 2}).empty());
    QVERIFY(base.chunk({ImageKind::disk, UINT64_MAX / kChunkSize}).empty());
    QVERIFY(base.chunk({ImageKind::memory, 0}).empty());
    QCOMPARE(base.row().diskChunks, std::uint64_t{2});
    const auto found = base.find(fingerprint(noisyChunk('A')));
    QVERIFY(found == (ChunkRef{ImageKind::disk, 0}));
    QVERIFY(!base.find(fingerprint(noisyChunk('B'))));
}

// A base VM with 16 MiB of memory in the workshop's folder.
static BaseVm writeBaseVm(const Workshop& workshop, const Bytes& disk, const Bytes& state) {
    BaseVm vm;
    vm.name = "tiny";
    vm.machine.memoryBytes = 16 << 20;
    vm.machine.qemuVersion = "7.2.22";
    vm.diskSize = disk.size();
    vm.memorySize = vm.machine.memoryBytes;
    vm.stateSize = state.size();
    vm.stateHash = sha256(state);
    workshop.write("disk.raw", disk);
    File memory = workshop.write("memory.raw", letters("M"));
    must(memory.resize(vm.memorySize));
    workshop.write("state.bin", state);
    return vm;
}

void TestBaseImages::baseVmRoundTrips() {
    const Workshop workshop;
    const Bytes state = noise(1, 100'000);
    const BaseVm vm = writeBaseVm(workshop, letters("ABCD"), state);
    const BaseFiles files{workshop.path(".")};
    Progress progress;
    // There is no index: it is built.
    const BaseImages base =
        must(BaseImages::open(files, vm, BaseImages::Purpose::encode, progress, {}));
    QVERIFY(base.description().id == vm.id());
    Bytes changed = state;
    changed[500] ^= std::byte{1};
    Images target = draw("ABXA", "MXB");
    target.memory.resize(vm.memorySize);
    MemorySource source(workshop.encode(base, target, [&](EncodeInput& input) {
        input.state = changed;
        input.machine = vm.machine;
    }));
    const OverlayReader overlay = must(OverlayReader::open(source));
    QVERIFY(overlay.manifest().state->storedBytes < 200);  // the base's state helps
    QVERIFY(overlay.manifest().machine == vm.machine);
    const BaseImages again =
        must(BaseImages::open(files, vm, BaseImages::Purpose::decode, progress, {}));
    QVERIFY(must(overlay.state(again)) == changed);
    const Images result = must(workshop.replay(overlay, again));
    QVERIFY(result.disk == target.disk);
    QVERIFY(result.memory == target.memory);
}

void TestBaseImages::baseVmOfOtherSizeIsRefused() {
    const Workshop workshop;
    BaseVm vm = writeBaseVm(workshop, letters("ABCD"), noise(1, 10));
    const BaseFiles files{workshop.path(".")};
    Progress progress;
    const auto codeOf = [&] {
        const auto base = BaseImages::open(files, vm, BaseImages::Purpose::decode, progress, {});
        return base ? ErrorCode::failed : base.error().code;
    };
    QCOMPARE(codeOf(), ErrorCode::failed);
    vm.stateSize = 11;
    QCOMPARE(codeOf(), ErrorCode::corrupt);
    vm.stateSize = 10;
    vm.diskSize += kChunkSize;
    QCOMPARE(codeOf(), ErrorCode::corrupt);
}

QTEST_GUILESS_MAIN(TestBaseImages)
#include "tst_base_images.moc"
