// The catalog as a tree: a base, and under it the overlays made from it. A model over a value of
// Library; setLibrary() replaces it whole, selections by identity are the view's to restore.
// GUI thread.
#pragma once

#include <QAbstractItemModel>
#include <optional>

#include "app/studio/library.h"

namespace cloudlet {

class LibraryModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { nameColumn, stateColumn, sizeColumn, createdColumn, columnCount_ };
    // Of a base its id, of an overlay its file: what stays when the library is read again.
    static constexpr int kIdentityRole = Qt::UserRole;
    static constexpr int kSortRole = Qt::UserRole + 1;

    using QAbstractItemModel::QAbstractItemModel;

    void setLibrary(Library library);
    const Library& library() const { return m_library; }

    // The base itself, or the one above an overlay. Null without a valid index.
    const LibraryBase* baseAt(const QModelIndex& index) const;
    const LibraryOverlay* overlayAt(const QModelIndex& index) const;  // null for a base
    QModelIndex find(const QString& identity) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

private:
    QVariant baseText(const LibraryBase& base, int column) const;
    QVariant overlayText(const LibraryOverlay& overlay, int column) const;
    QVariant sortValue(const QModelIndex& index) const;

    Library m_library;
};

}  // namespace cloudlet
