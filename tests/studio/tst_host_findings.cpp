// What the first-run check offers beside each finding, with a pkexec of its own on the PATH.
#include <QClipboard>
#include <QFile>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QTest>
#include <QTreeWidget>
#include <memory>

#include "app/studio/host_findings.h"
#include "app/studio/qt_text.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestHostFindings : public QObject {
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void fixesWhatPackagesMend();
    void saysWhyItCouldNot();
    void copiesCommandsOnly();

private:
    void haveAdministrator(const QByteArray& script);
    void choose(int row) { m_list->setCurrentItem(m_list->topLevelItem(row)); }

    std::unique_ptr<Scratch> m_scratch;
    QByteArray m_path;
    std::unique_ptr<HostFindings> m_findings;
    QTreeWidget* m_list = nullptr;
    QPushButton* m_fix = nullptr;
    QPushButton* m_copy = nullptr;
};

void TestHostFindings::init() {
    m_scratch = std::make_unique<Scratch>();
    m_path = qgetenv("PATH");
    m_findings = std::make_unique<HostFindings>(HostFindings::Show::everything);
    m_list = m_findings->findChild<QTreeWidget*>();
    m_fix = m_findings->findChildren<QPushButton*>().at(0);
    m_copy = m_findings->findChildren<QPushButton*>().at(1);
}

void TestHostFindings::cleanup() {
    m_findings.reset();
    qputenv("PATH", m_path);
    m_scratch.reset();
}

// Nothing but what the script is, so that no real one is asked.
void TestHostFindings::haveAdministrator(const QByteArray& script) {
    QFile file(toQt(*m_scratch / "pkexec"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/bin/sh\n" + script);
    file.close();
    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    qputenv("PATH", QByteArray(m_scratch->path().c_str()) + ":/usr/bin:/bin");
}

void TestHostFindings::fixesWhatPackagesMend() {
    const QString said = toQt(*m_scratch / "said");
    haveAdministrator("echo \"$@\" > \"" + said.toUtf8() + "\"\n");
    const auto state = HostFinding::State::problem;
    m_findings->showFindings({{state, "images", "is missing", "sudo x", "sudo x", {"a", "b-c"}},
                              {state, "disk space", "none", "free some space"}});
    choose(1);
    QVERIFY(!m_fix->isEnabled());
    choose(0);
    QVERIFY(m_fix->isEnabled() && !m_fix->isHidden());
    m_fix->click();
    QVERIFY(!m_fix->isEnabled());
    const auto text = [&] {
        QFile file(said);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    QTRY_COMPARE(text(), "apt-get install --yes a b-c\n");
    QTRY_VERIFY(m_fix->isEnabled());
}

void TestHostFindings::saysWhyItCouldNot() {
    haveAdministrator("echo 'nobody said the password' >&2\nexit 126\n");
    m_findings->showFindings({{HostFinding::State::problem, "images", "", "x", "x", {"a"}}});
    choose(0);
    m_fix->click();
    const auto* summary = m_findings->findChild<QLabel*>();
    QTRY_COMPARE(summary->text(), "It could not be installed. nobody said the password");
}

void TestHostFindings::copiesCommandsOnly() {
    qputenv("PATH", m_scratch->path().c_str());  // without pkexec
    m_findings->showFindings(
        {{HostFinding::State::advice, "accelerator", "slow", "join: sudo adduser", "sudo adduser"},
         {HostFinding::State::advice, "disk space", "little", "free some space"}});
    QVERIFY(m_fix->isHidden());
    // Its subject is read whole.
    QVERIFY(m_list->columnWidth(0) > m_list->fontMetrics().horizontalAdvance("accelerator"));
    choose(1);
    QVERIFY(!m_copy->isEnabled());
    choose(0);
    m_copy->click();
    QCOMPARE(QGuiApplication::clipboard()->text(), "sudo adduser");
}

QTEST_MAIN(TestHostFindings)
#include "tst_host_findings.moc"
