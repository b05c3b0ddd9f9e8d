// What every command shares: the options given before or after its name, the terminal, the stop
// token, and the things of the engine, opened when first asked for. Main thread only.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/cloudlet/program.h"
#include "engine/base/result.h"
#include "engine/jobs/services.h"

namespace cloudlet {

class Catalog;
class Domain;
class Hypervisor;
struct SessionRecord;

class Context : public ProgramState {
public:
    Context();
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    std::string catalogRoot;  // --catalog, or CLOUDLET_CATALOG, or the XDG data directory
    std::string libvirtUri;   // --connect, or CLOUDLET_LIBVIRT_URI, or the default

    std::vector<std::string> trailing;  // the arguments after "--"

    // The catalog, swept of what dead processes left behind when first opened.
    Result<Catalog*> catalog();
    Result<Hypervisor*> hypervisor();
    Result<Services> services(Progress& progress);
    // The VM of a session whose owner is gone. At most once, and instead of hypervisor().
    Result<std::unique_ptr<Domain>> attach(const SessionRecord& session);

private:
    std::unique_ptr<Catalog> m_catalog;
    std::unique_ptr<Hypervisor> m_hypervisor;  // after the catalog: ends first
};

// Each adds one or a few commands to the program.
void addDoctorCommand(CLI::App& app, Context& context);
void addBaseCommands(CLI::App& app, Context& context);
void addBasePackageCommands(CLI::App& app, Context& context);
void addOverlayCommands(CLI::App& app, Context& context);
void addLibraryCommands(CLI::App& app, Context& context);
void addRehearseCommand(CLI::App& app, Context& context);
void addResidueCommand(CLI::App& app, Context& context);
void addFetchResidueCommand(CLI::App& app, Context& context);
void addEndSessionCommand(CLI::App& app, Context& context);
void addInspectCommands(CLI::App& app, Context& context);
void addSynthesisCommand(CLI::App& app, Context& context);
void addPushCommand(CLI::App& app, Context& context);
void addServerCommands(CLI::App& app, Context& context);
void addSessionCommands(CLI::App& app, Context& context);
void addCodecCommands(CLI::App& app, Context& context);

}  // namespace cloudlet
