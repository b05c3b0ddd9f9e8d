#!/usr/bin/env bash
# Installs what is missing of installer/packages.txt, from Debian's own packages and nothing else.
# Quiet unless something fails; does not touch apt when all is there.
#
# Usage: installer/setup.sh [--list] [GROUP...]     groups: build run test dev; else build run
#   --list   only print the missing packages, one a line
# CLOUDLET_SKIP_SETUP=1 makes it do nothing: for a system whose packages you look after yourself.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export LC_ALL=C.UTF-8

fail() {
    echo "setup: $*" >&2
    exit 1
}

packagesOf() { # GROUP... -> names
    local group
    for group in "$@"; do
        grep -q "^$group " "$here/packages.txt" ||
            fail "there is no package group \"$group\"; there are: build run test dev"
        sed -n "s/^$group //p" "$here/packages.txt"
    done
}

missingOf() { # PACKAGE... -> those not installed
    local installed
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
        sed -n 's/^installed //p' | sort -u) || true
    comm -23 <(printf '%s\n' "$@" | sort -u) <(echo "$installed")
}

requireDebian12() {
    local ID=unknown VERSION_ID="" PRETTY_NAME="an unknown system"
    # shellcheck disable=SC1091
    [ -r /etc/os-release ] && . /etc/os-release
    [ "$ID $VERSION_ID" = "debian 12" ] ||
        fail "this is $PRETTY_NAME, but packages are known for Debian 12 only: install what" \
            "README.md lists under Dependencies, then set CLOUDLET_SKIP_SETUP=1"
}

# Sets asRoot to what must stand before a command that needs root.
asRoot=()
chooseRoot() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null ||
        fail "packages are missing and you are not root, nor is sudo installed; run as root:" \
            "apt-get install ${missing[*]}"
    # Without a terminal sudo cannot ask for a password.
    asRoot=(sudo)
    [ -t 0 ] || asRoot=(sudo -n)
    "${asRoot[@]}" true 2>/dev/null ||
        fail "packages are missing and sudo does not let you install them; run as root:" \
            "apt-get install ${missing[*]}"
}

# libvirt run by root looks the account "libvirt-qemu" up even where QEMU is to run as root; only
# the daemon's system package, which is not needed here, would make it.
ensureQemuAccount() {
    command -v qemu-system-x86_64 >/dev/null || return 0
    getent passwd libvirt-qemu >/dev/null && getent group libvirt-qemu >/dev/null && return 0
    [ ${#asRoot[@]} -gt 0 ] || [ "$(id -u)" = 0 ] || return 0 # matters to root only
    getent group libvirt-qemu >/dev/null || "${asRoot[@]}" groupadd --system libvirt-qemu
    getent passwd libvirt-qemu >/dev/null || "${asRoot[@]}" useradd --system \
        --gid libvirt-qemu --home-dir /nonexistent --shell /usr/sbin/nologin libvirt-qemu
}

# udev gives /dev/fuse to everybody, as fusermount3 decides who may mount what. Where no udev runs
# (containers, some virtual machines) it is root's alone, and no other user can start a VM early.
ensureFuseDevice() {
    [ -c /dev/fuse ] && [ "$(stat -c %a /dev/fuse)" != 666 ] || return 0
    if [ ${#asRoot[@]} = 0 ] && [ "$(id -u)" != 0 ]; then
        [ -w /dev/fuse ] && return 0
        asRoot=(sudo -n)
    fi
    "${asRoot[@]}" chmod 666 /dev/fuse 2>/dev/null ||
        echo "setup: VMs cannot start early for users: as root, chmod 666 /dev/fuse" >&2
}

# apt-get, silent unless it fails; then its words go to standard error.
apt() {
    local log status=0
    log=$(mktemp)
    "${asRoot[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null >"$log" 2>&1 || status=$?
    [ "$status" = 0 ] || grep -vE '^(Reading|Building|Get:|Hit:|Ign:)' "$log" | tail -n 25 >&2
    rm -f "$log"
    return "$status"
}

update() {
    echo "setup: fetching the package lists" >&2
    apt update -o APT::Update::Error-Mode=any ||
        fail "the package lists cannot be fetched: is the network there, and does" \
            "/etc/apt name a Debian 12 mirror?"
    updated=yes
}

everyPackageHasCandidate() {
    local name
    for name in "${missing[@]}"; do
        apt-cache policy "$name" 2>/dev/null | grep -q '^  Candidate: [^(]' || return 1
    done
}

main() {
    [ "${CLOUDLET_SKIP_SETUP:-}" != 1 ] || return 0
    local listOnly=no
    updated=no missing=()
    [ "${1:-}" = --list ] && listOnly=yes && shift
    case ${1:-} in
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && return 0 ;;
    -*) fail "there is no option $1; see installer/setup.sh --help" ;;
    esac
    [ $# -gt 0 ] || set -- build run
    command -v dpkg-query >/dev/null || requireDebian12

    local wanted
    wanted=$(packagesOf "$@")
    # shellcheck disable=SC2086
    mapfile -t missing < <(missingOf $wanted)
    if [ "$listOnly" = yes ]; then
        [ ${#missing[@]} = 0 ] || printf '%s\n' "${missing[@]}"
        return 0
    fi
    [ ${#missing[@]} = 0 ] || installMissing
    ensureQemuAccount
    ensureFuseDevice
    # Of no use without what builds it, and no reason to fail: the codec is an option of the build.
    case " $* " in
    *" build "*) "$here/xdelta3.sh" || echo "setup: going on without xdelta3" >&2 ;;
    esac
}

installMissing() { # of missing
    requireDebian12
    chooseRoot
    everyPackageHasCandidate || update
    echo "setup: installing ${missing[*]}" >&2
    if ! apt install --no-install-recommends "${missing[@]}"; then
        # Old lists name versions that the mirror no longer has.
        [ "$updated" = no ] || fail "apt-get could not install: ${missing[*]}"
        update
        apt install --no-install-recommends "${missing[@]}" ||
            fail "apt-get could not install: ${missing[*]}"
    fi
}

main "$@"
