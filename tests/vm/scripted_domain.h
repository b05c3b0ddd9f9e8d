// A fake of Domain for what talks to a guest without needing one.
#pragma once

#include <deque>

#include "engine/vm/domain.h"

namespace cloudlet::test {

// Answers agent commands from a list and tells a status; has no other abilities.
class ScriptedDomain final : public Domain {
public:
    std::deque<Result<std::string>> replies;
    std::vector<std::string> asked;
    DomainStatus told;
    std::filesystem::path folder;

    Result<std::string> agentCommand(const std::string& command, std::chrono::seconds,
                                     std::stop_token) override {
        asked.push_back(command);
        if (replies.empty()) return none();
        Result<std::string> reply = std::move(replies.front());
        replies.pop_front();
        return reply;
    }

    const std::string& name() const override { return m_text; }
    const std::string& uuid() const override { return m_text; }
    const std::filesystem::path& runDirectory() const override { return folder; }
    Result<DomainStatus> status() override { return told; }
    Result<void> suspend(std::stop_token) override { return none(); }
    Result<void> resume(std::stop_token) override { return none(); }
    Result<void> destroy() override { return none(); }
    void detach() override {}
    Result<DomainStatus> waitForEnd(std::chrono::milliseconds, std::stop_token) override {
        return none();
    }
    Result<Bytes> captureState(std::stop_token) override { return none(); }
    Result<Fd> startStream(std::stop_token) override { return none(); }
    Result<StreamPhase> streamPhase(std::stop_token) override { return none(); }
    Result<void> cancelStream() override { return none(); }
    Result<void> ejectCdrom(std::stop_token) override { return none(); }
    Result<PortForward> addForward(const PortForward&, std::stop_token) override { return none(); }
    Result<void> removeForward(const PortForward&, std::stop_token) override { return none(); }
    Result<std::vector<PortForward>> forwards(std::stop_token) override { return none(); }
    Result<ConnectionState> connectionState(std::uint16_t, std::stop_token) override {
        return none();
    }
    std::filesystem::path consoleAddress() const override { return m_path; }
    Result<Fd> openConsole(std::stop_token) override { return none(); }
    Result<Bytes> screenshot(std::stop_token) override { return none(); }
    Result<void> sendKeys(const std::vector<unsigned>&, std::stop_token) override { return none(); }
    std::string serialOutput() const override { return ""; }
    Result<void> waitForSerial(const std::string&, std::chrono::milliseconds,
                               std::stop_token) override {
        return none();
    }

private:
    static Error none() { return {ErrorCode::unavailable, "no agent"}; }

    std::string m_text;
    std::filesystem::path m_path;
};

}  // namespace cloudlet::test
