#include "app/studio/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QTranslator>
#include <memory>

namespace cloudlet {

void installLanguage(const QLocale& locale) {
    static std::vector<std::unique_ptr<QTranslator>> installed;
    installed.clear();  // a translator that is gone is not asked any more
    const auto install = [](const QLocale& which, const QString& name, const QString& folder) {
        auto translator = std::make_unique<QTranslator>();
        if (!translator->load(which, name, QStringLiteral("_"), folder)) return;
        QCoreApplication::installTranslator(translator.get());
        installed.push_back(std::move(translator));
    };
    const QString own = QStringLiteral(":/translations");
    install(QLocale(QLocale::English), QStringLiteral("cloudlet-studio"), own);
    install(locale, QStringLiteral("qtbase"), QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    install(locale, QStringLiteral("cloudlet-studio"), own);
}

}  // namespace cloudlet
