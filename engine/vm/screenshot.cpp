#include "engine/vm/screenshot.h"

#include <png.h>

#include <array>

#include "engine/vm/libvirt_error.h"

namespace cloudlet {

namespace {

constexpr std::uint32_t kLargestSide = 8192;
constexpr std::size_t kMostBytes = std::size_t{128} << 20;  // of a picture from libvirt
constexpr std::size_t kBytesPerPixel = 3;

struct Picture {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    Bytes rgb;
};

Error malformed(const char* what) {
    return {ErrorCode::corrupt, std::string("QEMU's picture of the console is malformed: ") + what};
}

// Reads a PPM header: white space and '#' comments between decimal numbers.
class PpmHeader {
public:
    explicit PpmHeader(ByteView bytes) : m_text(asText(bytes)) {}

    // 0 if there is none or it is above `largest`.
    std::uint32_t number(std::uint32_t largest) {
        skipSpace();
        std::uint32_t value = 0;
        while (m_at < m_text.size() && m_text[m_at] >= '0' && m_text[m_at] <= '9') {
            value = value * 10 + static_cast<std::uint32_t>(m_text[m_at++] - '0');
            if (value > largest) return 0;
        }
        return value;
    }
    std::size_t pixels() const { return m_at + 1; }  // after one white space

private:
    void skipSpace() {
        while (m_at < m_text.size()) {
            if (m_text[m_at] == '#') {
                while (m_at < m_text.size() && m_text[m_at] != '\n') ++m_at;
            } else if (m_text[m_at] != ' ' && m_text[m_at] != '\n' && m_text[m_at] != '\r' &&
                       m_text[m_at] != '\t') {
                return;
            } else {
                ++m_at;
            }
        }
    }

    std::string_view m_text;
    std::size_t m_at = 2;  // after "P6"
};

Result<Picture> decodePpm(ByteView bytes) {
    PpmHeader header(bytes);
    Picture picture;
    picture.width = header.number(kLargestSide);
    picture.height = header.number(kLargestSide);
    if (picture.width == 0 || picture.height == 0) return malformed("its size");
    if (header.number(255) != 255) return malformed("its depth");
    const std::size_t size = kBytesPerPixel * picture.width * picture.height;
    if (bytes.size() < header.pixels() || bytes.size() - header.pixels() < size) {
        return malformed("truncated");
    }
    const ByteView pixels = bytes.subspan(header.pixels(), size);
    picture.rgb.assign(pixels.begin(), pixels.end());
    return picture;
}

Result<Picture> decodePng(ByteView bytes) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) {
        return malformed(image.message);
    }
    if (image.width > kLargestSide || image.height > kLargestSide) {
        png_image_free(&image);
        return malformed("its size");
    }
    image.format = PNG_FORMAT_RGB;
    Picture picture{image.width, image.height, Bytes(PNG_IMAGE_SIZE(image))};
    if (png_image_finish_read(&image, nullptr, picture.rgb.data(), 0, nullptr) == 0) {
        return malformed(image.message);
    }
    return picture;
}

Result<Bytes> encodePng(const Picture& picture) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = picture.width;
    image.height = picture.height;
    image.format = PNG_FORMAT_RGB;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    Bytes png(size);
    if (png_image_write_to_memory(&image, png.data(), &size, 0, picture.rgb.data(), 0, nullptr) ==
        0) {
        return Error{ErrorCode::failed, std::string("cannot write a PNG: ") + image.message};
    }
    png.resize(size);
    return png;
}

}  // namespace

Result<Bytes> toPng(ByteView picture) {
    const std::string_view text = asText(picture);
    if (text.starts_with("P6")) return encodePng(TRY(decodePpm(picture)));
    if (text.starts_with("\x89PNG")) return encodePng(TRY(decodePng(picture)));
    return malformed("neither PPM nor PNG");
}

Result<Bytes> takeScreenshot(virDomainPtr domain) {
    const StreamHandle stream(virStreamNew(virDomainGetConnect(domain), 0));
    if (!stream) return libvirtError("cannot take a picture of the console");
    const LibvirtText type(virDomainScreenshot(domain, stream.get(), 0, 0));
    if (!type) return libvirtError("cannot take a picture of the console");
    Bytes picture;
    std::array<char, 1 << 16> buffer;
    while (true) {
        const int n = virStreamRecv(stream.get(), buffer.data(), buffer.size());
        if (n < 0) return libvirtError("cannot read the picture of the console");
        if (n == 0) break;
        const ByteView part = asBytes({buffer.data(), static_cast<std::size_t>(n)});
        if (picture.size() + part.size() > kMostBytes) {
            virStreamAbort(stream.get());
            return malformed("too large");
        }
        picture.insert(picture.end(), part.begin(), part.end());
    }
    virStreamFinish(stream.get());
    return toPng(picture);
}

}  // namespace cloudlet
