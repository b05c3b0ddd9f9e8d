#include "engine/vm/save_image.h"

#include "engine/base/check.h"

namespace cloudlet {

Bytes buildSaveImage(std::string_view xml, ByteView state) {
    constexpr std::size_t kHeaderSize = 92;
    constexpr std::size_t kAlignment = 64;  // of the stream; any would do
    constexpr int kUnused = 14;
    CHECK(xml.find('\0') == std::string_view::npos);
    const std::size_t end = kHeaderSize + xml.size() + 1;
    const std::size_t padding = (kAlignment - end % kAlignment) % kAlignment;

    ByteWriter out;
    out.append(asBytes("LibvirtQemudSave"));
    out.u32(2);
    out.u32(static_cast<std::uint32_t>(xml.size() + 1 + padding));
    out.u32(1);
    out.u32(0);
    out.u32(0);
    for (int i = 0; i < kUnused; ++i) out.u32(0);
    out.append(asBytes(xml));
    out.append(Bytes(1 + padding));
    out.append(state);
    return out.take();
}

}  // namespace cloudlet
