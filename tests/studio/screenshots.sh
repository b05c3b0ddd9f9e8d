#!/usr/bin/env bash
# Pictures of each page of the studio, light and dark, at scale 1 and 2, in build/screenshots. They
# are of the real window with the small test guest in it; takes some minutes.
#
# Usage: tests/studio/screenshots.sh [PRESET]     the build to use; else dev
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=tests/support/run_parts.sh
. "$root/tests/support/run_parts.sh"
preset=${1:-dev}

cd "$root"
cmake --build --preset "$preset" --target studio_tst_studio -j 2 -- --quiet
[ -n "${CLOUDLET_TINY_DISK:-}" ] || tinyDisk
mkdir -p build/screenshots
rm -f build/screenshots/*.png
for scale in 1 2; do
    CLOUDLET_SCREENSHOTS=$root/build/screenshots QT_SCALE_FACTOR=$scale QT_FONT_DPI=96 \
        LC_ALL=C.UTF-8 QT_QPA_PLATFORM=offscreen \
        "build/$preset/tests/studio/tst_studio" authorsAndRuns
done
ls build/screenshots
