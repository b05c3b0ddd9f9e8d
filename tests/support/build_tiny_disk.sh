#!/bin/bash
# build_tiny_disk.sh OUT.raw [SIZE=256M]: the small guest of the tests. A Debian cloud kernel and
# a busybox root file system in memory; the disk holds both and is mounted at /mnt/disk.
#
# In the guest: address 10.0.2.15 on eth0; TCP 7777 runs one command line per connection and
# returns its output; HTTP 8080 serves /www; shells on tty1 and ttyS0; the QEMU guest agent;
# "cloudlet-guest-ready" on ttyS0 when all of that answers. Boots with 96 MiB.
#
# Works as an ordinary user. Packages are fetched with the host's apt and unpacked, never
# installed. Needs: apt, dpkg, cpio, e2fsprogs, grub-common, grub-pc-bin.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../resources/guest/image_lib.sh
source "$here/../../resources/guest/image_lib.sh"

readonly kernel_package=linux-image-cloud-amd64
# One date for every file: the same packages give the same image, byte for byte.
readonly build_time=${SOURCE_DATE_EPOCH:-1700000000}

work=
part=
cleanup() {
    # Whatever still runs in the background reads or writes the folder that goes now.
    local pids
    pids=$(jobs -p)
    # shellcheck disable=SC2086  # one argument per process
    [[ -z $pids ]] || kill -KILL $pids 2>/dev/null || true
    [[ -z $work ]] || rm -rf -- "$work"
    [[ -z $part ]] || rm -f -- "$part"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# fetch_packages: the kernel, busybox and the guest agent with every library below it -> packages/
fetch_packages() {
    local kernel list
    kernel=$(apt-cache depends --no-recommends --no-suggests "$kernel_package" 2>/dev/null |
        sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
    [[ -n $kernel ]] || image_fail \
        "apt knows no package $kernel_package; add Debian's main section and run apt-get update."
    # Lines that start in the first column are package names; <...> are virtual ones.
    list=$(apt-cache depends --recurse --important qemu-guest-agent 2>/dev/null |
        grep -E '^[a-z0-9]' | grep -v ':' | sort -u) || true
    [[ $list == *qemu-guest-agent* ]] || image_fail \
        "apt knows no package qemu-guest-agent; add Debian's main section and run apt-get update."
    printf '%s\n' "$kernel" >"$work/kernel_name"
    mkdir "$work/packages"
    # shellcheck disable=SC2086  # one argument per package
    (cd "$work/packages" &&
        apt-get -q -o APT::Sandbox::User= download "$kernel" busybox-static dash $list) \
        >"$work/log" 2>&1 || {
        tail -n 5 "$work/log" >&2
        image_fail "apt-get could not download the guest's packages; check the network and apt."
    }
}

# unpack_packages: packages/ -> kernel/ and files/
unpack_packages() {
    local deb into
    mkdir "$work/kernel" "$work/files"
    for deb in "$work"/packages/*.deb; do
        into=$work/files
        [[ ${deb##*/} != linux-image-* ]] || into=$work/kernel
        dpkg-deb -x "$deb" "$into" ||
            image_fail "${deb##*/} could not be unpacked in $work; check the free space there."
    done
}

# add_module NAME: copies a kernel module and, before it, those it depends on, and appends their
# file names to the load list. Modules built into the kernel are left out.
add_module() {
    local name=${1//-/_} file dependency
    [[ " ${loaded[*]-} " != *" $name "* ]] || return 0
    loaded+=("$name")
    # File names use - or _ at will: both match "[-_]".
    file=$(find "$work/kernel" -regextype posix-extended \
        -regex ".*/${name//_/[-_]}\.ko(\.xz|\.zst)?" | head -n 1)
    if [[ -z $file ]]; then
        find "$work/kernel" -name modules.builtin -exec cat {} + |
            grep -q -E "/${name//_/[-_]}\.ko$" ||
            image_fail "The kernel package has no driver $1; use a Debian 12 cloud kernel."
        return 0
    fi
    case $file in
        *.xz) xz -dc "$file" ;;
        *.zst) zstd -dcq "$file" ;;
        *) cat "$file" ;;
    esac >"$work/module.ko"
    mv "$work/module.ko" "$work/root/lib/modules/$name.ko"
    # Each module carries its own dependencies as text; that spares depmod.
    for dependency in $(grep -a -o -z -E '^depends=.*' "$work/root/lib/modules/$name.ko" |
        tr -d '\0' | sed 's/depends=//; s/,/ /g'); do
        add_module "$dependency"
    done
    printf '%s\n' "$name" >>"$work/root/lib/modules/order"
}

