#!/bin/bash
# build_sample_disk.sh OUT.raw [SIZE=2G]: makes the sample guest, a small real Debian 12.
#
# Standard output is for the program that started this: lines "progress PERCENT TEXT" (PERCENT
# never falls) and at the end "done PATH". Everything else goes to standard error. SIGTERM or
# SIGINT ends it within two seconds and removes everything it made.
#
# Temporary files are kept in memory where 2 GiB are free, else in the folder CLOUDLET_TMPDIR
# (default $TMPDIR, then /var/tmp), which needs 1 GiB then. Packages come from wherever the host's
# apt gets Debian 12.
#
# The guest: root is logged in on tty1 and on ttyS0 (password there: "cloudlet"); ssh as root
# takes keys only; eth0 gets its address by DHCP and is 10.0.2.15 as well, QEMU's usual one;
# QEMU guest agent; python3, htop, nano. It writes "cloudlet-guest-ready" to ttyS0 once booted.
#
# Needs: mmdebstrap, e2fsprogs, grub-common, grub-pc-bin, util-linux; uidmap unless run as root.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=image_lib.sh
source "$here/image_lib.sh"
# shellcheck source=sample_guest.sh
source "$here/sample_guest.sh"

readonly suite=bookworm
readonly packages=(
    systemd systemd-sysv udev dbus # the system
    linux-image-cloud-amd64 initramfs-tools zstd
    e2fsprogs util-linux-extra kmod procps iproute2 iputils-ping netbase
    openssh-server qemu-guest-agent ca-certificates
    python3 htop less nano # what a first demonstration needs
)

percent=0
# report PERCENT TEXT: one line for the caller, on file descriptor 3.
report() {
    (($1 < percent)) || percent=$1
    printf 'progress %d %s\n' "$percent" "$2" >&3
}

# tidy_tree: what the building left behind.
tidy_tree() {
    # mmdebstrap's apt settings carry the host's proxy: they must not stay in the guest. Its dpkg
    # settings (no manuals) stay, so that what is installed later is as lean.
    rm -f "$tree/etc/apt/apt.conf.d/99mmdebstrap" "$tree/etc/apt/sources.list"
    find "$tree/etc/apt/sources.list.d" -type f ! -name debian.list -delete
    sed '/unsafe-io/d' "$tree/etc/dpkg/dpkg.cfg.d/99mmdebstrap" \
        >"$tree/etc/dpkg/dpkg.cfg.d/cloudlet"
    rm "$tree/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
    rm -rf "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/*.bin "$tree"/var/cache/debconf/*-old
    rm -rf "$tree"/var/log/{apt,*.log} "$tree"/var/lib/dpkg/*-old
    # mmdebstrap empties it; systemd would then treat the first boot as a first set-up.
    tr -d - </proc/sys/kernel/random/uuid >"$tree/etc/machine-id"
}

# ------------------------------------------------------------------------ packages of the host

# entry_options FILE:NUMBER: the options of one source of the host's apt, "[...]" or nothing.
# NUMBER is a line of a .list file, or the NUMBER-th paragraph of a .sources file.
entry_options() {
    local file=${1%:*} number=${1##*:}
    if [[ $file == *.sources ]]; then
        awk -v RS= -v want="$number" 'NR == want' "$file" | awk '
            tolower($1) == "signed-by:" && $2 ~ /^\// { options = options " signed-by=" $2 }
            tolower($1) == "trusted:" { options = options " trusted=" $2 }
            END { if (options) print "[" substr(options, 2) "]" }'
    else
        sed -n "${number}s/^ *deb *\(\[[^]]*\]\).*/\1/p" "$file"
    fi
}

