#!/bin/bash
# Makes the toolchain image that every case builds from. Usage: base-image.sh LAB
#
#   /usr                 Debian bookworm amd64: rustc and cargo 1.65, std for three targets, cross gcc for arm64 and armhf
#   /opt/arm64-host      Debian's own arm64-HOSTED gcc that makes amd64 code, each program run by qemu-aarch64-static
#
# The second is what a builder on an arm64 machine has. It comes first in PATH, so that `x86_64-linux-gnu-gcc` is that
# compiler. Its refusal of -march=native is its own: nothing here is configured to refuse.
set -euo pipefail
lab=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
. "$here/apt-private.sh"

rootfs=$lab/rootfs
cross=/opt/arm64-host
image=localhost/build-base:bookworm

bookworm() {
    [ -e "$rootfs/.bookworm" ] && return
    [ -e "$lab/apt-bookworm/apt.conf" ] || apt_private "$lab/apt-bookworm" bookworm amd64
    apt_fetch "$lab/apt-bookworm" debootstrap
    dpkg -x "$lab"/apt-bookworm/debs/debootstrap_*.deb "$lab/debootstrap"
    rm -rf --one-file-system "$rootfs" # what an interrupted run left
    DEBOOTSTRAP_DIR=$lab/debootstrap/usr/share/debootstrap \
        "$lab/debootstrap/usr/sbin/debootstrap" --variant=minbase bookworm "$rootfs" "$(machine_mirror)" > "$lab/debootstrap.log"
    printf 'path-exclude=%s\n' '/usr/share/doc/*' '/usr/share/man/*' '/usr/share/locale/*' \
        > "$rootfs/etc/dpkg/dpkg.cfg.d/no-docs"
    cp /etc/resolv.conf "$rootfs/etc/resolv.conf"
    chroot "$rootfs" /bin/bash -euc '
        export DEBIAN_FRONTEND=noninteractive LC_ALL=C
        dpkg --add-architecture arm64
        dpkg --add-architecture armhf
        apt-get -qq update
        apt-get -qq install -y --no-install-recommends rustc cargo gcc libc6-dev binutils qemu-user-static \
            gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-arm-linux-gnueabihf libc6-dev-armhf-cross \
            libstd-rust-dev:arm64 libstd-rust-dev:armhf
        apt-get clean
    ' > "$lab/rootfs.log" 2>&1
    touch "$rootfs/.bookworm"
}

# Unpacked, not installed: the arm64 packages hold the same paths as the amd64 ones.
arm64_hosted_gcc() {
    [ -e "$rootfs$cross/.complete" ] && return
    apt_private "$lab/apt-arm64" bookworm arm64
    APT_CONFIG="$lab/apt-arm64/apt.conf" apt-get -qq install -y --download-only --no-install-recommends gcc-x86-64-linux-gnu libc6-dev-amd64-cross
    mkdir -p "$rootfs$cross"
    for deb in "$lab"/apt-arm64/cache/archives/*.deb; do
        dpkg -x "$deb" "$rootfs$cross"
    done
    rm -rf "$rootfs$cross"/usr/share/{doc,man,locale,info}
    run_programs_by_qemu
    touch "$rootfs$cross/.complete"
}

# The driver starts cc1, as, collect2 and ld by execve, which knows nothing of qemu: each ELF program is moved aside and
# a two-line script takes its name. (binfmt_misc would do the same for the whole machine; this stays inside the image.)
run_programs_by_qemu() {
    local program inside
    find "$rootfs$cross/usr" -type f -perm /111 |
        while read -r program; do
            case "$program" in *.so | *.so.*) continue ;; esac
            [ "$(head -c 4 "$program" | tail -c 3)" = ELF ] || continue
            mv "$program" "$program.aarch64"
            inside=${program#"$rootfs"}
            printf '#!/bin/sh\nexec /usr/bin/qemu-aarch64-static -L %s -0 "$0" %s.aarch64 "$@"\n' "$cross" "$inside" > "$program"
            chmod 755 "$program"
        done
}

# Nothing in the image names a mirror or this machine.
forget_origins() {
    rm -rf "$rootfs"/etc/apt/sources.list* "$rootfs"/etc/resolv.conf "$rootfs"/etc/hostname "$rootfs"/var/lib/apt/lists/* \
        "$rootfs"/var/log/* "$rootfs"/var/cache/* "$rootfs"/var/lib/dpkg/*-old
    mkdir -p "$rootfs"/var/cache/apt/archives/partial "$rootfs"/var/lib/apt/lists/partial
}

import() {
    tar -C "$rootfs" --exclude='./proc/*' --exclude='./sys/*' --exclude='./dev/*' --exclude='./tmp/*' -c . |
        "$here/docker.sh" "$lab" import --platform linux/amd64 \
            --change "ENV PATH=$cross/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
            --change 'ENV LC_ALL=C CARGO_HOME=/usr/local/cargo' - "$image"
}

bookworm
arm64_hosted_gcc
forget_origins
import
