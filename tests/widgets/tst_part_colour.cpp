// The colours of an overlay's kinds, as people with and without colour blindness see them.
#include <QPalette>
#include <QTest>
#include <array>
#include <cmath>

#include "widgets/part_colour.h"

using namespace cloudlet;

namespace {

using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

double linear(double part) {
    return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
}

Triple linear(const QColor& colour) {
    return {linear(colour.redF()), linear(colour.greenF()), linear(colour.blueF())};
}

double luminance(const Triple& light) {
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
}

double contrastOf(const QColor& a, const QColor& b) {
    const auto [low, high] = std::minmax(luminance(linear(a)), luminance(linear(b)));
    return (high + 0.05) / (low + 0.05);
}

Triple times(const Matrix& matrix, const Triple& light) {
    Triple result{};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) result[i] += matrix[i][j] * light[j];
    }
    return result;
}

// CIE 1976 L*a*b* under D65 of what this eye sees.
Triple labOf(const QColor& colour, const Matrix& eye) {
    Triple light = times(eye, linear(colour));
    for (double& part : light) part = std::clamp(part, 0.0, 1.0);
    Triple xyz = times(
        {{{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}}, light);
    xyz[0] /= 0.9505;
    xyz[2] /= 1.0888;
    for (double& part : xyz) part = part > 0.008856 ? std::cbrt(part) : 7.787 * part + 16.0 / 116;
    return {116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])};
}

double distanceOf(const Triple& a, const Triple& b) {
    return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

}  // namespace

class TestPartColour : public QObject {
    Q_OBJECT
private slots:
    void keepApart();
};

// The WCAG's 3:1 for what is no text, and a distance that no kind of colour blindness closes: the
// matrices are those of Machado, Oliveira and Fernandes (2009) for the full strength of each.
void TestPartColour::keepApart() {
    const Matrix trichromat{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    const Matrix protan{{{0.152, 1.053, -0.205}, {0.115, 0.786, 0.099}, {-0.004, -0.048, 1.052}}};
    const Matrix deutan{{{0.367, 0.861, -0.228}, {0.280, 0.673, 0.047}, {-0.012, 0.043, 0.969}}};
    const Matrix tritan{{{1.256, -0.077, -0.179}, {-0.078, 0.931, 0.148}, {0.005, 0.691, 0.304}}};
    for (const QColor window : {QColor(0xef, 0xef, 0xef), QColor(0x2b, 0x2d, 0x31)}) {
        QPalette palette;
        palette.setColor(QPalette::Window, window);
        for (qsizetype part = 0; part < kPartColours; ++part) {
            const double contrast = contrastOf(partColour(palette, part), window);
            QVERIFY2(contrast >= 3, qPrintable(QString("%1: %2").arg(part).arg(contrast)));
        }
        for (const Matrix& eye : {trichromat, protan, deutan, tritan}) {
            for (qsizetype a = 0; a < kPartColours; ++a) {
                for (qsizetype b = 0; b < a; ++b) {
                    const double apart = distanceOf(labOf(partColour(palette, a), eye),
                                                    labOf(partColour(palette, b), eye));
                    QVERIFY2(apart > 20, qPrintable(QString("%1 %2: %3").arg(a).arg(b).arg(apart)));
                }
            }
        }
    }
}

QTEST_MAIN(TestPartColour)
#include "tst_part_colour.moc"
