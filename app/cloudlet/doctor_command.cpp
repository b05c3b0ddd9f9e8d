// doctor.
#include <CLI/CLI.hpp>

#include "app/cloudlet/context.h"
#include "app/cloudlet/options.h"
#include "engine/base/xdg.h"
#include "engine/catalog/catalog.h"
#include "engine/jobs/diagnostics.h"
#include "engine/jobs/examine_base.h"
#include "engine/jobs/examine_host.h"

namespace cloudlet {

namespace {

const char* toString(HostFinding::State state) {
    switch (state) {
        case HostFinding::State::good:
            return "good";
        case HostFinding::State::advice:
            return "advice";
        case HostFinding::State::problem:
            return "PROBLEM";
    }
    return "unknown";
}

Result<void> runDoctor(Context& context, bool rebuild, const std::string& bundle) {
    const fs::path root =
        context.catalogRoot.empty() ? dataDirectory() : absolutePath(context.catalogRoot);
    if (rebuild) {
        const RebuildReport report = TRY(rebuildCatalog(root));
        context.terminal.say("The catalog is rebuilt from the files of its bases.");
        for (const std::string& note : report.notes) context.terminal.say("  " + note);
    }
    std::vector<HostFinding> findings = examineHost(root, [&]() -> std::string {
        const Result<Hypervisor*> opened = context.hypervisor();
        return opened ? "" : opened.error().message;
    });
    // Only a catalog that is there: looking makes none.
    if (std::error_code ignored; fs::exists(root / "bases", ignored)) {
        if (const Result<Catalog*> catalog = context.catalog()) {
            const std::vector<BaseRecord> bases = TRY((*catalog)->bases());
            for (const BaseRecord& base : bases) findings.push_back(examineBase(base));
        }
    }
    if (!bundle.empty()) {
        // A damaged catalog is what one may want to tell of.
        const Result<Catalog*> catalog = context.catalog();
        TRY(writeDiagnostics(absolutePath(bundle), findings, catalog ? *catalog : nullptr,
                             catalog ? "" : catalog.error().message, context.stop));
        context.terminal.say("What helps others to find a fault is in " + bundle + ".");
    }
    std::string text;
    json::Array list;
    unsigned problems = 0;
    for (const HostFinding& finding : findings) {
        problems += finding.state == HostFinding::State::problem;
        text += std::string(toString(finding.state)) + "\t" + finding.subject + ": " +
                finding.text + "\n";
        if (!finding.remedy.empty()) text += "\t  mend: " + finding.remedy + "\n";
        list.push_back({{"state", toString(finding.state)},
                        {"subject", finding.subject},
                        {"text", finding.text},
                        {"remedy", finding.remedy}});
    }
    context.terminal.result(text, {{"findings", list}});
    if (problems == 0) return {};
    return Error{ErrorCode::unavailable, std::to_string(problems) +
                                             (problems == 1 ? " problem keeps" : " problems keep") +
                                             " VMs from running here; the remedies are above"};
}

}  // namespace

void addDoctorCommand(CLI::App& app, Context& context) {
    auto rebuild = std::make_shared<bool>(false);
    auto bundle = std::make_shared<std::string>();
    CLI::App* doctor =
        app.add_subcommand("doctor", "Check what VMs need on this host and say how to mend it");
    doctor->add_flag("--rebuild-catalog", *rebuild,
                     "Make the catalog's database anew from the files of its bases");
    doctor
        ->add_option("--bundle", *bundle,
                     "Write what helps others to find a fault here; nothing secret")
        ->type_name("TAR.GZ");
    doctor->footer("Example: cloudlet doctor");
    doctor->callback([&context, rebuild, bundle] {
        context.action = [&context, rebuild, bundle] {
            return runDoctor(context, *rebuild, *bundle);
        };
    });
}

}  // namespace cloudlet
