// A small disk with an ext4 file system of given files, made by mke2fs, at any place of it.
#pragma once

#include <QProcess>
#include <QTest>
#include <fstream>
#include <map>
#include <string>

#include "engine/base/file.h"
#include "engine/base/process.h"
#include "tests/support/scratch.h"

namespace cloudlet::test {

struct Ext4Disk {
    std::uint64_t bytes = 4 << 20;
    std::uint64_t offset = 0;
    std::string type = "ext4";
    std::string options;                       // more words for mke2fs
    std::map<std::string, std::string> files;  // "folder/name": content

    // The image; a failure of mke2fs ends the test program.
    Bytes make() const {
        const Scratch scratch;
        const fs::path root = scratch / "root";
        fs::create_directories(root);
        for (const auto& [name, content] : files) {
            fs::create_directories((root / name).parent_path());
            std::ofstream(root / name, std::ios::binary) << content;
        }
        const fs::path disk = scratch / "disk";
        File::open(disk, File::Mode::createNew)->resize(bytes).value();
        const std::string place = "offset=" + std::to_string(offset);
        QStringList words{"-q", "-F", "-t", QString::fromStdString(type), "-L", "root"};
        words += QString::fromStdString(options).split(' ', Qt::SkipEmptyParts);
        words += {"-E",
                  QString::fromStdString(place),
                  "-d",
                  QString::fromStdString(root.string()),
                  QString::fromStdString(disk.string()),
                  QString::number((bytes - offset) / 1024) + "k"};
        QProcess make;
        make.start(QString::fromStdString(findProgram("mke2fs").value()), words);
        make.waitForFinished();
        if (make.exitCode() != 0) qFatal("%s", make.readAllStandardError().constData());
        return readWholeFile(disk, 1 << 30).value();
    }
};

}  // namespace cloudlet::test
