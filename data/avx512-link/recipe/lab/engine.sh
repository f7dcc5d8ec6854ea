#!/bin/bash
# Starts a BuildKit of its own: dockerd, containerd, docker and buildx of Debian sid, runc of bookworm, all unpacked
# into LAB and run from there. Usage: engine.sh LAB {start|stop}. Nothing is installed on the machine.
set -euo pipefail
lab=$(realpath "$1")
action=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/apt-private.sh"

root=$lab/engine-root
run=$lab/engine-run

fetch() {
    [ -e "$root/.complete" ] && return
    apt_private "$lab/apt-sid" sid amd64
    apt_private "$lab/apt-bookworm" bookworm amd64
    apt_fetch "$lab/apt-sid" docker.io docker-cli docker-buildx containerd
    apt_fetch "$lab/apt-bookworm" runc
    mkdir -p "$root"
    for deb in "$lab"/apt-sid/debs/*.deb "$lab"/apt-bookworm/debs/runc_*.deb; do
        dpkg -x "$deb" "$root"
    done
    touch "$root/.complete"
}

answers() {
    DOCKER_CONFIG=$run/config "$root/usr/bin/docker" -H "unix://$run/docker.sock" version > "$run/version.txt" 2>/dev/null
}

start() {
    fetch
    mkdir -p "$run/data" "$run/exec" "$run/config/cli-plugins"
    answers && return
    ln -sf "$root/usr/libexec/docker/cli-plugins/docker-buildx" "$run/config/cli-plugins/docker-buildx"
    echo '{"features":{"containerd-snapshotter":true}}' > "$run/daemon.json"
    PATH=$root/usr/sbin:$root/usr/bin:$PATH "$root/usr/sbin/dockerd" \
        --config-file "$run/daemon.json" --data-root "$run/data" --exec-root "$run/exec" \
        -H "unix://$run/docker.sock" --pidfile "$run/dockerd.pid" \
        --iptables=false --ip6tables=false --bridge=none > "$run/dockerd.log" 2>&1 &
    for _ in $(seq 60); do
        answers && return
        sleep 0.5
    done
    tail -20 "$run/dockerd.log" >&2
    return 1
}

stop() {
    [ -e "$run/dockerd.pid" ] || return 0
    local pid
    pid=$(cat "$run/dockerd.pid")
    kill "$pid" || return 0
    while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
}

"$action"
