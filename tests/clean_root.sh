#!/usr/bin/env bash
# Is installer/packages.txt complete? Makes a minimal Debian 12 in a folder, copies the working tree
# into it, and runs set-up and the unit tests there, as a fresh machine would. Root only; takes
# about ten minutes and 3 GiB, not part of continuous integration. Removes all it made.
#
# Usage: tests/clean_root.sh [COMMAND...]     the command to run in the copy; else
#                                             bash tests/run.sh --unit
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[ "$(id -u)" = 0 ] || { echo "clean_root: needs root, for chroot" >&2 && exit 1; }
[ $# -gt 0 ] || set -- bash tests/run.sh --unit

place=$(mktemp -d /var/tmp/cl-clean-XXXXXX)
trap 'rm -rf --one-file-system "$place"' EXIT

# The mirrors and the settings for fetching are those of this machine.
sources=(/etc/apt/sources.list.d/*.sources)
[ -s /etc/apt/sources.list ] && sources+=(/etc/apt/sources.list)
options=()
while read -r option; do
    options+=("--aptopt=$option")
done < <(apt-config dump | grep -E '^Acquire::(http|https|Retries|Check-)[^ ]* "')

mmdebstrap --quiet --variant=apt --skip=check/empty "${options[@]}" bookworm "$place" \
    "${sources[@]}"
mkdir "$place/repository"
(cd "$root" && git ls-files -z -co --exclude-standard | tar --null -T - -cf -) |
    tar -xf - -C "$place/repository"
cp -L /etc/resolv.conf "$place/etc/resolv.conf"
# Services must not start in there.
printf '#!/bin/sh\nexit 101\n' >"$place/usr/sbin/policy-rc.d"
chmod +x "$place/usr/sbin/policy-rc.d"

# The mounts live in a namespace of their own and go with it, as do the processes.
# shellcheck disable=SC2016
unshare --mount --pid --fork --kill-child -- bash -c '
    set -e
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    place=$1
    shift
    exec chroot "$place" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        HOME=/root LC_ALL=C.UTF-8 sh -c "cd /repository && exec \"\$@\"" sh "$@"' \
    bash "$place" "$@" </dev/null
