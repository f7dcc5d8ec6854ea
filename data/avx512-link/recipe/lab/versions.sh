#!/bin/bash
# Prints the versions of all that took part. Usage: versions.sh LAB
set -euo pipefail
lab=$(realpath "$1")

packages() {
    local deb
    for deb in "$@"; do
        dpkg-deb --showformat '${Package} ${Version} ${Architecture}\n' --show "$deb"
    done | LC_ALL=C sort -u
}

echo "# The engine: Debian sid, runc of bookworm"
packages "$lab"/apt-sid/debs/*.deb "$lab"/apt-bookworm/debs/runc_*.deb
echo
echo "# The toolchain image: Debian bookworm; cross compilers, Rust and qemu"
chroot "$lab/rootfs" dpkg-query --show --showformat '${Package} ${Version} ${Architecture}\n' \
    rustc cargo 'libstd-rust-*' 'gcc-12*' 'binutils*' 'libc6*' qemu-user-static dash |
    awk 'NF == 3' | LC_ALL=C sort -u
echo
echo "# /opt/arm64-host of the image: the arm64-hosted compiler of amd64 code, run by qemu-aarch64-static"
packages "$lab"/apt-arm64/cache/archives/{gcc-12-x86-64-linux-gnu,cpp-12-x86-64-linux-gnu,binutils-x86-64-linux-gnu,libc6-dev-amd64-cross}_*.deb
echo
echo "# The machine with AVX-512"
packages "$lab"/apt-bochs/debs/*.deb
