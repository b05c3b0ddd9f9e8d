#!/usr/bin/env bash
# Pictures of each page and dialog of the studio, light and dark, at scale 1 and 2, in
# build/screenshots, and in German at scale 1 in build/screenshots/de. They are of the real window
# with the small test guest in it; takes some minutes.
#
# Usage: tests/studio/screenshots.sh [PRESET]     the build to use; else dev
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=tests/support/run_parts.sh
. "$root/tests/support/run_parts.sh"
preset=${1:-dev}

cd "$root"
cmake --build --preset "$preset" --target studio_tst_studio studio_tst_keyboard -j 2 -- --quiet
[ -n "${CLOUDLET_TINY_DISK:-}" ] || tinyDisk
rm -rf build/screenshots
take() { # FOLDER SCALE LOCALE
    mkdir -p "$1"
    for test in tst_keyboard tst_studio; do # the dialogs; what needs a guest
        CLOUDLET_SCREENSHOTS=$root/$1 QT_SCALE_FACTOR=$2 LC_ALL=$3 QT_FONT_DPI=96 \
            QT_QPA_PLATFORM=offscreen "build/$preset/tests/studio/$test"
    done
}
take build/screenshots 1 C.UTF-8
take build/screenshots 2 C.UTF-8
take build/screenshots/de 1 de_DE.UTF-8
ls build/screenshots build/screenshots/de
