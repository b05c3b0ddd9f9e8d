// Rows of a tree that is filled again and again, as of an answer that comes anew. GUI thread.
#pragma once

#include <QTreeWidget>

namespace cloudlet {

// Shows rows without taking away what a person has chosen: a row that stays is the same item.
class TreeRows {
public:
    explicit TreeRows(QTreeWidget& tree) : m_tree(tree) {}
    ~TreeRows() {
        while (m_tree.topLevelItemCount() > m_next) delete m_tree.topLevelItem(m_next);
    }
    TreeRows(const TreeRows&) = delete;
    TreeRows& operator=(const TreeRows&) = delete;

    QTreeWidgetItem& row(const QString& key, const QStringList& columns) {
        int at = m_next;
        while (at < m_tree.topLevelItemCount() && keyOf(*m_tree.topLevelItem(at)) != key) {
            ++at;
        }
        if (at == m_tree.topLevelItemCount()) {
            auto* added = new QTreeWidgetItem;
            added->setData(0, kKeyRole, key);
            m_tree.insertTopLevelItem(m_next, added);
        } else {
            while (at-- > m_next) delete m_tree.topLevelItem(m_next);
        }
        QTreeWidgetItem& item = *m_tree.topLevelItem(m_next++);
        for (int i = 0; i < columns.size(); ++i) {
            item.setText(i, columns[i]);
            item.setToolTip(i, columns[i]);
        }
        return item;
    }

    static QString keyOf(const QTreeWidgetItem& item) { return item.data(0, kKeyRole).toString(); }

private:
    static constexpr int kKeyRole = Qt::UserRole;  // what a row stands for, whatever it says now
    QTreeWidget& m_tree;
    int m_next = 0;
};

}  // namespace cloudlet
