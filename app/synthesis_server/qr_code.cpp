#include "app/synthesis_server/qr_code.h"

#include <qrencode.h>

#include <memory>

namespace cloudlet {

namespace {

constexpr int kQuiet = 4;  // modules around the code (ISO 18004)

}  // namespace

Result<std::string> qrCode(const std::string& text, QrColours colours) {
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
        QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), QRcode_free);
    if (!code) return Error{ErrorCode::invalid, "the text does not fit into a QR code"};
    const auto isLight = [&](int x, int y) {
        const bool inside = x >= 0 && y >= 0 && x < code->width && y < code->width;
        return !inside || (code->data[y * code->width + x] & 1) == 0;
    };
    std::string lines;
    for (int y = -kQuiet; y < code->width + kQuiet; y += 2) {
        if (colours == QrColours::terminal) lines += "\x1b[97;40m";
        for (int x = -kQuiet; x < code->width + kQuiet; ++x) {
            // The last line may have but an upper half: what is below is quiet zone, too.
            const bool upper = isLight(x, y);
            const bool lower = isLight(x, y + 1);
            lines += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
        }
        if (colours == QrColours::terminal) lines += "\x1b[0m";
        lines += "\n";
    }
    return lines;
}

}  // namespace cloudlet
