// The guest's files that an overlay brings, as rows. GUI thread.
#pragma once

#include <QAbstractTableModel>

#include "engine/jobs/overlay_files.h"

namespace cloudlet {

class OverlayFilesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { storedColumn, chunksColumn, pathColumn, columnCount_ };
    static constexpr int kSortRole = Qt::UserRole;

    using QAbstractTableModel::QAbstractTableModel;

    // Rows for the files, and for what is in none of them.
    void setFiles(const OverlayFiles& found);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

private:
    struct Row {
        QString path;
        quint64 chunks = 0;
        quint64 storedBytes = 0;
        bool isFile = true;
    };
    QList<Row> m_rows;
};

}  // namespace cloudlet
