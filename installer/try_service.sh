#!/bin/bash
# Tries resources/systemd/synthesis_server.service as it is, under a systemd of its own: in new
# namespaces, over this machine's root, whose files stay as they are. An overlay is pushed to the
# service; the service is killed, comes back, and is stopped; what is left of it is shown.
#
# Usage, as root: installer/try_service.sh BUILD CATALOG OVERLAY
#   BUILD    a build folder with cloudlet, cloudletfs, cloudlet-qemu, synthesis_server
#   CATALOG  a catalog that holds the overlay's base; a copy of it is used
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)

# In the new namespaces: becomes systemd, with the service alone to start.
become_systemd() {
    local root=$4/root
    mount --make-rprivate /
    mount -t tmpfs tmpfs "$4"
    mkdir "$4"/{upper,work,root}
    mount -t overlay overlay -o "lowerdir=/,upperdir=$4/upper,workdir=$4/work" "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/run"
    mount -t tmpfs tmpfs "$root/tmp"
    local program
    for program in synthesis_server/synthesis_server cloudlet/cloudlet; do
        cp "$1/app/$program" "$root/usr/bin"
    done
    cp "$1"/cloudletfs/cloudlet{fs,-qemu} "$root/usr/bin"
    chroot "$root" groupadd --system --force kvm
    chroot "$root" useradd --system --home-dir /var/lib/cloudlet --groups kvm cloudlet
    cp -a --sparse=always "$2" "$root/var/lib/cloudlet"
    chroot "$root" chown -R cloudlet: /var/lib/cloudlet
    cp "$3" "$root/srv/app.cloudlet"
    rm -rf "$root"/etc/systemd/system/*.wants
    cp "$top/resources/systemd/synthesis_server.service" "$root/etc/systemd/system"
    printf '[Unit]\nWants=synthesis_server.service\n' >"$root/etc/systemd/system/try.target"
    printf '[Unit]\n' >"$root/etc/systemd/system/network-online.target"
    ip link set lo up
    exec env -i container=try PATH="$PATH" chroot "$root" /lib/systemd/systemd --system \
        --unit=try.target --show-status=no
}

inside() { timeout 120 nsenter --target "$manager" --all --root --wd "$@"; }
client() {
    inside env XDG_DATA_HOME=/tmp/client DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent "$@"
}
until_it_listens() {
    for _ in $(seq 60); do
        inside grep -qs ':1F55 .* 0A ' /proc/net/tcp6 && return  # port 8021
        sleep 1
    done
    inside systemctl status --no-pager synthesis_server
    exit 1
}
what_is_left() {
    inside sh -c 'cd /; ls -A /var/lib/cloudlet/run; ps -u cloudlet -o args= | cut -c1-60'
}

if [[ ${1-} == --inside ]]; then become_systemd "${@:2}"; fi
[[ $# == 3 ]] || { sed -n 's/^# Usage/Usage/p' "$0" >&2; exit 2; }
folder=$(mktemp -d)
unshare --mount --pid --fork --uts --ipc --net --cgroup \
    "$0" --inside "$(realpath "$1")" "$(realpath "$2")" "$(realpath "$3")" "$folder" &
trap 'kill -KILL "${manager:-$!}"; wait; rmdir "$folder"' EXIT
for _ in $(seq 60); do
    manager=$(pgrep -P "$!" || true)
    grep -qs '^systemd$' "/proc/${manager:-none}/comm" && break
    sleep 1
done
until_it_listens
link=$(inside runuser -u cloudlet -- env CLOUDLET_CATALOG=/var/lib/cloudlet \
    synthesis_server --json pair --host 127.0.0.1 | sed 's/.*"link":"\([^"]*\)".*/\1/')
client cloudlet pair "$link" --name edge
client cloudlet push /srv/app.cloudlet --to edge --detach
echo "It runs:" && what_is_left
inside systemctl kill --signal=KILL --kill-who=main synthesis_server
until [[ $(inside systemctl show -P NRestarts synthesis_server) == 1 ]]; do sleep 1; done
until_it_listens
echo "Killed and back again, there is left:" && what_is_left
inside systemctl stop synthesis_server
echo "Stopped, there is left:" && what_is_left
