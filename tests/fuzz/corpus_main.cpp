// Runs a fuzz target once for each file of the folders named on the command line.
#include <cstdio>

#include "engine/base/file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    int files = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
            const auto bytes = cloudlet::readWholeFile(entry.path(), 16 << 20);
            if (!bytes) {
                std::fprintf(stderr, "%s\n", bytes.error().message.c_str());
                return 1;
            }
            LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes->data()),
                                   bytes->size());
            ++files;
        }
    }
    std::printf("%d files\n", files);
    return files > 0 ? 0 : 1;
}