# write_sources: the host's sources of Debian 12, as apt itself understands them.
write_sources() {
    local uri release entry options
    # shellcheck disable=SC2016  # apt itself fills in the $(FIELDS)
    while IFS='|' read -r uri release entry; do
        options=$(entry_options "$entry" 2>/dev/null) || options=
        printf 'deb %s %s %s main\n' "$options" "$uri" "$release"
    done < <(apt-get indextargets --format '$(REPO_URI)|$(RELEASE)|$(SOURCESENTRY)' \
        'Created-By: Packages' 'Component: main' 'Architecture: amd64' 2>/dev/null |
        grep -E "\|$suite(-updates|-security)?\|" | sort -u) >"$work/sources.list"
    grep -q " $suite main" "$work/sources.list" || image_fail \
        "This host's apt has no source of Debian 12 ($suite): add one and run apt-get update."
    # mmdebstrap ignores the host's apt.conf; what concerns the way to the packages is handed on.
    apt-config dump 2>/dev/null | grep -E \
        '^Acquire::(http|https|ftp|Check-Valid-Until|Check-Date|Retries|ForceIPv[46]|Proxy)' \
        >"$work/apt.conf" || true
    printf 'Dir::Etc::netrc "/etc/apt/auth.conf";\nDir::Etc::netrcparts "/etc/apt/auth.conf.d";\n' \
        >>"$work/apt.conf"
    printf 'Acquire::Languages "none";\n' >>"$work/apt.conf"
}

# follow_packages: turns mmdebstrap's verbose output into progress. 3..20 % is fetching the base
# and unpacking it, 20..85 % are the remaining packages: each is unpacked once and set up once.
follow_packages() {
    local line total=200 seen=0
    while IFS= read -r line; do
        printf '%s\n' "$line"
        case $line in
            *'running apt-get update'*) report 3 'Reading the package lists' ;;
            *'downloading packages with apt'*) report 6 'Fetching the base system' ;;
            *'extracting archives'*) report 10 'Unpacking the base system' ;;
            *'installing essential packages'*) report 13 'Setting up the base system' ;;
            *'installing remaining packages'*) report 20 'Fetching packages' ;;
            *' newly installed,'*)
                [[ $line =~ ([0-9]+)\ newly\ installed ]] && total=${BASH_REMATCH[1]} seen=0
                ;;
            'Unpacking '* | 'Setting up '*)
                seen=$((seen + 1))
                ((percent < 20)) || report $((20 + 65 * seen / (2 * total) > 85 ? 85 :
                    20 + 65 * seen / (2 * total))) "${line%% (*}"
                ;;
        esac
    done >"$work/log"
}

# install_packages: $tree becomes a Debian system with the two layers of files.
install_packages() {
    local include hooks=/usr/share/mmdebstrap/hooks/merged-usr merged=()
    include=$(IFS=, && printf '%s' "${packages[*]}")
    # /bin and /lib as links from the start; otherwise a package with all of perl moves them.
    [[ ! -d $hooks ]] || merged=(--hook-directory="$hooks")
    # Root mode: the name space around us has made us root already (see choose_name_space).
    # Copyright files stay: the licences ask for it. unsafe-io: a failed build starts afresh, so
    # dpkg need not wait for the disk.
    TMPDIR=$work LC_ALL=C.UTF-8 mmdebstrap --mode=root --variant=minbase --architectures=amd64 \
        --verbose --include="$include" --aptopt="$work/apt.conf" "${merged[@]}" \
        --dpkgopt=force-unsafe-io \
        --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/info/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --essential-hook="cp -rT '$work/early' \"\$1\"" \
        --customize-hook="cp -rT '$work/late' \"\$1\"" \
        --customize-hook="chroot \"\$1\" /bin/sh -s <'$work/in_chroot'" \
        "$suite" "$tree" "$work/sources.list" 2>&1 </dev/null | follow_packages || {
        tail -n 15 "$work/log" >&2
        image_fail "mmdebstrap could not install Debian 12; check the network and the disk space."
    }
}

# make_tree: the folder for the guest's files, in memory where that is plentiful. The name space
# takes it along when it ends; removing as many files from a busy disk takes many seconds.
make_tree() {
    local free
    readonly tree=$work/tree
    mkdir "$tree"
    free=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
    # It fills about 450 MiB; the rest is left to everybody else.
    ((${free:-0} < 2048)) || mount -t tmpfs -o size=1536M,mode=755 tmpfs "$tree" 2>/dev/null || true
}

