// A base VM in the making, and what is asked before. GUI thread.
#pragma once

#include <QDialog>

#include "app/studio/base_job.h"
#include "app/studio/guest_frame.h"

class QCheckBox;
class QLineEdit;
class QSpinBox;

namespace cloudlet {

class CreateBaseDialog : public QDialog {
    Q_OBJECT
public:
    CreateBaseDialog(QString file, bool isInstaller, QWidget* parent = nullptr);
    BaseOrder order() const;

private:
    const QString m_file;
    const bool m_isInstaller;
    QLineEdit* m_name;
    QSpinBox* m_memory;
    QSpinBox* m_vcpus;
    QSpinBox* m_disk;
    QCheckBox* m_clean;
};

class BasePage : public GuestFrame {
    Q_OBJECT
public:
    BasePage(StudioServices& services, const BaseOrder& order, QWidget* parent = nullptr);
    ~BasePage() override;

    QString title() const override;
    QList<ActionCommand> commands() const override;
    QString wouldLose() const override;
    BaseJob& job() { return *m_job; }

private:
    void discard();
    void guestReady(const QString& address);
    void saving();
    void ended();

    BaseJob* m_job;
    QAction* m_discard;
    QAction* m_create;
};

}  // namespace cloudlet
