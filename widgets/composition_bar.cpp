#include "widgets/composition_bar.h"

#include <QPainter>

#include "widgets/part_colour.h"

namespace cloudlet {

namespace {

constexpr int kBarHeight = 14;
constexpr int kGap = 6;
constexpr int kSwatch = 10;

}  // namespace

CompositionBar::CompositionBar(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Composition"));
}

void CompositionBar::setParts(const QList<CompositionPart>& parts) {
    m_parts.clear();
    m_colours.clear();
    QStringList words;
    for (const CompositionPart& part : parts) {
        if (part.text.isEmpty()) continue;
        m_parts.append(part);
        m_colours.append(&part - parts.data());
        words << part.name + u' ' + part.text;
    }
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QSize CompositionBar::sizeHint() const {
    const int line = fontMetrics().lineSpacing() + 2;
    return {220, kBarHeight + kGap + static_cast<int>(m_parts.size()) * line};
}

void CompositionBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    double total = 0;
    for (const CompositionPart& part : m_parts) total += static_cast<double>(part.value);
    double left = 0;
    const int line = fontMetrics().lineSpacing() + 2;
    int top = kBarHeight + kGap;
    for (qsizetype i = 0; i < m_parts.size(); ++i) {
        const CompositionPart& part = m_parts.at(i);
        const double wide = total > 0 ? width() * static_cast<double>(part.value) / total : 0;
        const QColor colour = partColour(palette(), m_colours.at(i));
        painter.fillRect(QRectF(left, 0, wide, kBarHeight), colour);
        left += wide;
        painter.fillRect(QRect(0, top + (line - kSwatch) / 2, kSwatch, kSwatch), colour);
        painter.setPen(palette().color(QPalette::WindowText));
        const QRect row(kSwatch + kGap, top, width() - kSwatch - kGap, line);
        painter.drawText(row, Qt::AlignVCenter | Qt::AlignLeft, part.name);
        painter.drawText(row, Qt::AlignVCenter | Qt::AlignRight, part.text);
        top += line;
    }
}

}  // namespace cloudlet
