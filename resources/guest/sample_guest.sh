# shellcheck shell=bash
# What the sample guest holds besides its packages. Sourced by build_sample_disk.sh, which sets
# $layer (the folder that is copied over the guest's root) and $work (its temporary folder).

# guest_file PATH [MODE]: standard input becomes a file of the guest, in the folder $layer.
guest_file() {
    mkdir -p "$layer/$(dirname "$1")"
    cat >"$layer/$1"
    chmod "${2:-644}" "$layer/$1"
}

# initramfs_files: must be there before the kernel package makes its initramfs.
initramfs_files() {
    # A short list of drivers instead of "most": the boot loader reads the file through the BIOS,
    # slowly. gzip, because zstd saves only 7 % here and boots no faster.
    guest_file etc/initramfs-tools/conf.d/cloudlet <<'GUEST'
MODULES=list
COMPRESS=gzip
FSTYPE=ext4
RESUME=none
GUEST
    guest_file etc/initramfs-tools/hooks/cloudlet 755 <<'GUEST'
#!/bin/sh
# The drivers between a virtual machine's BIOS and its root file system.
[ "$1" = prereqs ] && exit 0
. /usr/share/initramfs-tools/hook-functions
manual_add_modules virtio_pci virtio_blk virtio_scsi sd_mod ahci nvme
GUEST
}

boot_files() {
    # No menu: the links at the top always name the newest installed kernel.
    guest_file boot/grub/grub.cfg <<'GUEST'
set timeout=0
menuentry "Debian" {
    set options="net.ifnames=0 init_on_free=1 quiet mitigations=off nowatchdog"
    linux /vmlinuz root=LABEL=root ro console=ttyS0 console=tty0 $options
    initrd /initrd.img
}
GUEST
    # Freed blocks go back to the host at once; no access times, so reading writes nothing.
    guest_file etc/fstab <<'GUEST'
LABEL=root / ext4 rw,noatime,discard,errors=remount-ro 0 0
GUEST
    # graphical.target comes after multi-user.target, so everything else has started by then.
    guest_file etc/systemd/system/cloudlet-ready.service <<'GUEST'
[Unit]
Description=Tell the host that the guest has booted
After=multi-user.target ssh.service qemu-guest-agent.service

[Service]
Type=oneshot
ExecStart=-/bin/sh -c 'echo cloudlet-guest-ready >/dev/ttyS0'

[Install]
WantedBy=graphical.target
GUEST
}

network_files() {
    guest_file etc/hostname <<<sample
    guest_file etc/hosts <<'GUEST'
127.0.0.1 localhost
127.0.1.1 sample
::1 localhost ip6-localhost ip6-loopback
GUEST
    guest_file etc/resolv.conf <<<'nameserver 10.0.2.3'
    # The fixed address answers at once on QEMU's user network; DHCP, with the better metric,
    # makes the guest work on any other network too. A guest that resumes after weeks keeps its
    # address although the lease has run out.
    guest_file etc/systemd/network/10-eth.network <<'GUEST'
[Match]
Name=eth0

[Network]
Address=10.0.2.15/24
DHCP=ipv4
KeepConfiguration=dhcp
LinkLocalAddressing=no
IPv6AcceptRA=no

[Route]
Gateway=10.0.2.2
Metric=4096

[DHCPv4]
RouteMetric=100
GUEST
    guest_file etc/ssh/sshd_config.d/cloudlet.conf <<'GUEST'
# The root password is public knowledge: it opens the console, never the network.
PermitRootLogin prohibit-password
GUEST
}

console_files() {
    guest_file etc/systemd/system/getty@tty1.service.d/autologin.conf <<'GUEST'
[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin root --noclear %I $TERM
GUEST
    guest_file etc/systemd/system/serial-getty@ttyS0.service.d/autologin.conf <<'GUEST'
[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin root --keep-baud 115200,57600,38400,9600 %I $TERM
GUEST
    guest_file etc/default/locale <<<'LANG=C.UTF-8'
    guest_file etc/motd <<'GUEST'

Cloudlet sample guest: Debian 12. Change it as you like; what you change becomes the overlay.

GUEST
}

system_files() {
    # The guest's apt goes where the host's goes, without the host's passwords and proxies.
    sed -E 's/ +\[[^]]*\]//; s,://[^/@ ]*@,://,' "$work/sources.list" |
        guest_file etc/apt/sources.list.d/debian.list
    # The log stays in memory: a guest at rest does not write to its disk.
    guest_file etc/systemd/journald.conf.d/cloudlet.conf <<'GUEST'
[Journal]
Storage=volatile
RuntimeMaxUse=8M
GUEST
}

# Timers and services that would wake a resumed guest, write to its disk or lengthen its boot,
# for nothing.
readonly masked_units=(
    apt-daily.timer apt-daily.service apt-daily-upgrade.timer apt-daily-upgrade.service
    e2scrub_all.timer e2scrub_reap.service fstrim.timer dpkg-db-backup.timer man-db.timer
    systemd-timesyncd.service systemd-networkd-wait-online.service systemd-tmpfiles-clean.timer
    systemd-pstore.service systemd-journal-flush.service systemd-binfmt.service
    proc-sys-fs-binfmt_misc.automount systemd-network-generator.service dev-hugepages.mount
    sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount
    modprobe@configfs.service modprobe@dm_mod.service modprobe@drm.service modprobe@loop.service
    modprobe@efi_pstore.service
)

# write_chroot_script: mmdebstrap runs it inside the installed system.
write_chroot_script() {
    cat >"$work/in_chroot" <<GUEST
set -eu
systemctl --quiet enable systemd-networkd.service cloudlet-ready.service
systemctl --quiet mask ${masked_units[*]}
echo root:cloudlet | chpasswd
GUEST
}