# add_programs: qemu-ga with the libraries that the dynamic linker of the same packages asks for,
# and dash for the consoles.
add_programs() {
    local loader library
    # busybox's shell asks the terminal for the cursor's position whenever it waits, and the answer
    # can end up in the next program's input. Debian's plain shell does not.
    cp "$work/files/bin/dash" "$work/root/usr/bin/"
    loader=$(find "$work/files" -name 'ld-linux-x86-64.so.2' | head -n 1)
    [[ -n $loader ]] || image_fail "The package libc6 holds no dynamic linker for x86-64."
    mkdir -p "$work/root/usr/lib" "$work/root/lib64"
    cp "$work/files/usr/sbin/qemu-ga" "$work/root/usr/sbin/"
    local folders=$work/files/lib/x86_64-linux-gnu:$work/files/usr/lib/x86_64-linux-gnu
    "$loader" --library-path "$folders" --list "$work/root/usr/sbin/qemu-ga" \
        >"$work/libraries" 2>&1 ||
        image_fail "The libraries of qemu-ga are incomplete: $(tail -n 1 "$work/libraries")"
    # A path outside the unpacked packages would be a library of this host.
    if grep -E '=> /' "$work/libraries" | grep -v -F "$work/files/" | grep -q .; then
        image_fail "A library of qemu-ga is in none of the downloaded packages: $(
            grep -E '=> /' "$work/libraries" | grep -v -F "$work/files/" | head -n 1)"
    fi
    while read -r library; do
        cp -L "$library" "$work/root/usr/lib/"
    done < <(sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' "$work/libraries" | grep -v ld-linux)
    cp -L "$loader" "$work/root/lib64/"
}

# write_file PATH MODE: standard input becomes a file of the guest.
write_file() {
    mkdir -p "$work/root/$(dirname "$1")"
    cat >"$work/root/$1"
    chmod "$2" "$work/root/$1"
}

# add_scripts: what runs in the guest.
add_scripts() {
    write_file init 755 <<'GUEST'
#!/bin/sh
# First process: devices, network, disk; then busybox init keeps the services of /etc/inittab.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
mkdir -p /dev/pts /dev/shm /dev/virtio-ports
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
mkdir -p /run/lock
while read -r module; do insmod "/lib/modules/$module.ko"; done </lib/modules/order
hostname tiny
ip link set lo up
ip link set eth0 up && ip addr add 10.0.2.15/24 dev eth0 && ip route add default via 10.0.2.2
# The disk's probe may finish a moment after its driver was loaded.
n=0
until [ -b /dev/vda1 ] || [ $n -ge 50 ]; do sleep 0.1; n=$((n + 1)); done
mount -t ext4 -o noatime,discard /dev/vda1 /mnt/disk
# The names that udev would give to the virtio ports.
for port in /sys/class/virtio-ports/*; do
    [ -r "$port/name" ] && ln -sf "../${port##*/}" "/dev/virtio-ports/$(cat "$port/name")"
done
exec /sbin/init
GUEST
    write_file etc/inittab 644 <<'GUEST'
::once:/usr/sbin/services
tty1::respawn:-/bin/dash
ttyS0::respawn:-/bin/dash
::respawn:/usr/bin/nc -ll -p 7777 -e /usr/sbin/run-line
::respawn:/usr/sbin/httpd -f -p 8080 -h /www
::respawn:/usr/sbin/agent
::ctrlaltdel:/sbin/reboot
::shutdown:/bin/umount -a -r
GUEST
    write_file usr/sbin/run-line 755 <<'GUEST'
#!/bin/sh
# One connection on port 7777: one line in, its output back.
IFS= read -r line && eval "$line" 2>&1
GUEST
    write_file usr/sbin/agent 755 <<'GUEST'
#!/bin/sh
# Without the port there is nothing to serve; sleeping keeps init from starting us in a loop.
port=/dev/virtio-ports/org.qemu.guest_agent.0
[ -e $port ] || exec sleep 2147483647
exec qemu-ga -m virtio-serial -p $port -t /run
GUEST
    write_file usr/sbin/services 755 <<'GUEST'
#!/bin/sh
# Says that the guest is ready once both TCP services listen (1E61 = 7777, 1F90 = 8080).
# The power button of the machine.
acpid -l /dev/null
until grep -q ':1E61 .* 0A ' /proc/net/tcp /proc/net/tcp6 &&
    grep -q ':1F90 .* 0A ' /proc/net/tcp /proc/net/tcp6; do sleep 0.1; done
while [ -e /dev/virtio-ports/org.qemu.guest_agent.0 ] && [ ! -e /run/qga.state ]; do
    sleep 0.1
done
echo cloudlet-guest-ready >/dev/ttyS0
GUEST
    # The guest agent calls shutdown, which busybox does not have.
    write_file sbin/shutdown 755 <<'GUEST'
