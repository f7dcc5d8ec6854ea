#!/bin/bash
# Records the same builds in every form that BuildKit, the legacy builder and buildah print: see ../README.md.
# Usage: record.sh LAB OUT [WHAT...]; LAB, a folder for the engine and its images (that of data/avx512-link/recipe/rebuild.sh
# serves too; the engine is started and stopped here), WHAT of: buildkit legacy by_buildah old_docker clipped (all, where none is named). Needs root on Debian 12, amd64,
# and `apt-get install buildah`; about ten minutes on two cores.
set -euo pipefail
lab=$(realpath -m "$1")
out=$(realpath -m "$2")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
engine=$here/../../../avx512-link/recipe/lab
image=localhost/build-gcc:bookworm
context=$here/context
. "$engine/apt-private.sh"

docker() { "$engine/docker.sh" "$lab" "$@"; }

# Debian with a C compiler for two architectures; nothing in it names a mirror.
base_image() {
    local rootfs=$lab/gcc-rootfs
    docker image inspect "$image" > /dev/null 2>&1 && return
    if [ ! -e "$lab/debootstrap" ]; then
        [ -e "$lab/apt-bookworm/apt.conf" ] || apt_private "$lab/apt-bookworm" bookworm amd64
        apt_fetch "$lab/apt-bookworm" debootstrap
        dpkg -x "$lab"/apt-bookworm/debs/debootstrap_*.deb "$lab/debootstrap"
    fi
    rm -rf --one-file-system "$rootfs" # what an interrupted run left
    DEBOOTSTRAP_DIR=$lab/debootstrap/usr/share/debootstrap "$lab/debootstrap/usr/sbin/debootstrap" --variant=minbase \
        --include=gcc,libc6-dev,make,gcc-aarch64-linux-gnu,libc6-dev-arm64-cross bookworm "$rootfs" "$(machine_mirror)" \
        > "$lab/gcc-rootfs.log"
    rm -rf "$rootfs"/var/cache/apt/* "$rootfs"/var/lib/apt/lists/* "$rootfs"/usr/share/{doc,man,locale,info} \
        "$rootfs"/etc/apt/sources.list* "$rootfs"/etc/{hostname,resolv.conf} "$rootfs"/var/log/*
    tar -C "$rootfs" --exclude='./proc/*' --exclude='./sys/*' --exclude='./dev/*' --exclude='./tmp/*' -c . |
        docker import --platform linux/amd64 --change 'ENV LC_ALL=C' - "$image" > /dev/null
}

# build CASE FORM OPTION...: one build, printed in FORM, and its messages as the engine kept them.
build() {
    local case=$1 form=$2
    shift 2
    local command=("$engine/docker.sh" "$lab" buildx build --network=none "--progress=$form" "$@" -f "Dockerfile.$case" .)
    cd "$context"
    case $form in
        tty) script -q -e -c "stty cols 100 rows 40; ${command[*]@Q}" /dev/null < /dev/null > "$out/$case.tty.log" 2>&1 || true ;;
        *) "${command[@]}" > "$out/$case.$form.log" 2>&1 || true ;;
    esac
    docker buildx history logs --progress=rawjson > "$out/$case.$form.rawjson" 2>&1 || true
}

buildkit() {
    local form
    for form in plain tty rawjson; do
        build multi "$form" --no-cache --platform linux/amd64,linux/arm64
        build single "$form" --no-cache
        build ok "$form" --no-cache
        build cached "$form"
    done
}

# The engine takes the limit from its environment; 4 KiB keep the recorded log small.
clipped() {
    "$engine/engine.sh" "$lab" stop
    BUILDKIT_STEP_LOG_MAX_SIZE=4096 "$engine/engine.sh" "$lab" start
    local form
    for form in plain tty rawjson; do
        build clipped "$form" --no-cache
    done
}

legacy() {
    local case
    cd "$context"
    for case in single ok; do
        DOCKER_BUILDKIT=0 docker build --network=none --no-cache -f "Dockerfile.$case" . > "$out/$case.legacy.log" 2>&1 || true
    done
    DOCKER_BUILDKIT=0 docker build --network=none -f Dockerfile.ok . > "$out/cached.legacy.log" 2>&1 || true
}

# buildah keeps images of its own; every instruction copies the whole image (vfs).
buildah_() { buildah --root "$lab/buildah/root" --runroot "$lab/buildah/run" --storage-driver vfs "$@"; }

bud() {
    local name=$1
    shift
    (cd "$context" && buildah_ bud --isolation chroot --network host --pull-never "$@" .) > "$out/$name.buildah.log" 2>&1 || true
}

# For linux/arm64 the same files under another name: what runs in them is cross gcc, as on a machine that emulates.
buildah_images() {
    buildah_ inspect --type image "$image" > /dev/null 2>&1 && return
    mkdir -p "$lab/buildah"
    docker save -o "$lab/buildah/base.tar" "$image"
    buildah_ pull -q "docker-archive:$lab/buildah/base.tar"
    rm "$lab/buildah/base.tar"
    buildah_ from --name for-arm64 "$image"
    buildah_ config --arch arm64 for-arm64
    buildah_ commit -q for-arm64 localhost/build-gcc:arm64
    buildah_ rm for-arm64
    buildah_ manifest create localhost/build-gcc:multi
    buildah_ manifest add localhost/build-gcc:multi "$image"
    buildah_ manifest add localhost/build-gcc:multi localhost/build-gcc:arm64
}

by_buildah() {
    buildah_images > /dev/null 2>&1
    bud single -f Dockerfile.single
    bud ok -f Dockerfile.ok
    bud layers --layers --no-cache -f Dockerfile.ok
    bud cached --layers -f Dockerfile.ok
    bud parallel --jobs 4 --platform linux/amd64,linux/arm64 -f Dockerfile.parallel
    bud no-image -f Dockerfile.no-image
}

# Docker 20.10 of Debian 12: BuildKit 0.8 prints a digest under each header.
old_docker() {
    local root=$lab/docker20-root run=$lab/docker20-run pid case
    if [ ! -e "$root/.complete" ]; then
        [ -e "$lab/apt-bookworm/apt.conf" ] || apt_private "$lab/apt-bookworm" bookworm amd64
        mkdir -p "$root" "$lab/apt-bookworm/docker20"
        (cd "$lab/apt-bookworm/docker20" && APT_CONFIG="$lab/apt-bookworm/apt.conf" apt-get -qq download docker.io containerd runc tini)
        for deb in "$lab"/apt-bookworm/docker20/*.deb; do dpkg -x "$deb" "$root"; done
        touch "$root/.complete"
    fi
    mkdir -p "$run/data" "$run/exec" "$run/config"
    echo '{}' > "$run/daemon.json"
    PATH=$root/usr/sbin:$root/usr/bin:$PATH "$root/usr/sbin/dockerd" --config-file "$run/daemon.json" --data-root "$run/data" --exec-root "$run/exec" \
        -H "unix://$run/docker.sock" --pidfile "$run/dockerd.pid" --iptables=false --ip6tables=false --bridge=none > "$run/dockerd.log" 2>&1 &
    pid=$!
    export DOCKER_CONFIG=$run/config
    local client=("$root/usr/bin/docker" -H "unix://$run/docker.sock")
    for _ in $(seq 60); do "${client[@]}" version > /dev/null 2>&1 && break; sleep 0.5; done
    "${client[@]}" version > /dev/null
    "${client[@]}" image inspect "$image" > /dev/null 2>&1 || docker save "$image" | "${client[@]}" load > /dev/null
    cd "$context"
    for case in single ok; do
        DOCKER_BUILDKIT=1 "${client[@]}" build --network=none --no-cache --progress=plain -f "Dockerfile.$case" . > "$out/$case.plain-20.10.log" 2>&1 || true
        local command=(env DOCKER_BUILDKIT=1 "${client[@]}" build --network=none --no-cache --progress=tty -f "Dockerfile.$case" .)
        script -q -e -c "stty cols 80 rows 24; ${command[*]@Q}" /dev/null < /dev/null > "$out/$case.tty-20.10.log" 2>&1 || true
        DOCKER_BUILDKIT=0 "${client[@]}" build --network=none --no-cache -f "Dockerfile.$case" . > "$out/$case.legacy-20.10.log" 2>&1 || true
    done
    kill "$pid"
    wait "$pid" || true
}

main() {
    mkdir -p "$lab" "$out"
    "$engine/engine.sh" "$lab" start
    trap '"$engine/engine.sh" "$lab" stop' EXIT
    base_image
    local what=("${@:3}")
    [ ${#what[@]} -gt 0 ] || what=(buildkit legacy by_buildah old_docker clipped)
    for part in "${what[@]}"; do "$part"; done
    mkdir -p "$out/derived"
    python3 "$here/derive.py" "$out"
}

main "$@"
