// The catalog as a tree: a base, under it the overlays made from it, under these the ones made
// from their VMs. A model over a value of Library; setLibrary() replaces it whole, selections by
// identity are the view's to restore. GUI thread.
#pragma once

#include <QAbstractItemModel>

#include "app/studio/library.h"

namespace cloudlet {

class LibraryModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { nameColumn, tagsColumn, stateColumn, sizeColumn, createdColumn, columnCount_ };
    // Of a base its id, of an overlay its file: what stays when the library is read again.
    static constexpr int kIdentityRole = Qt::UserRole;
    static constexpr int kSortRole = Qt::UserRole + 1;
    static constexpr int kSearchRole = Qt::UserRole + 2;  // all that a search looks into

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
    // An overlay can be dragged out, as its file.
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;

private:
    // A row of the tree; its place in m_nodes is the internal id of its indexes.
    struct Node {
        qsizetype base = 0;
        qsizetype overlay = -1;  // of the base's; -1: the base itself
        qsizetype parent = -1;   // in m_nodes
        int row = 0;
        QList<qsizetype> children = {};
    };

    const Node* nodeAt(const QModelIndex& index) const;
    const QList<qsizetype>& childrenOf(const QModelIndex& parent) const;
    void buildNodes();
    QVariant baseText(const LibraryBase& base, int column) const;
    QVariant overlayText(const LibraryOverlay& overlay, int column) const;
    QVariant sortValue(const QModelIndex& index) const;

    Library m_library;
    QList<Node> m_nodes;
    QList<qsizetype> m_roots;
};

}  // namespace cloudlet
