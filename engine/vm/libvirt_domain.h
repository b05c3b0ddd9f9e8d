// Domain by libvirt. Made by the hypervisor only.
#pragma once

#include <memory>
#include <mutex>
#include <type_traits>

#include "engine/vm/domain.h"
#include "engine/vm/libvirt_connection.h"
#include "engine/vm/serial_console.h"

namespace cloudlet {

// virDomainState and its reason as ours.
DomainStatus statusOf(int state, int reason);

class LibvirtDomain final : public Domain {
public:
    struct Identity {
        std::string name;
        std::string uuid;
        std::filesystem::path runDirectory;  // empty: a domain of another program
    };

    // REQUIRES: connection->ends() watches the UUID since before the domain was made.
    LibvirtDomain(std::shared_ptr<LibvirtConnection> connection, DomainHandle handle,
                  Identity identity);
    ~LibvirtDomain() override;

    const std::string& name() const override { return m_identity.name; }
    const std::string& uuid() const override { return m_identity.uuid; }
    const std::filesystem::path& runDirectory() const override { return m_identity.runDirectory; }

    // Attaches to the serial port. Errors: as SerialConsole::connect.
    Result<void> connectSerial();

    Result<DomainStatus> status() override;
    Result<void> suspend(std::stop_token stop) override;
    Result<void> resume(std::stop_token stop) override;
    Result<void> destroy() override;
    void detach() override;
    Result<DomainStatus> waitForEnd(std::chrono::milliseconds limit, std::stop_token stop) override;
    Result<Bytes> captureState(std::stop_token stop) override;
    Result<Fd> startStream(std::stop_token stop) override;
    Result<StreamPhase> streamPhase(std::stop_token stop) override;
    Result<void> cancelStream() override;
    Result<void> ejectCdrom(std::stop_token stop) override;
    Result<PortForward> addForward(const PortForward& forward, std::stop_token stop) override;
    Result<void> removeForward(const PortForward& forward, std::stop_token stop) override;
    Result<std::vector<PortForward>> forwards(std::stop_token stop) override;
    Result<ConnectionState> connectionState(std::uint16_t hostPort, std::stop_token stop) override;
    std::filesystem::path consoleAddress() const override;
    Result<Fd> openConsole(std::stop_token stop) override;
    Result<Bytes> screenshot(std::stop_token stop) override;
    Result<void> sendKeys(const std::vector<unsigned>& codes, std::stop_token stop) override;
    std::string serialOutput() const override;
    Result<void> waitForSerial(const std::string& text, std::chrono::milliseconds limit,
                               std::stop_token stop) override;
    Result<std::string> agentCommand(const std::string& command, std::chrono::seconds limit,
                                     std::stop_token stop) override;

private:
    // The domain's handle; where libvirt's daemon has gone, that of the next one, which is waited
    // for. Errors: unavailable; notFound, as nothing but its process may be left of it.
    Result<DomainHandle> handle(std::stop_token stop);
    Result<DomainStatus> askStatus();
    // Runs `call(handle)`; the connection outlives it. `what`: "suspending".
    template <typename Call>
    std::invoke_result_t<Call, virDomainPtr> run(Call call, const std::string& what,
                                                 std::stop_token stop);
    std::string label(const std::string& what) const;  // "suspending VM x"

    std::shared_ptr<LibvirtConnection> m_connection;
    std::mutex m_mutex;  // guards the handle
    DomainHandle m_handle;
    Identity m_identity;
    std::unique_ptr<SerialConsole> m_serial;
    BlockingCalls m_calls;
    bool m_keep = false;
};

}  // namespace cloudlet
