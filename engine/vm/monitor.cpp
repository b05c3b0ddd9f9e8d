#include "engine/vm/monitor.h"

#include <libvirt/libvirt-qemu.h>

#include "engine/base/format.h"
#include "engine/vm/libvirt_error.h"

namespace cloudlet {

namespace {

std::string commandText(const std::string& command, const json::Object& arguments) {
    json::Object object{{"execute", command}};
    if (!arguments.empty()) object["arguments"] = arguments;
    return json::serialize(object);
}

Result<json::Value> returned(const char* reply, const std::string& command) {
    json::Object object = TRY(json::parseObject(reply, "QEMU's reply to " + command));
    if (const json::Value* value = object.if_contains("return")) return *value;
    std::string reason = "no reply";
    if (const json::Value* error = object.if_contains("error"); error && error->is_object()) {
        const Result<std::string> words = json::string(error->get_object(), "desc");
        if (words) reason = escapeForTerminal(*words);
    }
    return Error{ErrorCode::failed, "QEMU refuses " + command + ": " + reason};
}

}  // namespace

Result<json::Value> qmp(virDomainPtr domain, const std::string& command,
                        const json::Object& arguments) {
    char* reply = nullptr;
    if (virDomainQemuMonitorCommand(domain, commandText(command, arguments).c_str(), &reply, 0) <
        0) {
        return libvirtError("cannot give QEMU the command " + command);
    }
    const LibvirtText owned(reply);
    return returned(reply, command);
}

Result<json::Value> qmpWithFile(virDomainPtr domain, const std::string& command,
                                const json::Object& arguments, int fd) {
    char* reply = nullptr;
    if (virDomainQemuMonitorCommandWithFiles(domain, commandText(command, arguments).c_str(), 1,
                                             &fd, nullptr, nullptr, &reply, 0) < 0) {
        return libvirtError("cannot give QEMU the command " + command);
    }
    const LibvirtText owned(reply);
    return returned(reply, command);
}

Result<std::string> hmp(virDomainPtr domain, const std::string& command) {
    char* reply = nullptr;
    if (virDomainQemuMonitorCommand(domain, command.c_str(), &reply,
                                    VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP) < 0) {
        return libvirtError("cannot give QEMU the command " + command);
    }
    const LibvirtText owned(reply);
    return std::string(reply);
}

}  // namespace cloudlet
