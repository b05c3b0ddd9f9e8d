#include "app/studio/library_model.h"

#include <QFont>

#include "app/studio/qt_text.h"

namespace cloudlet {

namespace {

// The internal id of an index: 0 for a base, else the base's row and 1.
constexpr quintptr kBase = 0;

qsizetype baseRowOf(const QModelIndex& index) {
    return index.internalId() == kBase ? index.row()
                                       : static_cast<qsizetype>(index.internalId() - 1);
}

}  // namespace

void LibraryModel::setLibrary(Library library) {
    if (library == m_library) return;
    beginResetModel();
    m_library = std::move(library);
    endResetModel();
}

const LibraryBase* LibraryModel::baseAt(const QModelIndex& index) const {
    return index.isValid() ? &m_library.at(baseRowOf(index)) : nullptr;
}

const LibraryOverlay* LibraryModel::overlayAt(const QModelIndex& index) const {
    if (!index.isValid() || index.internalId() == kBase) return nullptr;
    return &m_library.at(baseRowOf(index)).overlays.at(index.row());
}

QModelIndex LibraryModel::find(const QString& identity) const {
    for (int row = 0; row < rowCount(); ++row) {
        const QModelIndex base = index(row, 0);
        if (base.data(kIdentityRole).toString() == identity) return base;
        for (int child = 0; child < rowCount(base); ++child) {
            const QModelIndex overlay = index(child, 0, base);
            if (overlay.data(kIdentityRole).toString() == identity) return overlay;
        }
    }
    return {};
}

QModelIndex LibraryModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    if (!parent.isValid()) return createIndex(row, column, kBase);
    return createIndex(row, column, static_cast<quintptr>(parent.row()) + 1);
}

QModelIndex LibraryModel::parent(const QModelIndex& child) const {
    if (!child.isValid() || child.internalId() == kBase) return {};
    return createIndex(static_cast<int>(baseRowOf(child)), 0, kBase);
}

int LibraryModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid()) return static_cast<int>(m_library.size());
    if (parent.internalId() != kBase || parent.column() != 0) return 0;
    return static_cast<int>(m_library.at(parent.row()).overlays.size());
}

int LibraryModel::columnCount(const QModelIndex&) const {
    return columnCount_;
}

QVariant LibraryModel::baseText(const LibraryBase& base, int column) const {
    switch (column) {
        case nameColumn:
            return base.isKnown() ? base.name : tr("Their base is not here");
        case stateColumn:
            if (!base.isKnown()) return tr("missing");
            return base.problem.isEmpty() ? tr("ready") : tr("broken");
        case sizeColumn:
            return base.isKnown() ? bytesText(base.bytes) : QString();
        case createdColumn:
            return base.isKnown() ? dateText(base.created) : QString();
        default:
            return {};
    }
}

QVariant LibraryModel::overlayText(const LibraryOverlay& overlay, int column) const {
    switch (column) {
        case nameColumn:
            return overlay.title.isEmpty() ? overlay.file : overlay.title;
        case stateColumn:
            return overlay.missing ? tr("file missing") : tr("ready");
        case sizeColumn:
            return bytesText(overlay.bytes);
        case createdColumn:
            return dateText(overlay.created);
        default:
            return {};
    }
}

QVariant LibraryModel::sortValue(const QModelIndex& index) const {
    const LibraryBase& base = *baseAt(index);
    const LibraryOverlay* overlay = overlayAt(index);
    switch (index.column()) {
        case sizeColumn:
            return overlay != nullptr ? overlay->bytes : base.bytes;
        case createdColumn:
            return overlay != nullptr ? overlay->created : base.created;
        default:
            return data(index, Qt::DisplayRole);
    }
}

QVariant LibraryModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const LibraryBase& base = *baseAt(index);
    const LibraryOverlay* overlay = overlayAt(index);
    switch (role) {
        case Qt::DisplayRole:
            return overlay != nullptr ? overlayText(*overlay, index.column())
                                      : baseText(base, index.column());
        case Qt::ToolTipRole:
            if (overlay != nullptr) return overlay->file;
            return base.problem.isEmpty() ? base.id : base.problem;
        case Qt::FontRole: {
            if (overlay != nullptr || index.column() != nameColumn) return {};
            QFont bold;
            bold.setBold(true);
            return bold;
        }
        case Qt::TextAlignmentRole:
            if (index.column() != sizeColumn) return {};
            return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
        case kIdentityRole:
            return overlay != nullptr ? overlay->file : base.id;
        case kSortRole:
            return sortValue(index);
        default:
            return {};
    }
}

QVariant LibraryModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
        case nameColumn:
            return tr("Name");
        case stateColumn:
            return tr("State");
        case sizeColumn:
            return tr("Size");
        case createdColumn:
            return tr("Made");
        default:
            return {};
    }
}

}  // namespace cloudlet
