// A file that a person hands to the studio, by a menu, dropped or from a file manager: recognised
// by its content, then the person says what is to be done with it. Lives until then. GUI thread.
#pragma once

#include <QWidget>
#include <memory>

#include "app/studio/job.h"
#include "engine/jobs/recognise_file.h"

namespace cloudlet {

class OpenFile : public QObject {
    Q_OBJECT
public:
    // `window` owns it and is where it asks.
    OpenFile(QString file, QWidget* window);

Q_SIGNALS:
    void runChosen(const QString& file);
    void inspectChosen(const QString& file);
    void importBaseChosen(const QString& file);
    void importOverlayChosen(const QString& file);
    void createBaseChosen(const QString& file, bool isInstaller);

private:
    void recognised();
    void ask(const RecognisedFile& what);

    const QString m_file;
    QWidget* m_window;
    std::shared_ptr<RecognisedFile> m_what;
    Job m_job;
};

}  // namespace cloudlet
