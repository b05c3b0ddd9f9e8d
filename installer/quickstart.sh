#!/usr/bin/env bash
# From a fresh clone to a running demonstration: installs packages, builds, makes the sample base
# if there is none, then authors and synthesises an overlay (installer/demo.sh). As root or as a
# user with sudo, from any folder; run again, it reuses the build and the base. Where there is a
# display, it opens the studio at the end.
#
# Usage: installer/quickstart.sh [FOLDER]     FOLDER gets demo.cloudlet and demo-console.png; else
#                                             the current one
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-$PWD}
cloudlet=$root/build/release/app/cloudlet/cloudlet
studio=$root/build/release/app/studio/cloudlet-studio

step() { # NAME COMMAND... ; one clear sentence when it fails
    local name=$1
    shift
    "$@" || {
        echo "quickstart: stopped while $name; the lines above say why" >&2
        exit 1
    }
}

build() {
    local log=$root/build/release.log
    mkdir -p "$root/build"
    echo "building (some minutes the first time; details in $log)" >&2
    (cd "$root" && cmake --preset release -DCLOUDLET_TESTS=OFF &&
        cmake --build --preset release) >"$log" 2>&1 </dev/null || {
        tail -n 25 "$log" >&2
        return 1
    }
}

case $folder in
-h | --help) sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit 0 ;;
-*) echo "quickstart: there is no option $folder; see --help" >&2 && exit 2 ;;
esac
step "installing packages" bash "$root/installer/setup.sh" build run
step "building" build
step "making the sample base" "$cloudlet" sample-base --if-missing
step "checking this machine" "$cloudlet" doctor
step "running the demonstration" bash "$root/installer/demo.sh" "$cloudlet" "$folder"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    echo "quickstart: the studio opens; later: $studio" >&2
    "$studio" </dev/null >/dev/null 2>&1 &
fi
