#!/bin/bash
# Unpacks what Debian 12 does not have under one root: musl 1.2.5 of trixie for three machines,
# glibc's headers of trixie, and jemalloc's archive for arm64. Private apt states with the machine's own mirror; nothing is
# installed. TOOLCHAINS names the folder for make.py.
set -euo pipefail
TOOLCHAINS=${TOOLCHAINS:-/tmp/links-toolchains}
. "$(dirname "$0")/../../../avx512-link/recipe/lab/apt-private.sh"

unpack() { # suite architecture package...
    local suite=$1 arch=$2 deb; shift 2
    local state=$TOOLCHAINS/apt-$suite-$arch
    apt_private "$state" "$suite" "$arch"
    apt_fetch "$state" "$@"
    mkdir -p "$TOOLCHAINS/$suite-$arch"
    for deb in "$state/debs"/*.deb; do dpkg -x "$deb" "$TOOLCHAINS/$suite-$arch"; done
}

for arch in amd64 arm64 armhf; do
    unpack trixie "$arch" musl musl-dev
done
unpack trixie amd64 libc6-dev
unpack bookworm armhf libjemalloc-dev
unpack bookworm arm64 cpp-12 libc6 libgcc-s1 libstdc++6 libmpc3 libmpfr6 libgmp10 libisl23 zlib1g libzstd1
