#include "widgets/part_colour.h"

#include <array>

namespace cloudlet {

namespace {

// Blue, amber, green, purple, grey and ink: they differ in lightness where they do not in hue.
constexpr std::array<QRgb, kPartColours> kOnLight{0xff1535b3, 0xffb87c19, 0xff108349,
                                                  0xff6f3580, 0xff828594, 0xff19191a};
constexpr std::array<QRgb, kPartColours> kOnDark{0xff2276f7, 0xffe5631b, 0xff1adb8a,
                                                 0xfff285e2, 0xff767678, 0xfff5f7fa};

}  // namespace

QColor partColour(const QPalette& palette, qsizetype part) {
    const bool dark = palette.color(QPalette::Window).lightness() < 128;
    return QColor((dark ? kOnDark : kOnLight)[static_cast<std::size_t>(part % kPartColours)]);
}

}  // namespace cloudlet
