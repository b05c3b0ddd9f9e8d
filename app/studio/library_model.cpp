#include "app/studio/library_model.h"

#include <QFont>
#include <QMimeData>
#include <QUrl>

#include "app/studio/qt_text.h"

namespace cloudlet {

void LibraryModel::setLibrary(Library library) {
    if (library == m_library) return;
    beginResetModel();
    m_library = std::move(library);
    buildNodes();
    endResetModel();
}

void LibraryModel::buildNodes() {
    m_nodes.clear();
    m_roots.clear();
    for (qsizetype i = 0; i < m_library.size(); ++i) {
        const qsizetype root = m_nodes.size();
        m_nodes.append({i, -1, -1, static_cast<int>(m_roots.size())});
        m_roots.append(root);
        const QList<qsizetype> parents = parentsOf(m_library.at(i).overlays);
        for (qsizetype j = 0; j < parents.size(); ++j) {
            m_nodes.append({i, j, parents.at(j) < 0 ? root : root + 1 + parents.at(j)});
        }
        for (qsizetype at = root + 1; at < m_nodes.size(); ++at) {
            QList<qsizetype>& siblings = m_nodes[m_nodes.at(at).parent].children;
            m_nodes[at].row = static_cast<int>(siblings.size());
            siblings.append(at);
        }
    }
}

const LibraryModel::Node* LibraryModel::nodeAt(const QModelIndex& index) const {
    return index.isValid() ? &m_nodes.at(static_cast<qsizetype>(index.internalId())) : nullptr;
}

const QList<qsizetype>& LibraryModel::childrenOf(const QModelIndex& parent) const {
    const Node* node = nodeAt(parent);
    return node == nullptr ? m_roots : node->children;
}

const LibraryBase* LibraryModel::baseAt(const QModelIndex& index) const {
    const Node* node = nodeAt(index);
    return node == nullptr ? nullptr : &m_library.at(node->base);
}

const LibraryOverlay* LibraryModel::overlayAt(const QModelIndex& index) const {
    const Node* node = nodeAt(index);
    if (node == nullptr || node->overlay < 0) return nullptr;
    return &m_library.at(node->base).overlays.at(node->overlay);
}

QModelIndex LibraryModel::find(const QString& identity) const {
    for (qsizetype i = 0; i < m_nodes.size(); ++i) {
        const QModelIndex index = createIndex(m_nodes.at(i).row, 0, static_cast<quintptr>(i));
        if (index.data(kIdentityRole).toString() == identity) return index;
    }
    return {};
}

QModelIndex LibraryModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column, static_cast<quintptr>(childrenOf(parent).at(row)));
}

QModelIndex LibraryModel::parent(const QModelIndex& child) const {
    const Node* node = nodeAt(child);
    if (node == nullptr || node->parent < 0) return {};
    return createIndex(m_nodes.at(node->parent).row, 0, static_cast<quintptr>(node->parent));
}

int LibraryModel::rowCount(const QModelIndex& parent) const {
    return parent.column() > 0 ? 0 : static_cast<int>(childrenOf(parent).size());
}

int LibraryModel::columnCount(const QModelIndex&) const {
    return columnCount_;
}

QVariant LibraryModel::baseText(const LibraryBase& base, int column) const {
    switch (column) {
        case nameColumn:
            return base.isKnown() ? base.name : tr("Their base is not here");
        case tagsColumn:
            return base.tags.join(u' ');
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
        case tagsColumn:
            return overlay.tags.join(u' ');
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

Qt::ItemFlags LibraryModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags usual = QAbstractItemModel::flags(index);
    const LibraryOverlay* overlay = overlayAt(index);
    return overlay != nullptr && !overlay->missing ? usual | Qt::ItemIsDragEnabled : usual;
}

QStringList LibraryModel::mimeTypes() const {
    return {QStringLiteral("text/uri-list")};
}

// A view drags all columns of a row.
QMimeData* LibraryModel::mimeData(const QModelIndexList& indexes) const {
    QList<QUrl> files;
    for (const QModelIndex& index : indexes) {
        const LibraryOverlay* overlay = index.column() == 0 ? overlayAt(index) : nullptr;
        if (overlay != nullptr) files << QUrl::fromLocalFile(overlay->file);
    }
    if (files.isEmpty()) return nullptr;
    auto* content = new QMimeData;
    content->setUrls(files);
    return content;
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
        case kSearchRole:
            return overlay != nullptr
                       ? overlay->title + u' ' + overlay->file + u' ' + overlay->tags.join(u' ')
                       : base.name + u' ' + base.tags.join(u' ');
        case kSortRole:
            return sortValue(index);
        default:
            return {};
    }
}

QVariant LibraryModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole) {
        const auto side = section == sizeColumn ? Qt::AlignRight : Qt::AlignLeft;
        return static_cast<int>(side | Qt::AlignVCenter);
    }
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
        case nameColumn:
            return tr("Name");
        case tagsColumn:
            return tr("Tags");
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
