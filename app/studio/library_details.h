// One base or overlay of the library, in full: picture, facts, composition. Reads an overlay's
// file on a job's thread. GUI thread.
#pragma once

#include <QFrame>
#include <memory>
#include <optional>

#include "app/studio/job.h"
#include "app/studio/library.h"

class QFormLayout;
class QLabel;
class QVBoxLayout;

namespace cloudlet {

class CompositionBar;
class ConsolePicture;

class LibraryDetails : public QFrame {
    Q_OBJECT
public:
    explicit LibraryDetails(QWidget* parent = nullptr);

    void showNothing();
    void showBase(const LibraryBase& base);
    void showOverlay(const LibraryOverlay& overlay, const LibraryBase& base);

private:
    void clear(const QString& title);
    void addFact(const QString& name, const QString& value);
    void showManifest(const OverlayDetails& details);
    void readWanted();
    void loaded();

    ConsolePicture* m_picture;
    QLabel* m_title;
    QWidget* m_facts;
    QFormLayout* m_form;
    QLabel* m_composedOf;
    CompositionBar* m_composition;
    QLabel* m_notes;
    QString m_wanted;   // file of the overlay that is shown
    QString m_reading;  // file that the job reads
    std::shared_ptr<std::optional<OverlayDetails>> m_read;
    Job m_job;
};

}  // namespace cloudlet
