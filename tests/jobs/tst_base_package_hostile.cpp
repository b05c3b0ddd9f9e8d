// Packages from a stranger: each is refused, and leaves nothing.
#include <sys/stat.h>

#include "tests/jobs/package_fixture.h"

using namespace cloudlet;
using namespace cloudlet::test;
using package::Block;
using package::Codec;
using package::Header;
using package::Part;
using package::Record;

namespace {

// A package as somebody who knows the format would forge it: all hashes fit.
Bytes forge(const Header& header, const std::vector<Block>& blocks) {
    ByteWriter out;
    out.append(header.serialize());
    std::vector<Record> records;
    for (const Block& block : blocks) {
        out.append(package::blockHeader(block.record));
        out.append(block.stored);
        records.push_back(block.record);
    }
    out.append(package::indexAndFooter(header, records, out.bytes().size()));
    return out.take();
}

// Every block of a package, without its compression undone.
Result<std::vector<Block>> blocksOf(const BasePackage& package) {
    std::vector<Block> blocks;
    for (std::size_t i = 0; i < package.records().size(); ++i) {
        const Record& record = package.records()[i];
        const Bytes plain = TRY(package.readBlock(i));
        blocks.push_back(TRY(package::encodeBlock(record.part, record.offset, plain, 3)));
    }
    return blocks;
}

bool isReadable(const fs::path& file) {
    const auto package = BasePackage::open(file);
    if (!package) return false;
    for (std::size_t i = 0; i < package->records().size(); ++i) {
        if (!package->readBlock(i)) return false;
    }
    return true;
}

}  // namespace

class TestBasePackageHostile : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    fs::path m_file;
    Bytes m_whole;
    Header m_header;
    std::vector<Block> m_blocks;
    std::optional<Catalog> m_catalog;

    // What importing these bytes says; empty if it worked. `left`: whether anything stayed.
    std::string import(const Bytes& bytes, ErrorCode expected) {
        const fs::path file = m_file.native() + ".hostile";
        if (!writeWholeFile(file, bytes)) return "cannot write";
        Progress progress;
        const auto imported = importBase(*m_catalog, file, progress, {});
        if (imported) return "it was accepted";
        if (imported.error().code != expected) return imported.error().message;
        return isUntouched(*m_catalog) ? "" : "something was left";
    }

    static Block encoded(Part part, std::uint64_t offset, ByteView plain) {
        return *package::encodeBlock(part, offset, plain, 3);
    }

    // Records that say something impossible.
    static void forgePlace(int kind, std::vector<Block>& blocks) {
        Record& first = blocks[0].record;
        const Bytes chunk = chunkOf('X');
        switch (kind) {
            case 0:
                std::swap(blocks[0], blocks[1]);
                break;
            case 1:
                blocks.insert(blocks.begin(), blocks[0]);
                break;
            case 2:
                blocks.insert(blocks.begin() + 1, encoded(Part::disk, 1 << 20, chunk));
                break;
            case 3:
                blocks.insert(blocks.begin() + 2, encoded(Part::disk, 12 << 20, chunk));
                break;
            case 4:
                first.offset = ~std::uint64_t{0} - 100;
                break;
            case 5:
                first.offset = package::kWindow - 5;
                break;
            case 6:
                blocks.erase(blocks.begin() + 1);
                break;
            default:
                first.plainLength = 0;
        }
    }

    // Records that may stand, with content that may not.
    void forgeContent(int kind, std::vector<Block>& blocks) const {
        Record& first = blocks[0].record;
        const Bytes chunk = chunkOf('X');
        switch (kind) {
            case 8: {  // says 20 KiB, gives 4 MiB
                Block bomb = encoded(Part::disk, 0, Bytes(package::kWindow));
                bomb.record.plainLength = first.plainLength;
                bomb.record.plainHash = first.plainHash;
                blocks[0] = bomb;
                break;
            }
            case 9:
                blocks[0].stored.pop_back();
                first.storedLength -= 1;
                first.storedChecksum = checksum64(blocks[0].stored);
                break;
            case 10:  // consistent in itself: only the id can tell
                blocks[0] = encoded(Part::disk, 0, chunk);
                break;
            case 11:
                first.part = static_cast<Part>(9);
                break;
            case 12:
                blocks.back() = encoded(Part::preview, 0, asBytes(std::string(package::kPngMagic)));
                break;
            case 13:
                blocks.back() = encoded(Part::preview, 0, Bytes(m_header.previewLength));
                break;
            case 14:
                first.storedLength = 0;
                blocks[0].stored.clear();
                break;
            default:
                blocks[4] = encoded(Part::state, 0, Bytes(m_header.vm.stateSize + 1));
        }
    }

