// A console with all that a person does to it: scaling, key combinations, typing text, the
// clipboard, pictures, full screen. GUI thread.
#pragma once

#include <QWidget>

#include "widgets/console_view.h"

class QComboBox;
class QLabel;
class QScrollArea;
class QToolButton;
class QVBoxLayout;

namespace cloudlet {

class ActionBar;

class ConsolePanel : public QWidget {
    Q_OBJECT
public:
    explicit ConsolePanel(QWidget* parent = nullptr);
    ~ConsolePanel() override;

    ConsoleView& view() { return *m_view; }
    void setFullScreen(bool on);
    bool isFullScreenOn() const { return m_fullScreen != nullptr; }

Q_SIGNALS:
    void problem(const QString& sentence);

private:
    void buildToolBar();
    QToolButton* addMenu(const QString& text, const QString& toolTip);
    void addKeys();
    void addClipboard();
    void refresh();
    void askForText();
    void savePicture();

    ConsoleView* m_view;
    QScrollArea* m_area;
    ActionBar* m_bar;
    QLabel* m_status;
    QVBoxLayout* m_layout;
    QAction* m_reconnect = nullptr;
    QAction* m_full = nullptr;
    QList<QAction*> m_needConnection;
    QList<QToolButton*> m_needConnectionToo;
    QWidget* m_fullScreen = nullptr;  // holds m_area meanwhile
};

}  // namespace cloudlet
