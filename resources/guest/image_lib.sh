# shellcheck shell=bash
# image_lib.sh: turns a folder into a raw, sparse disk image that a PC BIOS boots, without root.
# Sourced by build_sample_disk.sh and tests/support/build_tiny_disk.sh.
#
#   sector 0        GRUB's boot.img (440 bytes of code), disk signature, one partition entry
#   sector 1..2047  GRUB's core.img, every module it needs inside
#   1 MiB .. end    ext4, label "root"; it holds /boot/grub/grub.cfg
#
# The sourcing script runs under `set -euo pipefail`. All messages go to stderr.

# mke2fs and debugfs live in sbin, which an ordinary user's PATH leaves out.
PATH="$PATH:/usr/sbin:/sbin"

readonly IMAGE_PARTITION_START=$((1024 * 1024))
readonly IMAGE_GRUB_FOLDER=${CLOUDLET_GRUB_FOLDER:-/usr/lib/grub/i386-pc}

# Spelt out rather than taken from the host's mke2fs.conf, so that every host makes the same
# file system. metadata_csum_seed and orphan_file stay out: GRUB 2.06 cannot read the first,
# e2fsprogs before 1.47 does not know the second.
readonly IMAGE_EXT4_FEATURES=none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,\
64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum

# image_fail SENTENCE: ends the script.
image_fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# image_need PROGRAM PACKAGE: fails unless PROGRAM can be run.
image_need() {
    command -v "$1" >/dev/null ||
        image_fail "The program $1 is missing; install the package $2 (apt-get install $2)."
}

# image_check_tools: everything that image_make calls, checked before any slow work.
image_check_tools() {
    image_need mke2fs e2fsprogs
    image_need debugfs e2fsprogs
    image_need grub-mkimage grub-common
    image_need fallocate util-linux
    [[ -r $IMAGE_GRUB_FOLDER/boot.img ]] ||
        image_fail "$IMAGE_GRUB_FOLDER/boot.img is missing; install the package grub-pc-bin."
}

# image_size TEXT MINIMUM_MIB: prints the bytes of "2G" or "256M", a whole number of MiB.
image_size() {
    local bytes
    bytes=$(numfmt --from=iec -- "$1" 2>/dev/null) || bytes=
    [[ $bytes =~ ^[0-9]+$ ]] ||
        image_fail "\"$1\" is not a disk size; write for example 2G or 512M."
    bytes=$(((bytes + 1048575) / 1048576 * 1048576))
    ((bytes >= $2 * 1048576)) ||
        image_fail "A disk of $1 is too small for this guest; give at least ${2}M."
    # The partition table counts 512-byte sectors in 32 bits.
    ((bytes <= 2047 * 1024 ** 3)) ||
        image_fail "A disk of $1 is too large for an MBR partition table; give at most 2047G."
    printf '%s\n' "$bytes"
}

# image_check_output FILE: fails unless FILE can be written beside its temporary twin.
image_check_output() {
    local folder
    folder=$(dirname -- "$1")
    [[ -d $folder ]] || image_fail "The folder $folder does not exist; create it first."
    [[ -w $folder ]] || image_fail "The folder $folder cannot be written; choose another one."
    [[ ! -d $1 ]] || image_fail "$1 is a folder; name the image file to be written."
}

