#include "widgets/console_picture.h"

#include <QEvent>
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
    m_picture = picture;
    if (picture.isNull()) {
        setText(tr("No picture"));
    } else {
        draw();
    }
}

// As fine as the screen is that shows it.
void ConsolePicture::draw() {
    const QSize room = contentsRect().size() * devicePixelRatioF();
    const QPixmap scaled = m_picture.scaled(room, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    QPixmap screen(room);
    screen.fill(kAroundConsole);
    QPainter(&screen).drawPixmap((room.width() - scaled.width()) / 2,
                                 (room.height() - scaled.height()) / 2, scaled);
    screen.setDevicePixelRatio(devicePixelRatioF());
    setPixmap(screen);
}

bool ConsolePicture::event(QEvent* event) {
    // Sent when the window comes to a screen of another scale.
    if (event->type() == QEvent::ScreenChangeInternal && !m_picture.isNull()) draw();
    return QLabel::event(event);
}

}  // namespace cloudlet
