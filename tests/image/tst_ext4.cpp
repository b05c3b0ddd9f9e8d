// On file systems that mke2fs has made, and on damaged ones.
#include <QTest>
#include <random>

#include "engine/image/ext4.h"
#include "tests/support/ext4_disk.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

Ext4::Read readerOf(const Bytes& disk) {
    return [&disk](std::span<std::byte> into, std::uint64_t offset) -> Result<void> {
        if (offset > disk.size() || into.size() > disk.size() - offset) {
            return Error{ErrorCode::corrupt, "outside"};
        }
        std::copy_n(disk.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
        return {};
    };
}

Result<std::vector<Ext4::Item>> itemsOf(const Bytes& disk, std::uint64_t offset = 0) {
    Ext4 system = TRY(Ext4::open(readerOf(disk), {offset, disk.size() - offset}));
    std::vector<Ext4::Item> items;
    TRY(system.visit([&](const Ext4::Item& item) { items.push_back(item); }, {}));
    return items;
}

// The content that the pieces of a file hold, as long as the file is.
std::string contentOf(const Bytes& disk, const std::vector<Ext4::Item>& items,
                      const std::string& path, std::size_t size) {
    for (const Ext4::Item& item : items) {
        if (item.path != path) continue;
        std::string content;
        for (const Extent& piece : item.pieces) {
            content += asText(ByteView(disk).subspan(piece.offset, piece.length));
        }
        return content.substr(0, size);
    }
    return "there is no " + path;
}

std::string textOf(std::size_t size) {
    std::mt19937 random(7);
    std::string text(size, '\0');
    for (char& each : text) each = static_cast<char>('a' + random() % 26);
    return text;
}

}  // namespace

class TestExt4 : public QObject {
    Q_OBJECT
private slots:
    void readsFiles_data();
    void readsFiles();
    void readsAtAnOffset();
    void readsManyEntries();
    void isNoOther();
    void survivesDamage();
    void endsInALoop();
    void stops();
};

void TestExt4::readsFiles_data() {
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("options");
    QTest::newRow("ext4") << "ext4"
                          << "-b 4096";
    QTest::newRow("ext4, 1 KiB, 32 bit") << "ext4"
                                         << "-b 1024 -O ^64bit";
    QTest::newRow("ext4, 64 bit") << "ext4"
                                  << "-b 2048 -O 64bit,metadata_csum";
    QTest::newRow("ext2: block numbers") << "ext2"
                                         << "-b 1024";
    QTest::newRow("ext3") << "ext3"
                          << "-b 1024";
    QTest::newRow("small inodes") << "ext2"
                                  << "-b 1024 -I 128";
}

