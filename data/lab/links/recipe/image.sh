#!/bin/bash
# Starts a BuildKit of its own and makes the image that the situations of s_docker.py build from: Debian with
# compilers for three machines and musl. Usage: image.sh LAB {start|stop}; root, Debian 12, two minutes.
set -euo pipefail
lab=$1
engine=$(dirname "$0")/../../../avx512-link/recipe/lab
image=localhost/build-links:bookworm
mkdir -p "$lab"
[ "$2" = start ] || exec "$engine/engine.sh" "$lab" stop
. "$engine/apt-private.sh"
"$engine/engine.sh" "$lab" start
"$engine/docker.sh" "$lab" image inspect "$image" > /dev/null 2>&1 && exit
[ -e "$lab/apt-bookworm/apt.conf" ] || apt_private "$lab/apt-bookworm" bookworm amd64
apt_fetch "$lab/apt-bookworm" debootstrap
dpkg -x "$lab"/apt-bookworm/debs/debootstrap_*.deb "$lab/debootstrap"
rootfs=$lab/links-rootfs
compilers=gcc,libc6-dev,make,musl-tools,gcc-aarch64-linux-gnu,libc6-dev-arm64-cross,gcc-arm-linux-gnueabihf,libc6-dev-armhf-cross
rm -rf --one-file-system "$rootfs" # what an interrupted run left
DEBOOTSTRAP_DIR=$lab/debootstrap/usr/share/debootstrap "$lab/debootstrap/usr/sbin/debootstrap" --variant=minbase \
    "--include=$compilers" bookworm "$rootfs" "$(machine_mirror)" > "$lab/links-rootfs.log"
rm -rf "$rootfs"/var/cache/apt/* "$rootfs"/var/lib/apt/lists/* "$rootfs"/usr/share/{doc,man,locale,info} \
    "$rootfs"/etc/apt/sources.list* "$rootfs"/etc/{hostname,resolv.conf} "$rootfs"/var/log/*
tar -C "$rootfs" --exclude='./proc/*' --exclude='./sys/*' --exclude='./dev/*' --exclude='./tmp/*' -c . |
    "$engine/docker.sh" "$lab" import --platform linux/amd64 --change 'ENV LC_ALL=C' - "$image" > /dev/null
