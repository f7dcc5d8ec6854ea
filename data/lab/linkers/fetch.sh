#!/bin/bash
# Unpacks the linkers that recipe.py runs below LAB (default /tmp/linkers): packages of four Debian
# suites, each from a private apt state with the machine's own mirror, none of them installed.
# Needs: root, gcc, make, binutils, lld-14 and mold of Debian 12, and gcc's cross binutils for
# arm64 and armhf. A suite moves on: README.md tells which versions the logs are of.
set -euo pipefail
LAB=${LAB:-/tmp/linkers}
. "$(dirname "$0")/../../avx512-link/recipe/lab/apt-private.sh"

unpack() { # suite package...
    local suite=$1 deb; shift
    apt_private "$LAB/apt-$suite" "$suite" amd64
    apt_fetch "$LAB/apt-$suite" "$@"
    mkdir -p "$LAB/roots/$suite"
    for deb in "$LAB/apt-$suite/debs"/*.deb; do dpkg -x "$deb" "$LAB/roots/$suite"; done
}

# Programs of a later suite are given that suite's loader and libraries. lld is run by the loader
# (toolbox.py); GNU ld and mold would then call themselves, or start, the loader.
patch_programs() { # suite program...
    local root=$LAB/roots/$1; shift
    for name in "$@"; do
        "$LAB/roots/bookworm/usr/bin/patchelf" --set-interpreter "$root/usr/lib64/ld-linux-x86-64.so.2" --force-rpath \
            --set-rpath "$root/usr/lib/x86_64-linux-gnu" "$root/usr/$name"
    done
}

common="binutils-x86-64-linux-gnu binutils-common libbinutils libctf0 libctf-nobfd0"
newer="$common libjansson4 libzstd1 zlib1g libc6 libstdc++6 libgcc-s1 mold
    libmimalloc3 libxxhash0 libtbb12 libedit2 libtinfo6 libbsd0 libmd0 libffi8 libz3-4 liblzma5"
unpack bookworm binutils-avr binutils-h8300-hms binutils-riscv64-linux-gnu binutils-s390x-linux-gnu \
    binutils-powerpc64le-linux-gnu lld-16 libllvm16 lld-19 libllvm19 libz3-4 \
    clang-14 libclang-common-14-dev libclang1-14 gcc-12-locales locales binutils-common make patchelf
unpack bullseye $common lld-11 libllvm11 lld-13 libllvm13 libffi7
unpack trixie $newer binutils-gold-x86-64-linux-gnu libsframe1 lld-18 libllvm18 binutils-avr libxml2 libicu76
unpack sid $newer libsframe3 libblake3-0 lld-22 libllvm22 libxml2-16
for suite in trixie sid; do
    patch_programs $suite bin/x86_64-linux-gnu-ld.bfd bin/mold
done
patch_programs trixie bin/avr-ld.bfd bin/x86_64-linux-gnu-ld.gold

# One locale, and one folder of catalogues for each version.
mkdir -p "$LAB/locales"
I18NPATH=$LAB/roots/bookworm/usr/share/i18n localedef -f UTF-8 -i en_US "$LAB/locales/en_US.UTF-8" || true
gcc -shared -fPIC "$(dirname "$0")/catalogues.c" -o "$LAB/catalogues.so" -ldl
for suite in bookworm bullseye trixie sid; do
    mkdir -p "$LAB/catalogues/$suite"
    for from in bookworm "$suite"; do
        (cd "$LAB/roots/$from/usr/share/locale" && find . -name gcc-12.mo -o -name make.mo -o -name ld.mo -o \
            -name bfd.mo -o -name gold.mo | xargs cp --parents -t "$LAB/catalogues/$suite")
    done
done
