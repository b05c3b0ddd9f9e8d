// Time that passed, for what jobs report. Any thread; one owner.
#pragma once

#include <chrono>

namespace cloudlet {

class Stopwatch {
public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_begin).count();
    }

private:
    std::chrono::steady_clock::time_point m_begin = std::chrono::steady_clock::now();
};

}  // namespace cloudlet
