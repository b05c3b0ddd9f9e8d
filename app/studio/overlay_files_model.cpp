#include "app/studio/overlay_files_model.h"

#include <QFont>
#include <algorithm>

#include "app/studio/qt_text.h"
#include "engine/base/format.h"

namespace cloudlet {

namespace {

constexpr std::size_t kLongestPath = 4096;

}  // namespace

void OverlayFilesModel::setFiles(const OverlayFiles& found) {
    beginResetModel();
    m_rows.clear();
    for (const OverlayFile& file : found.files) {
        const QString path = toQt(escapeForTerminal(file.path, kLongestPath));
        m_rows.append({file.folder && path != u'/' ? path + u'/' : path, file.chunks,
                       file.storedBytes, true});
    }
    const auto add = [this](const QString& name, const OverlayFiles::Share& share) {
        if (share.chunks > 0) m_rows.append({name, share.chunks, share.storedBytes, false});
    };
    add(tr("tables of the file system"), found.tables);
    add(tr("journal of the file system"), found.journal);
    add(tr("in no file on the disk"), found.unowned);
    std::stable_sort(m_rows.begin(), m_rows.end(),
                     [](const Row& a, const Row& b) { return a.storedBytes > b.storedBytes; });
    endResetModel();
}

int OverlayFilesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int OverlayFilesModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCount_;
}

QVariant OverlayFilesModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = m_rows.at(index.row());
    if (role == Qt::TextAlignmentRole && index.column() != pathColumn) {
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role == Qt::FontRole && !row.isFile) {
        QFont font;
        font.setItalic(true);
        return font;
    }
    if (role == Qt::ToolTipRole) return row.path;
    if (role != Qt::DisplayRole && role != kSortRole) return {};
    switch (index.column()) {
        case storedColumn:
            return role == kSortRole ? QVariant(row.storedBytes) : bytesText(row.storedBytes);
        case chunksColumn:
            return role == kSortRole ? QVariant(row.chunks) : QString::number(row.chunks);
        default:
            return row.path;
    }
}

QVariant OverlayFilesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
        case storedColumn:
            return tr("Stored");
        case chunksColumn:
            return tr("Chunks");
        default:
            return tr("File");
    }
}

}  // namespace cloudlet