#!/bin/sh
case " $* " in *' -r '*) exec /sbin/reboot ;; *) exec /sbin/poweroff ;; esac
GUEST
    write_file etc/acpi/PWRF/00000080 755 <<'GUEST'
#!/bin/sh
exec /sbin/poweroff
GUEST
    write_file etc/profile 644 <<'GUEST'
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=linux PS1='root@tiny# '
cd /root
[ "$(tty)" = /dev/tty1 ] && clear
GUEST
    printf 'root:x:0:0:root:/root:/bin/sh\n' | write_file etc/passwd 644
    printf 'root:x:0:\n' | write_file etc/group 644
    printf '127.0.0.1 localhost tiny\n' | write_file etc/hosts 644
    printf 'nameserver 10.0.2.3\n' | write_file etc/resolv.conf 644
    printf 'NAME="Cloudlet tiny guest"\nID=cloudlet-tiny\nPRETTY_NAME="Cloudlet tiny guest"\n' |
        write_file etc/os-release 644
    printf '<!doctype html><title>tiny</title><p>cloudlet tiny guest\n' |
        write_file www/index.html 644
}

# build_root: root/, the guest's file system in memory.
build_root() {
    local applet module
    loaded=()
    # /bin, /sbin and /lib lead into /usr, as Debian's libraries expect.
    mkdir -p "$work/root"/{usr/bin,usr/sbin,usr/lib,dev,proc,sys,tmp,run,root,etc,www,mnt/disk,var}
    ln -s usr/bin "$work/root/bin"
    ln -s usr/sbin "$work/root/sbin"
    ln -s usr/lib "$work/root/lib"
    ln -s ../run "$work/root/var/run"
    ln -s ../tmp "$work/root/var/tmp"
    mkdir "$work/root/lib/modules"
    cp "$work/files/bin/busybox" "$work/root/usr/bin/busybox"
    # The applet list names each link's folder; "bin/x" and "usr/bin/x" are the same place here.
    for applet in $("$work/root/usr/bin/busybox" --list-full); do
        case $applet in
            *sbin/*) ln -sf ../bin/busybox "$work/root/usr/sbin/${applet##*/}" ;;
            */busybox) ;;
            *) ln -sf busybox "$work/root/usr/bin/${applet##*/}" ;;
        esac
    done
    for module in virtio_pci virtio_blk virtio_net virtio_console virtio_rng virtio_balloon evdev \
        button
    do
        add_module "$module"
    done
    add_programs
    add_scripts
}

# build_disk FILE BYTES: the disk with GRUB, the kernel and root/ as its initramfs.
build_disk() {
    local boot=$work/disk/boot
    mkdir -p "$boot/grub"
    cp "$work"/kernel/boot/vmlinuz-* "$boot/vmlinuz"
    find "$work/root" -exec touch -h -d "@$build_time" {} +
    (cd "$work/root" && find . -print0 | LC_ALL=C sort -z |
        cpio --null -o -H newc -R 0:0 --reproducible --quiet) |
        gzip -n -9 >"$boot/initrd.img"
    cat >"$boot/grub/grub.cfg" <<'GUEST'
set options="net.ifnames=0 init_on_free=1 quiet mitigations=off nowatchdog nokaslr"
linux /boot/vmlinuz rdinit=/init console=ttyS0 console=tty0 $options
initrd /boot/initrd.img
boot
GUEST
    find "$work/disk" -exec touch -h -d "@$build_time" {} +
    # e2fsprogs takes the time for its superblock from here.
    E2FSPROGS_FAKE_TIME=$build_time SOURCE_DATE_EPOCH=$build_time \
        image_make "$work/disk" "$1" "$2" inodes=8192 journal=4 seed=cloudlet-tiny
    E2FSPROGS_FAKE_TIME=$build_time SOURCE_DATE_EPOCH=$build_time \
        image_normalise "$work/disk" "$1" "$build_time"
}

main() {
    [[ $# -ge 1 && $# -le 2 && $1 != -* ]] || image_fail "Usage: ${0##*/} OUT.raw [SIZE=256M]"
    local out=$1 bytes
    bytes=$(image_size "${2:-256M}" 64)
    image_check_tools
    image_need apt-get apt
    image_need dpkg-deb dpkg
    image_need cpio cpio
    image_check_output "$out"
    work=$(mktemp -d "${CLOUDLET_TMPDIR:-${TMPDIR:-/var/tmp}}/cloudlet_tiny.XXXXXX" 2>/dev/null) ||
        image_fail "No temporary folder could be made; set CLOUDLET_TMPDIR to a writable folder."
    part=$out.part
    fetch_packages
    unpack_packages
    build_root
    build_disk "$part" "$bytes"
    image_publish "$part" "$out"
    part=
}

main "$@"