# build PART BYTES: everything that needs to be root, or to look like it.
build() {
    umask 022
    report 1 'Preparing'
    make_tree
    write_sources
    layer=$work/early initramfs_files
    layer=$work/late
    boot_files
    network_files
    console_files
    system_files
    write_chroot_script
    install_packages
    report 87 'Tidying up'
    tidy_tree
    report 89 'Making the disk'
    image_make "$tree" "$1" "$2" inodes=65536 journal=8 seed=cloudlet-sample
    report 98 'Writing the disk out'
}

# --------------------------------------------------------------------------------- the outside

# choose_name_space: sets name_space to the command under which we are root and own the process
# and mount tables. When that command is killed the kernel ends all that runs in it and undoes
# its mounts, so cancelling leaves neither.
choose_name_space() {
    local common=(unshare --mount --pid --fork --kill-child --mount-proc) user
    if [[ $EUID -eq 0 ]] && "${common[@]}" true 2>/dev/null; then
        name_space=("${common[@]}")
        return
    fi
    user=$(id -un)
    image_need newuidmap uidmap
    if ! grep -q -E "^($user|$EUID):" /etc/subuid 2>/dev/null ||
        ! grep -q -E "^($user|$EUID):" /etc/subgid 2>/dev/null; then
        image_fail "$user has no subordinate user ids; as root run: usermod" \
            "--add-subuids 100000-165535 --add-subgids 100000-165535 $user"
    fi
    name_space=("${common[@]}" --map-root-user --map-auto)
    "${name_space[@]}" true 2>/dev/null || image_fail \
        "This host does not let $user make user name spaces; as root run: sysctl -w" \
        "kernel.unprivileged_userns_clone=1 (Debian) or" \
        "kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), or run this script as root."
}

work=
part=
child=
cleanup() {
    local inner
    trap '' INT TERM HUP
    if [[ -n $child ]]; then
        # The first process inside takes all the others along, and unshare returns when the last
        # of them is gone: only then is nobody left who writes into the folder.
        inner=$(cat "/proc/$child/task/$child/children" 2>/dev/null) || inner=
        # shellcheck disable=SC2086  # zero or more numbers
        kill -KILL ${inner:-$child} 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    [[ -z $part ]] || rm -f -- "$part"
    # Files of the guest's other users can only be removed from inside.
    [[ -z $work ]] || "${name_space[@]}" rm -rf -- "$work" || true
}

main() {
    [[ $# -ge 1 && $# -le 2 && $1 != -* ]] || image_fail "Usage: ${0##*/} OUT.raw [SIZE=2G]"
    local out=$1 bytes status=0
    bytes=$(image_size "${2:-2G}" 512)
    image_check_tools
    image_need mmdebstrap mmdebstrap
    image_need unshare util-linux
    image_check_output "$out"
    choose_name_space
    trap cleanup EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    local folder=${CLOUDLET_TMPDIR:-${TMPDIR:-/var/tmp}}
    work=$(mktemp -d "$folder/cloudlet_sample.XXXXXX" 2>/dev/null) ||
        image_fail "No temporary folder could be made; set CLOUDLET_TMPDIR to a writable folder."
    # apt fetches as a user of its own, who has to get in.
    chmod 755 "$work"
    part=$out.part
    # In the background, because only "wait" lets a trap run at once. Standard error goes round
    # unshare, which would complain there about being cancelled.
    "${name_space[@]}" bash "$0" --inside "$work" "$part" "$bytes" 3>&1 4>&2 >/dev/null 2>&1 &
    child=$!
    wait "$child" || status=$?
    child=
    ((status == 0)) || exit "$status"
    image_publish "$part" "$out"
    part=
    percent=98 report 100 'Finished' 3>&1
    printf 'done %s\n' "$out"
}

if [[ ${1-} == --inside ]]; then
    exec >&4 2>&4
    # Says nothing about a program that was only ended by a cancellation.
    trap 'exit 143' INT TERM HUP
    work=$2
    build "$3" "$4"
else
    main "$@"
fi
