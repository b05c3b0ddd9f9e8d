#include "engine/vm/domain_xml.h"

#include <fmt/format.h>

#include "engine/vm/state_stream.h"

namespace cloudlet {

namespace {

constexpr int kNetworkSlot = 3;

std::string escapeXml(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '\'':
                out += "&apos;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

// In a QEMU option a comma is written twice.
std::string escapeOption(std::string_view text) {
    std::string out;
    for (const char c : text) out.append(c == ',' ? 2 : 1, c);
    return out;
}

std::string machineXml(const MachineSpec& machine) {
    return fmt::format(
        "<memory unit='KiB'>{}</memory><vcpu>{}</vcpu>"
        "<os><type arch='x86_64' machine='{}'>hvm</type></os>"
        "<features><acpi/><apic/></features>"
        // check='none': libvirt's own idea of a model may differ between its versions; whether
        // the host has the model is checked before (checkMachine).
        "<cpu mode='custom' match='exact' check='none'><model fallback='forbid'>{}</model></cpu>"
        "<clock offset='utc'/>"
        "<on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot>"
        "<on_crash>destroy</on_crash>",
        machine.memoryBytes >> 10, machine.vcpus, machine.machineType, machine.cpuModel);
}

std::string pciAddress(int slot) {
    return fmt::format(
        "<address type='pci' domain='0x0000' bus='0x00' slot='{:#04x}' function='0x0'/>", slot);
}

std::string disksXml(const DomainPlan& plan) {
    // On an I/O error the VM stops and can go on after the cause is mended (the disk may be a
    // mount of ours); the default would let the guest see read errors and corrupt itself.
    const std::string disk = fmt::format(
        "<disk type='file' device='disk'>"
        "<driver name='qemu' type='raw' cache='{}' error_policy='stop' "
        "rerror_policy='stop' discard='unmap' detect_zeroes='unmap'/>"
        "<source file='{}'/><target dev='vda' bus='virtio'/><boot order='1'/>{}</disk>",
        plan.diskCached ? "writeback" : "none", escapeXml(plan.disk.native()), pciAddress(2));
    const std::string source =
        plan.cdrom.empty() ? std::string()
                           : fmt::format("<source file='{}'/>", escapeXml(plan.cdrom.native()));
    const std::string cdrom = fmt::format(
        "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>{}"
        "<target dev='sda' bus='sata'/><readonly/><boot order='2'/>"
        "<address type='drive' controller='0' bus='0' target='0' unit='0'/></disk>",
        source);
    return disk + cdrom;
}

std::string controllersXml() {
    return "<controller type='pci' index='0' model='pcie-root'/>"
           "<controller type='sata' index='0'>"
           "<address type='pci' domain='0x0000' bus='0x00' slot='0x1f' function='0x2'/>"
           "</controller>"
           "<controller type='virtio-serial' index='0'>" +
           pciAddress(4) +
           "</controller>"
           "<controller type='usb' index='0' model='qemu-xhci'>" +
           pciAddress(6) + "</controller>";
}

// The sockets are QEMU's to listen on. What the guest says on the serial port while nobody is
// connected is dropped, so that it can fill no disk.
std::string socketsXml(const RunFiles& files) {
    return fmt::format(
        "<channel type='unix'><source mode='bind' path='{}'/>"
        "<target type='virtio' name='org.qemu.guest_agent.0'/>"
        "<address type='virtio-serial' controller='0' bus='0' port='1'/></channel>"
        "<serial type='unix'><source mode='bind' path='{}'/>"
        "<target type='isa-serial' port='0'/></serial>"
        "<graphics type='vnc'><listen type='socket' socket='{}'/></graphics>",
        escapeXml(files.agentSocket().native()), escapeXml(files.serialSocket().native()),
        escapeXml(files.consoleSocket().native()));
}

// libvirt 9 knows no restriction of QEMU's user network: that one is made below, in
// commandLineXml. The card is the same to the guest, and to its saved state.
std::string interfaceXml(const DomainPlan& plan) {
    if (plan.reach == GuestNetwork::Reach::forwardsOnly) return {};
    return fmt::format(
        "<interface type='user'><mac address='{}'/><model type='virtio'/>"
        "<rom enabled='no'/>{}</interface>",
        plan.machine.mac, pciAddress(kNetworkSlot));
}

std::string restrictedNetworkXml(const DomainPlan& plan) {
    if (plan.reach == GuestNetwork::Reach::open) return {};
    return fmt::format(
        "<qemu:arg value='-netdev'/><qemu:arg value='user,id=hostnet0,restrict=on'/>"
        "<qemu:arg value='-device'/><qemu:arg value='virtio-net-pci,netdev=hostnet0,id=net0,"
        "mac={},bus=pcie.0,addr={:#x},romfile='/>",
        plan.machine.mac, kNetworkSlot);
}

std::string devicesXml(const DomainPlan& plan) {
    const std::string emulator =
        plan.emulator.empty()
            ? std::string()
            : fmt::format("<emulator>{}</emulator>", escapeXml(plan.emulator.native()));
    return "<devices>" + emulator + disksXml(plan) + controllersXml() +
           socketsXml(plan.runFiles()) + interfaceXml(plan) +
           fmt::format(
               "<input type='tablet' bus='usb'><address type='usb' bus='0' port='1'/></input>"
               "<video><model type='vga' vram='8192' heads='1' primary='yes'/>{}</video>"
               "<memballoon model='none'/>"
               "<rng model='virtio'><backend model='random'>/dev/urandom</backend>{}</rng>",
               pciAddress(1), pciAddress(5)) +
           "</devices>";
}

// libvirt chooses the path of a memory file itself and deletes the file; so the guest's memory
// is given to QEMU directly. The later -machine option overrides libvirt's own backend.
std::string commandLineXml(const DomainPlan& plan) {
    const std::string object =
        fmt::format("memory-backend-file,id={},size={}K,mem-path={},share={}", kGuestMemoryBlock,
                    plan.machine.memoryBytes >> 10, escapeOption(plan.memory.native()),
                    plan.memoryShared ? "on" : "off");
    return fmt::format(
        "<qemu:commandline><qemu:arg value='-object'/><qemu:arg value='{}'/>"
        "<qemu:arg value='-machine'/><qemu:arg value='memory-backend={}'/>{}</qemu:commandline>",
        escapeXml(object), kGuestMemoryBlock, restrictedNetworkXml(plan));
}

}  // namespace

std::string domainXml(const DomainPlan& plan) {
    // <genid/>: libvirt makes a new generation id at each start and restore; guests that know it
    // renew their random numbers then. The description leads a later process to the sockets.
    return fmt::format(
        "<domain type='{}' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
        "<name>{}</name><uuid>{}</uuid><genid/><description>{}</description>{}{}{}</domain>",
        plan.machine.accelerator == Accelerator::kvm ? "kvm" : "qemu", plan.name, plan.uuid,
        escapeXml(plan.runDirectory.native()), machineXml(plan.machine), devicesXml(plan),
        commandLineXml(plan));
}

}  // namespace cloudlet
