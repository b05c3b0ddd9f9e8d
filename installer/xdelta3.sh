#!/usr/bin/env bash
# Fetches the source package of xdelta3, of which Debian ships no library. The build compiles and
# links it where it is there; it is GPL-2 or later, see README.md, "Licence".
#
# Usage: installer/xdelta3.sh [FOLDER]     default: build/xdelta3
# The source comes from the mirrors that this machine's apt is set up with; apt's own lists and
# settings stay as they are, and no root is needed.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-$root/build/xdelta3}
version=3.0.11-dfsg-1.2
export LC_ALL=C.UTF-8

fail() {
    echo "xdelta3: $*" >&2
    exit 1
}

if [ -e "$folder/source/xdelta3.c" ]; then exit 0; fi
[ -f /usr/share/keyrings/debian-archive-keyring.gpg ] || fail "this is no Debian: nothing to do"
mkdir -p "$folder"
work=$(mktemp -d "$folder/work-XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt's own user reads the list

# A deb-src line for each of Debian's binary archives that apt knows.
mkdir -p "$work/lists/partial" "$work/source"
# The single quotes keep apt's own variables for apt.
# shellcheck disable=SC2016
apt-get indextargets --format '$(CREATED_BY) $(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' |
    awk '$1 == "Packages" && $2 == "Debian" {
        print "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]", $3, $4, $5
    }' | sort -u >"$work/sources.list"
[ -s "$work/sources.list" ] || fail "apt knows no archive of Debian's: run apt-get update"

ownApt() { # apt-get with that list alone, and with lists and caches of its own
    apt-get -q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$work/lists" -o Dir::Cache::srcpkgcache= -o Dir::Cache::pkgcache= \
        -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)" "$@" >"$work/log" 2>&1 ||
        { cat "$work/log" >&2 && fail "apt-get could not get the source of xdelta3"; }
}
ownApt update
cd "$work/source"
ownApt source --only-source --download-only "xdelta3=$version"
tar xf xdelta3_*.orig.tar.*

mv xdelta3-*/ "$folder/source"
