// The inspector: what an overlay holds, where in the VM it lies, which of the guest's files it
// brings, and what can be done with it. GUI thread.
#pragma once

#include <memory>
#include <optional>

#include "app/studio/job.h"
#include "app/studio/overlay_facts.h"
#include "app/studio/page.h"
#include "app/studio/studio_services.h"
#include "engine/jobs/overlay_files.h"

class QAction;
class QFormLayout;
class QLabel;
class QTableWidget;
class QTreeView;

namespace cloudlet {

class ChunkMap;
class CompositionBar;
class ConsolePicture;
class ErrorPanel;
class NoticeBar;
class OverlayFilesModel;
class StageBar;

class OverlayPage : public Page {
    Q_OBJECT
public:
    OverlayPage(StudioServices& services, QString file, QWidget* parent = nullptr);
    ~OverlayPage() override;

    QString title() const override;
    QList<ActionCommand> commands() const override;
    QString wouldLose() const override;
    const QString& file() const { return m_file; }

private:
    QWidget* buildHead();
    QWidget* buildLeft();
    QWidget* buildRight();
    void read();
    void factsRead();
    void filesRead();
    void showFacts(const OverlayFacts& facts);
    void showSizes(const OverlayFacts& facts);
    void showMaps(const OverlayFacts& facts);
    void addFact(const QString& name, const QString& value);
    void work(Job::Work work, const QString& done);
    void worked();
    void rehearse();
    void exportFile();

    StudioServices& m_services;
    const QString m_file;
    QString m_name;
    QLabel* m_heading = nullptr;
    ConsolePicture* m_picture = nullptr;
    QFormLayout* m_facts = nullptr;
    QLabel* m_notes = nullptr;
    CompositionBar* m_composition = nullptr;
    QTableWidget* m_sizes = nullptr;
    ChunkMap* m_map = nullptr;
    QLabel* m_filesSummary = nullptr;
    QTreeView* m_filesView = nullptr;
    OverlayFilesModel* m_files;
    NoticeBar* m_notice;
    StageBar* m_stage;
    ErrorPanel* m_error;
    QList<QAction*> m_actions;
    QString m_doneText;
    std::shared_ptr<std::optional<OverlayFacts>> m_readFacts;
    std::shared_ptr<OverlayFiles> m_readFiles;
    Job m_factsJob;
    Job m_filesJob;
    Job m_work;
    bool m_isStale = false;  // what is being read: it is to be read again
};

}  // namespace cloudlet