private slots:
    void initTestCase() {
        const fs::path root = m_folder.path().toStdString();
        auto from = Catalog::open(root / "from");
        EXPECT_OK(from);
        const auto base = addRichBase(*from, "alpha");
        EXPECT_OK(base);
        m_file = root / "package";
        Progress progress;
        EXPECT_OK(exportBase(*from, base->id, m_file, {}, progress, {}));
        m_whole = *readWholeFile(m_file, 1 << 20);
        const auto package = BasePackage::open(m_file);
        EXPECT_OK(package);
        m_header = package->header();
        m_blocks = *blocksOf(*package);
        QVERIFY(forge(m_header, m_blocks) == m_whole);  // the forger knows the format
        auto to = Catalog::open(root / "to");
        EXPECT_OK(to);
        m_catalog.emplace(std::move(*to));
    }

    void truncatedAtEveryByte() {
        const fs::path file = m_file.native() + ".cut";
        EXPECT_OK(writeWholeFile(file, m_whole));
        for (std::size_t size = m_whole.size(); size-- > 0;) {
            fs::resize_file(file, size);
            QVERIFY2(!BasePackage::open(file), std::to_string(size).c_str());
        }
        for (std::size_t size = 0; size < m_whole.size(); size += 131) {
            const Bytes cut(m_whole.begin(), m_whole.begin() + static_cast<std::ptrdiff_t>(size));
            QCOMPARE(import(cut, size < 8 ? ErrorCode::invalid : ErrorCode::corrupt),
                     std::string());
        }
    }

    void everyBitFlipped() {
        const fs::path path = m_file.native() + ".flip";
        EXPECT_OK(writeWholeFile(path, m_whole));
        auto file = File::open(path, File::Mode::readWrite);
        EXPECT_OK(file);
        // A third of them each time, some of every byte; all with CLOUDLET_EVERY_BIT=1.
        const std::size_t step = qEnvironmentVariableIsSet("CLOUDLET_EVERY_BIT") ? 1 : 3;
        for (std::size_t bit = 0; bit < m_whole.size() * 8; bit += step) {
            const std::byte good = m_whole[bit / 8];
            const std::byte bad = good ^ static_cast<std::byte>(1U << bit % 8);
            EXPECT_OK(file->writeAt(std::span(&bad, 1), bit / 8));
            QVERIFY2(!isReadable(path), std::to_string(bit).c_str());
            EXPECT_OK(file->writeAt(std::span(&good, 1), bit / 8));
        }
        QVERIFY(isReadable(path));
        // From behind the version on, an import calls each corrupt, and leaves nothing.
        for (std::size_t bit = 12 * 8; bit < m_whole.size() * 8; bit += 331) {
            Bytes bytes = m_whole;
            bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
            QCOMPARE(import(bytes, ErrorCode::corrupt), std::string());
        }
    }

    void foreignAndNewerFiles() {
        QCOMPARE(import({}, ErrorCode::invalid), std::string());
        QCOMPARE(import(Bytes(100'000), ErrorCode::invalid), std::string());
        Bytes newer = m_whole;
        newer[8] = std::byte{2};
        QCOMPARE(import(newer, ErrorCode::unsupported), std::string());
        Bytes longer = m_whole;
        longer.push_back({});
        QCOMPARE(import(longer, ErrorCode::corrupt), std::string());
        longer.insert(longer.end(), m_whole.end() - 64, m_whole.end());  // a second footer
        QCOMPARE(import(longer, ErrorCode::corrupt), std::string());
    }

    void inputsThatAreNoFiles() {
        const fs::path root = m_folder.path().toStdString();
        Progress progress;
        EXPECT_ERROR(ErrorCode::invalid, importBase(*m_catalog, root, progress, {}));
        QCOMPARE(::mkfifo((root / "fifo").c_str(), 0600), 0);
        EXPECT_ERROR(ErrorCode::invalid, importBase(*m_catalog, root / "fifo", progress, {}));
        EXPECT_ERROR(ErrorCode::notFound, importBase(*m_catalog, root / "none", progress, {}));
        EXPECT_ERROR(ErrorCode::invalid, importBase(*m_catalog, "/dev/zero", progress, {}));
        QVERIFY(isUntouched(*m_catalog));
    }

    void forgedDescriptions() {
        Header other = m_header;
        other.vm.name = "beta";  // the id is alpha's
        QCOMPARE(import(forge(other, m_blocks), ErrorCode::corrupt), std::string());
        other.id = other.vm.id();
        other.vm.diskHash = sha256(asBytes("x"));
        other.id = other.vm.id();  // consistent, but no such disk is in the package
        QCOMPARE(import(forge(other, m_blocks), ErrorCode::corrupt), std::string());
        other = m_header;
        other.previewLength += 1;
        QCOMPARE(import(forge(other, m_blocks), ErrorCode::corrupt), std::string());
        other.previewLength = 0;
        QCOMPARE(import(forge(other, m_blocks), ErrorCode::corrupt), std::string());
    }

    void forgedBlocks_data() {
        QTest::addColumn<int>("kind");
        const char* names[] = {"out of order",      "twice",         "two in a window",
                               "beyond the end",    "far beyond",    "across windows",
                               "missing",           "empty",         "bomb",
                               "short frame",       "wrong content", "unknown part",
                               "preview in pieces", "not a picture", "stored length of nothing",
                               "state too long"};
        for (int i = 0; i < 16; ++i) QTest::addRow("%s", names[i]) << i;
    }

    void forgedBlocks() {
        QFETCH(int, kind);
        std::vector<Block> blocks = m_blocks;
        if (kind < 8) {
            forgePlace(kind, blocks);
        } else {
            forgeContent(kind, blocks);
        }
        QCOMPARE(import(forge(m_header, blocks), ErrorCode::corrupt), std::string());
    }

    void hugeCounts() {
        for (const std::uint64_t count :
             {std::uint64_t{1} << 20, std::uint64_t{1} << 58, ~std::uint64_t{0}}) {
            Bytes bytes = m_whole;
            ByteWriter number;
            number.u64(count);
            std::copy(number.bytes().begin(), number.bytes().end(), bytes.end() - 24);
            QCOMPARE(import(bytes, ErrorCode::corrupt), std::string());
        }
    }
};

QTEST_GUILESS_MAIN(TestBasePackageHostile)
#include "tst_base_package_hostile.moc"
