#include <QObject>

#include "engine/base/base64.h"
#include "engine/base/json.h"
#include "engine/overlay/manifest.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestManifest : public QObject {
    Q_OBJECT

private slots:
    void roundTrips();
    void refusesBadFields_data();
    void refusesBadFields();
    void ignoresUnknownFields();
    void refusesUnknownRequirements();
    void refusesEachMissingField();
};

static Manifest sample() {
    Manifest manifest;
    manifest.base.id.hash = sha256(asBytes("base"));
    manifest.base.name = "debian";
    manifest.base.diskHash = sha256(asBytes("disk"));
    manifest.base.memoryHash = sha256(asBytes("memory"));
    manifest.base.stateHash = sha256(asBytes("state"));
    manifest.base.diskSize = 1 << 20;
    manifest.base.memorySize = 64 << 20;
    manifest.base.stateSize = 1234;
    manifest.machine = MachineSpec();
    manifest.machine->memoryBytes = 64 << 20;
    manifest.machine->qemuVersion = "7.2.22";
    manifest.diskSize = 12345;
    manifest.memorySize = 64 << 20;
    manifest.state = OverlayState{77, sha256(asBytes("new state")), 50};
    manifest.startSet = StartSet{2, 3, 50, 6000};
    manifest.ports = {*PortForward::parse("tcp:8080:80")};
    manifest.title = "Überschrift";
    manifest.notes = "a\n\tb";
    manifest.created = 1'700'000'000;
    manifest.parent = sha256(asBytes("another"));
    manifest.profile = "smallest";
    manifest.creator = "test 1";
    manifest.composition[0] = {1, 2, 3, 4, 5, 6, 7};
    manifest.composition[1] = {10, 20, 30, 40, 50, 60, 70};
    manifest.preview = must(fromBase64("iVBORw0KGgoAAAA="));
    manifest.tableHash = sha256(asBytes("table"));
    return manifest;
}

void TestManifest::roundTrips() {
    const Manifest full = sample();
    QVERIFY(must(Manifest::parse(full.serialize())) == full);
    Manifest plain = full;
    plain.machine.reset();
    plain.state.reset();
    plain.startSet.reset();
    plain.preview.clear();
    plain.profile.clear();
    plain.parent.reset();
    plain.ports.clear();
    plain.base.name.clear();
    QVERIFY(must(Manifest::parse(plain.serialize())) == plain);
}

void TestManifest::refusesBadFields_data() {
    QTest::addColumn<QByteArray>("path");  // of the field, with dots
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char* path, const QByteArray& value) {
        QTest::addRow("%s = %s", path, value.left(40).constData()) << QByteArray(path) << value;
    };
    row("base.name", "\"two\\nlines\"");
    row("base.name", "\"" + QByteArray(101, 'x') + "\"");
    row("base.name", "\"\\u0000\"");
    row("base.name", "\"\\u001b[31m\"");
    row("base.id", "\"12\"");
    row("base.diskSize", "17592186044417");
    row("base.memorySize", "-1");
    row("base.stateSize", "67108865");
    row("diskSize", "18446744073709551615");
    row("diskSize", "1.5");
    row("memorySize", "4096");
    row("state.size", "0");
    row("state.size", "67108865");
    row("start.segments", "0");
    row("start.first", "262145");
    row("start.chunks", "-1");
    row("start", "[]");
    row("machine.vcpus", "0");
    row("machine.vcpus", "1000000");
    row("machine.machineType", "\"</domain>\"");
    row("machine.cpuModel", "\"/usr/bin/qemu\"");
    row("ports", "[\"tcp:80\"]");
    row("ports", "[1]");
    row("ports", "\"tcp:80:80\"");
    row("title", "\"" + QByteArray(201, 'x') + "\"");
    row("title", "\"a\\tb\"");
    row("notes", "\"" + QByteArray(16385, 'x') + "\"");
    row("notes", "\"\\u0007\"");
    row("created", "-1");
    row("created", "1e300");
    row("creator", "\"a\\nb\"");
    row("profile", "\"a\\nb\"");
    row("profile", "1");
    row("parent", "\"1234\"");
    row("composition.disk.zero", "4294967297");
    row("composition.disk", "null");
    row("preview", "\"AAAA\"");
    row("preview", "\"iVBORw0KGgoAAAA\"");
    row("preview", "\"iVBORw0KGgoAAAB=\"");
    row("preview", "\"\"");
    row("preview", "7");
    row("table", "\"zz\"");
}

static std::string withField(const Manifest& manifest, const QByteArray& path,
                             const json::Value& value) {
    json::Object object = must(json::parseObject(manifest.serialize(), "it"));
    json::Object* inner = &object;
    QByteArrayList names = path.split('.');
    while (names.size() > 1) inner = &(*inner)[names.takeFirst().constData()].as_object();
    (*inner)[names.first().constData()] = value;
    return json::serialize(object);
}

void TestManifest::refusesBadFields() {
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, value);
    const json::Object wrapped = must(json::parseObject("{\"v\":" + value.toStdString() + "}", ""));
    const Result<Manifest> parsed = Manifest::parse(withField(sample(), path, wrapped.at("v")));
    QVERIFY(!parsed);
    QCOMPARE(parsed.error().code, ErrorCode::corrupt);
}

void TestManifest::ignoresUnknownFields() {
    const Manifest manifest = sample();
    const json::Object extra{{"path", "/etc/passwd"}};
    QVERIFY(must(Manifest::parse(withField(manifest, "extension", extra))) == manifest);
    QVERIFY(must(Manifest::parse(withField(manifest, "base.extension", extra))) == manifest);
}

void TestManifest::refusesUnknownRequirements() {
    const json::Array list{"encryption-1"};
    const Result<Manifest> parsed = Manifest::parse(withField(sample(), "requires", list));
    QVERIFY(!parsed);
    QCOMPARE(parsed.error().code, ErrorCode::unsupported);
    QVERIFY(parsed.error().message.find("encryption-1") != std::string::npos);
    QVERIFY(!Manifest::parse(withField(sample(), "requires", "x")));
    QVERIFY(!Manifest::parse(withField(sample(), "requires", json::Array{1})));
}

void TestManifest::refusesEachMissingField() {
    const json::Object whole = must(json::parseObject(sample().serialize(), "it"));
    for (const auto& field : whole) {
        json::Object cut = whole;
        cut.erase(field.key());
        const bool optional = field.key() == "machine" || field.key() == "state" ||
                              field.key() == "start" || field.key() == "profile" ||
                              field.key() == "parent" || field.key() == "preview";
        QCOMPARE(bool(Manifest::parse(json::serialize(cut))), optional);
    }
}

QTEST_GUILESS_MAIN(TestManifest)
#include "tst_manifest.moc"