# image_put_bytes FILE OFFSET HEX: overwrites a few bytes in place.
image_put_bytes() {
    # shellcheck disable=SC2001,SC2059  # the format is the data: \xNN escapes
    printf "$(sed 's/../\\x&/g' <<<"$3")" |
        dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# image_little32 NUMBER: four bytes, least significant first, as hex.
image_little32() {
    local n=$1
    printf '%02x%02x%02x%02x' $((n & 255)) $((n >> 8 & 255)) $((n >> 16 & 255)) $((n >> 24 & 255))
}

# image_write_boot FILE BYTES SIGNATURE_HEX SCRATCH: partition table and GRUB, no file system.
image_write_boot() {
    local file=$1 bytes=$2 signature=$3 scratch=$4 core
    local start=$((IMAGE_PARTITION_START / 512)) count=$(((bytes - IMAGE_PARTITION_START) / 512))
    # "(,msdos1)" = the first partition of the drive the BIOS booted from. All modules that
    # grub.cfg may use are inside, so nothing has to be found or loaded before the menu.
    grub-mkimage -O i386-pc -d "$IMAGE_GRUB_FOLDER" -p '(,msdos1)/boot/grub' \
        -o "$scratch/core.img" biosdisk part_msdos ext2 normal linux configfile search \
        search_label search_fs_uuid test echo ls cat halt reboot sleep minicmd serial terminal ||
        image_fail "grub-mkimage could not make the boot loader; reinstall grub-pc-bin."
    core=$(stat -c %s "$scratch/core.img")
    ((core <= IMAGE_PARTITION_START - 512)) ||
        image_fail "GRUB's core image ($core bytes) does not fit before the first partition."

    # Only 440 bytes: behind them lie the disk signature and the partition table.
    dd if="$IMAGE_GRUB_FOLDER/boot.img" of="$file" bs=440 count=1 conv=notrunc status=none
    # core.img finds its own rest at sector 2, where the next line puts it.
    dd if="$scratch/core.img" of="$file" bs=512 seek=1 conv=notrunc status=none
    image_put_bytes "$file" 440 "${signature}0000"
    # Active, type 0x83; the cylinder fields say "look at the sector numbers instead".
    image_put_bytes "$file" 446 \
        "80feffff83feffff$(image_little32 "$start")$(image_little32 "$count")"
    image_put_bytes "$file" 510 55aa
}

# image_make FOLDER FILE BYTES [inodes=N] [journal=MIB] [seed=TEXT]
# Writes FILE (which may be a name in a folder of its own: nothing is renamed here).
# The file system's UUID and the disk signature follow from seed, so that building twice gives
# the same identity; owners are those that this process sees, so call it inside the user
# name space that made FOLDER.
image_make() {
    local folder=$1 file=$2 bytes=$3 inodes=65536 journal=8 seed=cloudlet option scratch
    for option in "${@:4}"; do
        case $option in
            inodes=*) inodes=${option#*=} ;;
            journal=*) journal=${option#*=} ;;
            seed=*) seed=${option#*=} ;;
            *) image_fail "image_make does not know the option $option." ;;
        esac
    done
    local hash uuid need have
    hash=$(sha256sum <<<"$seed")
    uuid=${hash:0:8}-${hash:8:4}-4${hash:13:3}-a${hash:17:3}-${hash:20:12}

    need=$(du -s --block-size=1M -- "$folder" | cut -f1)
    have=$((bytes / 1048576 - 1 - journal - inodes / 4096))
    ((need * 105 / 100 <= have)) ||
        image_fail "The guest needs ${need} MiB and the disk has room for ${have};" \
            "give a larger size."

    scratch=$(mktemp -d "$(dirname -- "$file")/.grub.XXXXXX")
    rm -f -- "$file"
    truncate -s "$bytes" -- "$file"
    # Inode tables and journal are initialised now: a lazy kernel thread would write to the disk
    # of every guest minutes after its first boot. 4 KiB blocks match memory pages.
    # Reserved blocks (-m 0) only make sense where several users share a disk.
    if ! mke2fs -q -F -t ext4 -b 4096 -m 0 -L root -U "$uuid" -N "$inodes" -J size="$journal" \
        -O "$IMAGE_EXT4_FEATURES" -d "$folder" \
        -E "offset=$IMAGE_PARTITION_START,lazy_itable_init=0,lazy_journal_init=0,hash_seed=$uuid" \
        "$file" $(((bytes - IMAGE_PARTITION_START) / 1024))k 2>"$scratch/log"; then
        cat "$scratch/log" >&2
        rm -rf -- "$scratch"
        image_fail "mke2fs could not make the file system in $file (is the disk full?)."
    fi
    image_write_boot "$file" "$bytes" "${hash:32:8}" "$scratch"
    rm -rf -- "$scratch"
    # Zeroes that were written become holes again; a file system without holes keeps the zeroes.
    fallocate --dig-holes -- "$file" 2>/dev/null || true
}

# image_normalise FOLDER FILE EPOCH: inside FILE everything that came from FOLDER belongs to root
# and carries the time EPOCH. For images that an ordinary user makes without a name space.
image_normalise() {
    local folder=$1 file=$2 epoch=$3 path field
    while IFS= read -r -d '' path; do
        for field in uid gid; do
            printf 'set_inode_field "/%s" %s 0\n' "$path" "$field"
        done
        for field in atime ctime mtime crtime; do
            printf 'set_inode_field "/%s" %s @%s\n' "$path" "$field" "$epoch"
        done
        for field in atime_extra ctime_extra mtime_extra crtime_extra; do
            printf 'set_inode_field "/%s" %s 0\n' "$path" "$field"
        done
    done < <(find "$folder" -mindepth 1 -printf '%P\0'; printf '.\0lost+found\0') |
        debugfs -w -f - "$file?offset=$IMAGE_PARTITION_START" >/dev/null 2>&1 ||
        image_fail "debugfs could not set the owners in $file."
}

# image_publish PART OUT: makes the finished image visible under its name, in one step.
image_publish() {
    # In the background: a trap runs during "wait" at once, but only after a foreground command,
    # and writing out a file may take long on a busy disk.
    sync -- "$1" &
    if ! wait "$!" || ! mv -f -- "$1" "$2"; then
        image_fail "$2 could not be written; check the disk's free space."
    fi
}
