// A small picture of a console, framed as a screen; says so where there is none. GUI thread.
#pragma once

#include <QLabel>

namespace cloudlet {

class ConsolePicture : public QLabel {
    Q_OBJECT
public:
    explicit ConsolePicture(QSize size, QWidget* parent = nullptr);

    void setPicture(const QPixmap& picture);

protected:
    bool event(QEvent* event) override;

private:
    void draw();

    QPixmap m_picture;
};

}  // namespace cloudlet
