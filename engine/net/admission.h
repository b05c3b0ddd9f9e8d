// How many connections may be open that have not shown yet who they are: few for each source, so
// that one that opens many does not keep the others out. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>

namespace cloudlet {

class Admission {
public:
    static constexpr std::size_t kMostOfSource = 32;
    static constexpr std::size_t kMost = 512;

    // One connection's place among them, while it lives.
    class Place {
    public:
        Place() = default;
        ~Place() { leave(); }
        Place(Place&& other) noexcept;
        Place& operator=(Place&& other) noexcept;
        explicit operator bool() const { return m_admission != nullptr; }
        void leave();

    private:
        friend class Admission;
        Place(Admission& admission, std::string source);
        Admission* m_admission = nullptr;
        std::string m_source;
    };

    // An empty place: there is none. The admission must outlive its places.
    Place enter(const std::string& address);

private:
    std::mutex m_mutex;  // guards the members below
    std::map<std::string, std::size_t> m_bySource;
    std::size_t m_all = 0;
};

}  // namespace cloudlet