void TestExt4::readsFiles() {
    QFETCH(QString, type);
    QFETCH(QString, options);
    Ext4Disk plan;
    plan.bytes = 8 << 20;
    plan.type = type.toStdString();
    plan.options = options.toStdString();
    plan.files = {{"etc/passwd", "root:x:0"}, {"srv/www/big", textOf(700'000)}};
    const Bytes disk = plan.make();
    VALUE(items, itemsOf(disk));
    QCOMPARE(contentOf(disk, items, "/etc/passwd", 8), std::string("root:x:0"));
    QVERIFY(contentOf(disk, items, "/srv/www/big", 700'000) == plan.files["srv/www/big"] ||
            type != "ext4");  // block numbers lie between the content's blocks
    QCOMPARE(items.front().kind, Ext4::Item::Kind::tables);
    const auto journals = std::count_if(items.begin(), items.end(), [](const Ext4::Item& item) {
        return item.kind == Ext4::Item::Kind::journal;
    });
    QCOMPARE(journals > 0, type != "ext2");
    std::uint64_t bytes = 0;
    for (const Extent& piece : std::find_if(items.begin(), items.end(), [](const auto& item) {
                                   return item.path == "/srv/www/big";
                               })->pieces) {
        bytes += piece.length;
    }
    QVERIFY(bytes >= 700'000 && bytes < 720'000);
}

void TestExt4::readsAtAnOffset() {
    Ext4Disk plan;
    plan.offset = 1 << 20;
    plan.files = {{"a", "content"}};
    const Bytes disk = plan.make();
    QCOMPARE(itemsOf(disk).error().code, ErrorCode::notFound);
    VALUE(items, itemsOf(disk, plan.offset));
    QCOMPARE(contentOf(disk, items, "/a", 7), std::string("content"));
    VALUE(system, Ext4::open(readerOf(disk), {plan.offset, disk.size() - plan.offset}));
    QCOMPARE(system.label(), std::string("root"));
}

void TestExt4::readsManyEntries() {
    Ext4Disk plan;
    plan.options = "-b 1024 -N 2000";
    for (int i = 0; i < 1000; ++i) plan.files["many/file-" + std::to_string(i)] = "x";
    const Bytes disk = plan.make();
    VALUE(items, itemsOf(disk));
    QCOMPARE(std::count_if(items.begin(), items.end(),
                           [](const auto& item) { return item.path.starts_with("/many/"); }),
             std::ptrdiff_t{1000});
}

void TestExt4::isNoOther() {
    QCOMPARE(itemsOf(Bytes(100)).error().code, ErrorCode::notFound);
    QCOMPARE(itemsOf(Bytes(1 << 20)).error().code, ErrorCode::notFound);
    Ext4Disk plan;
    Bytes disk = plan.make();
    disk[1024 + 0x60] |= std::byte{0x10};  // groups of descriptors
    QCOMPARE(itemsOf(disk).error().code, ErrorCode::unsupported);
}

// Any byte may be anything: an answer or an error, no crash and no end of memory.
void TestExt4::survivesDamage() {
    Ext4Disk plan;
    plan.bytes = 512 << 10;
    plan.options = "-b 1024 -O ^has_journal -N 64";
    plan.files = {{"a/b/c", textOf(30'000)}, {"d", "d"}};
    const Bytes good = plan.make();
    std::mt19937 random(11);
    for (int round = 0; round < 2000; ++round) {
        Bytes disk = good;
        for (int i = 0; i < 4; ++i) {
            const bool early = random() % 2 == 0;  // the superblock and the first tables
            const std::size_t at = early ? 1024 + random() % 8192 : random() % disk.size();
            disk[at] = static_cast<std::byte>(random());
        }
        const auto items = itemsOf(disk);
        QVERIFY(!items || !items->empty());
    }
    for (const std::size_t size : {1024u, 2048u, 4096u, 65536u}) {
        const auto items = itemsOf(Bytes(good.begin(), good.begin() + size));
        QVERIFY(!items);
    }
}

// A folder that names its parent as its child is visited once.
void TestExt4::endsInALoop() {
    Ext4Disk plan;
    plan.options = "-b 1024";
    plan.files = {{"folder/child/x", "x"}};
    Bytes disk = plan.make();
    VALUE(before, itemsOf(disk));
    const auto folder = std::find_if(before.begin(), before.end(),
                                     [](const auto& item) { return item.path == "/folder"; });
    const std::size_t at = folder->pieces.front().offset;
    // The third entry follows "." and "..", each of 12 bytes: now it is the root.
    disk[at + 24] = std::byte{2};
    VALUE(items, itemsOf(disk));
    for (const auto& item : items) QVERIFY(!item.path.starts_with("/folder/child"));
}

void TestExt4::stops() {
    Ext4Disk plan;
    plan.files = {{"a", "b"}};
    const Bytes disk = plan.make();
    VALUE(system, Ext4::open(readerOf(disk), {0, disk.size()}));
    std::stop_source source;
    source.request_stop();
    QCOMPARE(system.visit([](const Ext4::Item&) {}, source.get_token()).error().code,
             ErrorCode::cancelled);
}

QTEST_GUILESS_MAIN(TestExt4)
#include "tst_ext4.moc"
