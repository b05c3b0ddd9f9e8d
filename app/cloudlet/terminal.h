// What the commands print. Results go to standard output, all else to standard error. Text from
// outside is escaped by the caller (escapeForTerminal). Main thread only.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"

namespace cloudlet {

class Terminal {
public:
    enum class Format { text, json };

    // Of the program, before its errors.
    void setName(std::string name) { m_name = std::move(name); }
    void setFormat(Format format) { m_format = format; }
    bool isJson() const { return m_format == Format::json; }
    void setQuiet(bool quiet) { m_quiet = quiet; }

    // The result of a command: `text` for people, `object` under --json.
    void result(std::string_view text, const json::Value& object) const;
    // One line for the person, on standard error. Silent with --quiet.
    void say(std::string_view line) const;
    void error(const Error& error) const;

    // Whether progress is one line that is drawn again and again: there is somebody to see it.
    bool isLive() const;
    // Runs `job` and meanwhile shows its progress: a bar on a terminal, a line a stage elsewhere.
    // The job runs on a thread of its own; this one polls ten times a second. `remark` is asked
    // what to say behind the stage, where that is drawn.
    Result<void> runWithProgress(Progress& progress, const std::function<Result<void>()>& job,
                                 const std::function<std::string()>& remark = {}) const;

private:
    std::string m_name = "cloudlet";
    Format m_format = Format::text;
    bool m_quiet = false;
};

// Rows in columns as wide as their widest cell; the first row is the heading.
std::string formatTable(const std::vector<std::vector<std::string>>& rows);

}  // namespace cloudlet
