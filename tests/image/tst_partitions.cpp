#include <QTest>

#include "engine/base/bytes.h"
#include "engine/image/partitions.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;

namespace {

Result<std::vector<Partition>> partitionsIn(const Bytes& disk) {
    const auto read = [&](std::span<std::byte> into, std::uint64_t offset) -> Result<void> {
        if (offset > disk.size() || into.size() > disk.size() - offset) {
            return Error{ErrorCode::corrupt, "outside"};
        }
        std::copy_n(disk.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
        return {};
    };
    return partitionsOf(read, disk.size());
}

void put(Bytes& disk, std::size_t at, std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) disk[at + i] = static_cast<std::byte>(value >> (8 * i));
}

Bytes diskWithMbr(std::uint32_t first, std::uint32_t sectors) {
    Bytes disk(64 << 10);
    put(disk, 510, 0xaa55, 2);
    put(disk, 446 + 16 + 8, first, 4);
    put(disk, 446 + 16 + 12, sectors, 4);
    return disk;
}

Bytes diskWithGpt(std::uint64_t first, std::uint64_t last, std::uint32_t entrySize) {
    Bytes disk = diskWithMbr(1, 127);
    const std::string_view magic = "EFI PART";
    std::copy(asBytes(magic).begin(), asBytes(magic).end(), disk.begin() + 512);
    put(disk, 512 + 72, 2, 8);
    put(disk, 512 + 80, 3, 4);
    put(disk, 512 + 84, entrySize, 4);
    put(disk, 1024 + std::size_t{entrySize} * 2 + 32, first, 8);
    put(disk, 1024 + std::size_t{entrySize} * 2 + 40, last, 8);
    return disk;
}

}  // namespace

class TestPartitions : public QObject {
    Q_OBJECT
private slots:
    void findsThoseOfAnMbr();
    void findsThoseOfAGpt();
    void leavesOutWhatLiesOutside();
    void aBareDiskIsOnePlace();
};

void TestPartitions::findsThoseOfAnMbr() {
    VALUE(list, partitionsIn(diskWithMbr(2, 100)));
    QCOMPARE(list.size(), std::size_t{2});
    QCOMPARE(list[0].number, 0u);
    QCOMPARE(list[0].place.length, std::uint64_t{64 << 10});
    QCOMPARE(list[1].number, 2u);
    QCOMPARE(list[1].place.offset, std::uint64_t{1024});
    QCOMPARE(list[1].place.length, std::uint64_t{51200});
}

void TestPartitions::findsThoseOfAGpt() {
    VALUE(list, partitionsIn(diskWithGpt(40, 49, 128)));
    QCOMPARE(list.size(), std::size_t{2});
    QCOMPARE(list[1].number, 3u);
    QCOMPARE(list[1].place.offset, std::uint64_t{40 * 512});
    QCOMPARE(list[1].place.length, std::uint64_t{10 * 512});
}

void TestPartitions::leavesOutWhatLiesOutside() {
    for (const Bytes& disk :
         {diskWithMbr(100, 29), diskWithMbr(0xffffffff, 0xffffffff), diskWithMbr(0, 4),
          diskWithGpt(100, 1000, 128), diskWithGpt(1, UINT64_MAX, 128), diskWithGpt(9, 8, 128),
          diskWithGpt(1, 2, 8)}) {
        VALUE(list, partitionsIn(disk));
        QCOMPARE(list.size(), std::size_t{1});
    }
}

void TestPartitions::aBareDiskIsOnePlace() {
    for (const std::size_t size : {std::size_t{0}, std::size_t{600}, std::size_t{8192}}) {
        VALUE(list, partitionsIn(Bytes(size)));
        QCOMPARE(list.size(), std::size_t{1});
        QCOMPARE(list[0].place.length, std::uint64_t{size});
    }
}

QTEST_GUILESS_MAIN(TestPartitions)
#include "tst_partitions.moc"
