#include "widgets/console_picture.h"

#include <QPainter>

#include "widgets/part_colour.h"

namespace cloudlet {

ConsolePicture::ConsolePicture(QSize size, QWidget* parent) : QLabel(parent) {
    setFixedSize(size);
    setAlignment(Qt::AlignCenter);
    setFrameShape(QFrame::StyledPanel);
    setForegroundRole(QPalette::PlaceholderText);
    setAccessibleName(tr("Picture of the console"));
    setPicture({});
}

void ConsolePicture::setPicture(const QPixmap& picture) {
    if (picture.isNull()) {
        setText(tr("No picture"));
        return;
    }
    const QSize room = contentsRect().size() * devicePixelRatioF();
    const QPixmap scaled = picture.scaled(room, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    QPixmap screen(room);
    screen.fill(kAroundConsole);
    QPainter(&screen).drawPixmap((room.width() - scaled.width()) / 2,
                                 (room.height() - scaled.height()) / 2, scaled);
    screen.setDevicePixelRatio(devicePixelRatioF());
    setPixmap(screen);
}

}  // namespace cloudlet
