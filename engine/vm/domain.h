// One running virtual machine. Destroying the object ends the machine unless detach() was
// called before.
//
// Every call has a limit on its wait, and a stop token that ends the wait at once with
// `cancelled`. A call so abandoned may still take effect: a caller that cancels ends the VM
// next. Where the guest's memory or disk is a mount of ours, its pending reads must be failed
// before the VM is ended, or ending it can block. Any thread; calls follow one another.
#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/fd.h"
#include "engine/base/result.h"
#include "engine/image/port_forward.h"

namespace cloudlet {

enum class DomainState { running, paused, shutOff, crashed };

const char* toString(DomainState state);  // "running", "paused", "shut off", "crashed"

struct DomainStatus {
    DomainState state = DomainState::running;
    std::string reason;  // for people: "a disk I/O error"; may be empty

    bool ended() const { return state == DomainState::shutOff || state == DomainState::crashed; }
};

// How far a stream (Domain::startStream) has come.
enum class StreamPhase { firstPass, laterPasses, ended };

class Domain;

// "the guest has ended (crashed: QEMU ended unexpectedly)". REQUIRES: status.ended().
Error guestEnded(const DomainStatus& status);

// An error unless the guest runs: failed if it has ended, noSpace or failed with the reason if it
// stands still, as QEMU lets it when its disk cannot be written.
Result<void> requireRunning(Domain& domain);

// What the user network knows of the connections that came through one of its forwards.
enum class ConnectionState { none, pending, accepted };

class Domain {
public:
    virtual ~Domain() = default;

    virtual const std::string& name() const = 0;
    virtual const std::string& uuid() const = 0;
    virtual const std::filesystem::path& runDirectory() const = 0;

    // A QEMU that died is noticed within about two seconds.
    virtual Result<DomainStatus> status() = 0;
    // Blocks while a virtual CPU waits for a page of a mounted memory file.
    virtual Result<void> suspend(std::stop_token stop = {}) = 0;
    virtual Result<void> resume(std::stop_token stop = {}) = 0;
    // Ends the VM at once, as pulling the plug would. Ended already is no error.
    virtual Result<void> destroy() = 0;
    // The VM lives on after this object. Hypervisor::find() gets it back.
    virtual void detach() = 0;
    // Errors: timedOut, cancelled.
    virtual Result<DomainStatus> waitForEnd(std::chrono::milliseconds limit,
                                            std::stop_token stop = {}) = 0;

    // The device state in its plain form. REQUIRES: suspended, memoryShared, CD-ROM ejected.
    // Memory and disk files are complete and at rest from then on until resume(); may be
    // repeated. The VM is kept. Takes some 20 ms.
    virtual Result<Bytes> captureState(std::stop_token stop = {}) = 0;
    // Lets QEMU write all of the VM, its memory too, into a pipe while the guest runs on: for a VM
    // whose memory is private. Returns the pipe's end to read, by a MemoryStream and on a thread
    // of its own: the calls below wait for QEMU, and QEMU waits for the reader. From its last
    // pass on the guest stands still; suspend() brings that about, and resume() ends it.
    virtual Result<Fd> startStream(std::stop_token stop = {}) = 0;
    // Errors: failed, with QEMU's reason.
    virtual Result<StreamPhase> streamPhase(std::stop_token stop = {}) = 0;
    // Ends an unfinished stream; the VM is as if there had been none.
    virtual Result<void> cancelStream() = 0;
    // Takes the medium out of the CD-ROM drive, however the guest feels about it.
    virtual Result<void> ejectCdrom(std::stop_token stop = {}) = 0;

    // Host side: the loopback address only. Returns the forward with the host port really used.
    // Errors: inUse, naming the port.
    virtual Result<PortForward> addForward(const PortForward& forward,
                                           std::stop_token stop = {}) = 0;
    // Errors: notFound.
    virtual Result<void> removeForward(const PortForward& forward, std::stop_token stop = {}) = 0;
    // As QEMU reports them.
    virtual Result<std::vector<PortForward>> forwards(std::stop_token stop = {}) = 0;

    // Of the TCP connections through the forward of this host port: QEMU accepts for the guest at
    // once, and only later knows whether the guest does. `accepted` if it has accepted one.
    virtual Result<ConnectionState> connectionState(std::uint16_t hostPort,
                                                    std::stop_token stop = {}) = 0;

    // UNIX socket of the VNC server, for clients in other processes of this user.
    virtual std::filesystem::path consoleAddress() const = 0;
    // A connected VNC stream.
    virtual Result<Fd> openConsole(std::stop_token stop = {}) = 0;
    // The console as PNG.
    virtual Result<Bytes> screenshot(std::stop_token stop = {}) = 0;
    // Linux key codes (linux/input-event-codes.h), pressed together and released.
    virtual Result<void> sendKeys(const std::vector<unsigned>& codes,
                                  std::stop_token stop = {}) = 0;

    // What the guest wrote on its serial port lately (up to 256 KiB; runDirectory/serial.log
    // holds up to 2 MiB). Output while no process of ours was attached is lost.
    virtual std::string serialOutput() const = 0;
    // Waits until serialOutput() holds `text`. Errors: timedOut, cancelled, failed (VM ended).
    virtual Result<void> waitForSerial(const std::string& text, std::chrono::milliseconds limit,
                                       std::stop_token stop = {}) = 0;

    // One command to the QEMU guest agent and its reply, both JSON; GuestAgent knows which.
    // Errors: unavailable (no agent, no answer within `limit`), failed (the agent says no).
    virtual Result<std::string> agentCommand(const std::string& command, std::chrono::seconds limit,
                                             std::stop_token stop = {}) = 0;
};

}  // namespace cloudlet
