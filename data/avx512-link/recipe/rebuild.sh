#!/bin/bash
# Rebuilds data/avx512-link/ from nothing: `make lab-incident`, or: rebuild.sh [CASE...]   (all cases where none is named)
#
# A private BuildKit and a toolchain image are set up in a folder of their own (LAB, by default one under /tmp); each case
# is built and run there, and takes its place here when all are done; data/SHA256SUMS is written anew and the engine
# stopped. LAB stays, so that a second run is quick. Up to an hour on two cores; 8 GB of disk; Debian's mirror, as the
# machine's own apt has it, is the only network.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
case_folders=$(dirname "$here")
lab=${LAB:-/tmp/avx512-link-lab}
out=$lab/out

main() {
    check_machine
    mkdir -p "$lab"
    "$here/lab/engine.sh" "$lab" start
    trap '"$here/lab/engine.sh" "$lab" stop' EXIT
    "$here/lab/docker.sh" "$lab" image inspect localhost/build-base:bookworm > /dev/null 2>&1 ||
        "$here/lab/base-image.sh" "$lab"
    "$here/lab/avx512-machine.sh" "$lab" fetch
    rm -rf "$out"
    mkdir -p "$out"
    PYTHONDONTWRITEBYTECODE=1 python3 "$here/build_cases.py" "$lab" "$out" "$@"
    "$here/lab/versions.sh" "$lab" > "$case_folders/versions.txt"
    take_over
    "$here/sums.sh"
}

check_machine() {
    [ "$(uname -s) $(uname -m)" = "Linux x86_64" ] || refuse "the lab needs Linux on x86_64; this is $(uname -s) on $(uname -m)"
    # shellcheck disable=SC1091
    . /etc/os-release
    [ "${ID:-} ${VERSION_ID:-}" = "debian 12" ] || refuse "the lab is made of Debian 12's packages; this is ${PRETTY_NAME:-another system}"
    [ "$(id -u)" = 0 ] || refuse "the lab runs a container engine of its own, which needs root"
    python3 -c 'import tomllib' 2> /dev/null || refuse "the lab needs python3 3.11 or newer"
    local program
    for program in patch script awk; do
        command -v "$program" > /dev/null || refuse "the lab needs the program $program; apt-get install patch bsdutils mawk"
    done
}

refuse() {
    echo "rebuild.sh: $1" >&2
    exit 2
}

take_over() {
    local folder
    for folder in "$out"/*/; do
        folder=$(basename "$folder")
        [ "$folder" = objects ] && continue
        rm -rf "${case_folders:?}/$folder"
        cp -r "$out/$folder" "$case_folders/"
    done
    cp -r "$out/objects" "$case_folders/"
    # What no case names any more.
    for folder in "$case_folders"/objects/*/; do
        folder=$(basename "$folder")
        grep -qF "objects/$folder/" "$case_folders"/*/case.toml || rm -r "$case_folders/objects/$folder"
    done
}

main "$@"
