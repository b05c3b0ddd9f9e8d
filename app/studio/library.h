// What the Library page shows of a catalog, as plain values, and how it is read: on a job's
// thread, since it asks the disk about every file. Any thread.
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

#include "engine/catalog/catalog.h"
#include "engine/overlay/manifest.h"

namespace cloudlet {

struct LibraryOverlay {
    QString file;  // absolute path
    QString title;
    quint64 bytes = 0;
    qint64 created = 0;
    bool missing = false;  // no file there now
    QString id = {};       // hexadecimal
    QString parent = {};   // id of the overlay from whose VM it was made; empty: none
    QStringList tags = {};

    bool operator==(const LibraryOverlay&) const = default;
};

struct LibraryBase {
    QString id;  // hexadecimal; empty: of overlays whose base is not in this catalog
    QString name;
    quint64 bytes = 0;  // on disk
    quint64 diskBytes = 0;
    quint64 memoryBytes = 0;
    qint64 created = 0;
    QString problem;  // of a broken base
    QString preview;  // path of its picture; may not exist
    QList<LibraryOverlay> overlays;
    QStringList tags = {};

    bool operator==(const LibraryBase&) const = default;
    bool isKnown() const { return !id.isEmpty(); }
};

using Library = QList<LibraryBase>;

// Bases by name, each with its overlays, newest first; then the overlays without a base here.
Result<Library> readLibrary(const Catalog& catalog);

// Of each overlay the place of the one that it is shown under, -1 for the base itself.
QList<qsizetype> parentsOf(const QList<LibraryOverlay>& overlays);

// Of one overlay, read from its file.
struct OverlayDetails {
    Manifest manifest;
    QString id;
    quint64 bytes = 0;
};
Result<OverlayDetails> readOverlayDetails(const QString& file);

}  // namespace cloudlet
