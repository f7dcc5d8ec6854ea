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
unpack bullseye amd64 ccache
unpack bookworm arm64 cpp-12 libc6 libgcc-s1 libstdc++6 libmpc3 libmpfr6 libgmp10 libisl23 zlib1g libzstd1

build_jemalloc() {
    local state=$TOOLCHAINS/apt-source target=$TOOLCHAINS/jemalloc-arm64/usr/lib
    apt_private "$state" bookworm amd64
    sed 's/^deb /deb-src /' "$state/etc/sources.list" > "$state/etc/source" && cat "$state/etc/source" >> "$state/etc/sources.list"
    APT_CONFIG="$state/apt.conf" apt-get -qq update
    (cd "$state/debs" && APT_CONFIG="$state/apt.conf" apt-get -qq --download-only source jemalloc && tar xf jemalloc_*.orig.tar.*)
    (cd "$state/debs"/jemalloc-*/ &&
        ./configure --host=aarch64-linux-gnu --with-lg-page=12 --disable-cxx --disable-libdl --disable-shared &&
        make -j "$(nproc)" lib/libjemalloc.a) > "$state/log" 2>&1
    mkdir -p "$target" && cp "$state/debs"/jemalloc-*/lib/libjemalloc.a "$target"
}
[ -e "$TOOLCHAINS/jemalloc-arm64" ] || build_jemalloc
