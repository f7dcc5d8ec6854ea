#!/bin/bash
# Rebuilds data/ with real compilers, linkers and a real BuildKit: `make lab`, or: tools/lab.sh [PART...]
#
#   links fixes loaders wrappers nvlink    what `make lab` makes: minutes
#   incident                               data/avx512-link: up to an hour
#   linkers                                data/lab/linkers: every linker of four Debian suites
#   builders                               data/lab/builders: every form of every builder
#
# Needs Debian 12 on amd64, root, and the packages that it names where one is absent; Debian's mirror, as the machine's own
# apt has it, is the only network. What is fetched lies below LAB (default /tmp/diag-lab) and stays, so that a second run
# is quick; nothing is installed. Each part tells how long it took; a part that fails does not stop the others. At the end:
# what is now otherwise than committed, and why (tools/lab_diff.py).
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
folder=${LAB:-/tmp/diag-lab}
# A make below `make lab` would call itself make[1], and say where it goes.
unset MAKELEVEL MAKEFLAGS MFLAGS MAKEOVERRIDES
export TOOLCHAINS=${TOOLCHAINS:-$folder/toolchains} PYTHONDONTWRITEBYTECODE=1
engine=$folder/engine

# Debian packages, and a program of each that tells whether it is there; bash and coreutils go without saying.
packages='gcc:gcc g++:g++ gcc-11:gcc-11 clang:clang lld:ld.lld mold:mold make:make cmake:cmake gfortran:gfortran golang-go:go
    musl-tools:musl-gcc qemu-user-static:qemu-aarch64-static binutils:ld.gold pkg-config:pkg-config ninja-build:ninja patch:patch
    g++-aarch64-linux-gnu:aarch64-linux-gnu-g++ g++-arm-linux-gnueabihf:arm-linux-gnueabihf-g++
    g++-riscv64-linux-gnu:riscv64-linux-gnu-g++ bsdutils:script dash:dash'
# Headers and libraries of 32 bits on amd64 have no program.
libraries='libc6-dev-i386 lib32gcc-12-dev lib32stdc++-12-dev'

refuse() {
    echo "lab.sh: $1" >&2
    exit 2
}

check_machine() {
    [ "$(uname -s) $(uname -m)" = "Linux x86_64" ] || refuse "the lab needs Linux on x86_64; this is $(uname -s) on $(uname -m)"
    # shellcheck disable=SC1091
    . /etc/os-release
    [ "${ID:-} ${VERSION_ID:-}" = "debian 12" ] || refuse "the lab is made of Debian 12's packages; this is ${PRETTY_NAME:-another system}"
    [ "$(id -u)" = 0 ] || refuse "the lab runs a container engine of its own, which needs root"
}

check_packages() {
    local pair absent=
    for pair in $packages; do
        command -v "${pair#*:}" > /dev/null || absent+=" ${pair%%:*}"
    done
    for pair in $libraries; do
        dpkg-query -W -f '${Status}' "$pair" 2> /dev/null | grep -q 'ok installed' || absent+=" $pair"
    done
    [ -z "$absent" ] || refuse "absent: apt-get install --no-install-recommends$absent"
    PATH=$PATH:$HOME/.cargo/bin command -v cargo > /dev/null || refuse "absent: cargo and rustc (1.95 made what is here)"
}

links() {
    bash data/lab/links/recipe/fetch.sh && bash data/lab/links/recipe/image.sh "$engine" start || return
    LAB=$engine python3 data/lab/links/recipe/make.py
    local ended=$?
    bash data/lab/links/recipe/image.sh "$engine" stop
    return $ended
}

fixes() { python3 data/lab/fixes/recipe/make.py; }
loaders() { python3 data/lab/loaders/make_loaders.py; }
wrappers() { python3 data/lab/wrappers/make_wrappers.py; }
nvlink() {
    if ! command -v nvcc > /dev/null; then
        echo "left as it is, for want of CUDA's nvcc (13.0)"
        return
    fi
    python3 data/lab/nvlink/make_nvlink.py
}
incident() { LAB=$engine bash data/avx512-link/recipe/rebuild.sh; }
linkers() { LAB=$folder/linkers bash data/lab/linkers/fetch.sh && LAB=$folder/linkers python3 data/lab/linkers/recipe.py; }
builders() {
    local what=(buildkit legacy by_buildah old_docker clipped)
    if ! command -v buildah > /dev/null; then
        echo "buildah's logs are left as they are: it is not here (apt-get install --no-install-recommends buildah)"
        what=(buildkit legacy old_docker clipped)
    fi
    bash data/lab/builders/recipe/record.sh "$engine" data/lab/builders "${what[@]}" &&
        bash data/lab/builders/recipe/bare.sh data/lab/builders
}

main() {
    local part failed=
    local parts=("$@")
    [ $# -gt 0 ] || parts=(links fixes loaders wrappers nvlink)
    for part in "${parts[@]}"; do
        case $part in
            links | fixes | loaders | wrappers | nvlink | incident | linkers | builders) ;;
            *) refuse "no part of that name: $part" ;;
        esac
    done
    check_machine
    # The first incident is built in images alone.
    [ "${parts[*]}" = incident ] || check_packages
    mkdir -p "$folder"
    for part in "${parts[@]}"; do
        SECONDS=0
        echo "== $part"
        "$part" || failed+=" $part"
        echo "== $part: $((SECONDS / 60)) min $((SECONDS % 60)) s"
    done
    bash data/avx512-link/recipe/sums.sh
    [ ! -e .git ] || python3 tools/lab_diff.py --files || true
    [ -z "$failed" ] || refuse "failed:$failed"
}

main "$@"
