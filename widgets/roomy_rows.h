// Rows with room above and below and columns that do not touch. GUI thread.
#pragma once

#include <QStyledItemDelegate>

namespace cloudlet {

class RoomyRows : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        return QStyledItemDelegate::sizeHint(option, index) + QSize(12, 6);
    }
};

}  // namespace cloudlet
