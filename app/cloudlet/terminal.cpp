#include "app/cloudlet/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

#include "engine/base/format.h"

namespace cloudlet {

namespace {

using Clock = std::chrono::steady_clock;

// Draws one job's progress. On a terminal one line is redrawn; elsewhere each stage is a line.
class ProgressView {
public:
    ProgressView(const Terminal& terminal, const std::function<std::string()>& remark)
        : m_terminal(terminal), m_remark(remark) {}

    void show(Progress& progress) {
        const std::vector<std::string> notices = progress.takeNotices();
        if (!notices.empty()) clear();
        for (const std::string& notice : notices) m_terminal.say(notice);
        for (const Progress::FinishedStage& stage : progress.takeFinished()) sayFinished(stage);
        const Progress::Snapshot now = progress.snapshot();
        if (m_terminal.isLive() && now.stageIndex > 0) draw(now);
    }

    // The job is done, and with it its last stage.
    void finish(Progress& progress) {
        show(progress);
        const Progress::Snapshot last = progress.snapshot();
        if (last.stageIndex > 0) sayFinished({last.stage, Clock::now() - last.began});
    }

    void clear() {
        if (m_drawn) std::fputs("\r\x1b[K", stderr);
        m_drawn = false;
    }

private:
    void sayFinished(const Progress::FinishedStage& stage) {
        clear();
        m_terminal.say(fmt::format("  {} ({})", stage.name, formatDuration(stage.took)));
    }

    void draw(const Progress::Snapshot& now) {
        const std::chrono::duration<double> elapsed = Clock::now() - now.began;
        std::string line = "  " + now.stage;
        if (now.total > 0) {
            const double part =
                std::min(1.0, static_cast<double>(now.done) / static_cast<double>(now.total));
            constexpr int kWidth = 24;
            const int filled = static_cast<int>(part * kWidth);
            line += fmt::format(" [{:=<{}}{:>{}}] {:3.0f} %", "", filled, "", kWidth - filled,
                                part * 100);
            if (now.inBytes) line += ", " + formatBytes(now.done);
            if (part > 0.02 && elapsed.count() > 2) {
                line += ", " + formatDuration(elapsed * ((1 - part) / part)) + " left";
            }
        } else {
            line += fmt::format(" ... {}", formatDuration(elapsed));
        }
        if (const std::string remark = m_remark ? m_remark() : ""; !remark.empty()) {
            line += "; " + remark;
        }
        winsize size{};
        const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 10;
        if (known && line.size() >= size.ws_col) line.resize(size.ws_col - 1u);
        fmt::print(stderr, "\r{}\x1b[K", line);
        std::fflush(stderr);
        m_drawn = true;
    }

    const Terminal& m_terminal;
    const std::function<std::string()>& m_remark;
    bool m_drawn = false;
};

}  // namespace

void Terminal::result(std::string_view text, const json::Value& object) const {
    if (isJson()) {
        fmt::print("{}\n", json::serialize(object));
    } else if (!text.empty()) {
        fmt::print("{}{}", text, text.back() == '\n' ? "" : "\n");
    }
    std::fflush(stdout);
}

void Terminal::say(std::string_view line) const {
    if (!m_quiet) fmt::print(stderr, "{}\n", line);
}

void Terminal::error(const Error& error) const {
    fmt::print(stderr, "{}: {}\n", m_name, error.message);
    if (isJson()) {
        const json::Object object{
            {"error", {{"code", toString(error.code)}, {"message", error.message}}}};
        fmt::print("{}\n", json::serialize(object));
        std::fflush(stdout);
    }
}

bool Terminal::isLive() const {
    return ::isatty(STDERR_FILENO) == 1 && !m_quiet;
}

Result<void> Terminal::runWithProgress(Progress& progress, const std::function<Result<void>()>& job,
                                       const std::function<std::string()>& remark) const {
    std::optional<Result<void>> outcome;
    std::atomic<bool> done{false};
    ProgressView view(*this, remark);
    {
        const std::jthread thread([&] {
            outcome.emplace(job());
            done.store(true, std::memory_order_release);
            done.notify_all();
        });
        while (!done.load(std::memory_order_acquire)) {
            view.show(progress);
            for (int i = 0; i < 10 && !done.load(std::memory_order_acquire); ++i) {
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
        }
    }
    if (*outcome) {
        view.finish(progress);
    } else {
        view.show(progress);
        view.clear();
    }
    return *std::move(outcome);
}

std::string formatTable(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += fmt::format("{:<{}}", row[i], i + 1 < row.size() ? widths[i] + 2 : 0);
        }
        text += line + "\n";
    }
    return text;
}

}  // namespace cloudlet
