// Of what parts a whole consists: one bar and a legend under it. Values are in bytes or pieces,
// the caller says how each reads. GUI thread.
#pragma once

#include <QList>
#include <QWidget>

namespace cloudlet {

struct CompositionPart {
    QString name;
    quint64 value = 0;
    QString text;  // "12.0 MiB"
};

class CompositionBar : public QWidget {
    Q_OBJECT
public:
    explicit CompositionBar(QWidget* parent = nullptr);

    // Parts without a text are left out; the others keep the colour of their place (part_colour.h).
    // A part of value 0 is in the legend only.
    void setParts(const QList<CompositionPart>& parts);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QList<CompositionPart> m_parts;
    QList<qsizetype> m_colours;  // of each of them
};

}  // namespace cloudlet
