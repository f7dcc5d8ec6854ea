#!/bin/bash
# Records the link of one program, once failing (bare.TOOL.log) and once going well (bare-ok.TOOL.log), as the build tools
# print it without a builder around them. Usage: bare.sh OUT. Needs make, ninja, cmake, gcc, go and cargo; works in /src.
set -euo pipefail
out=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export LC_ALL=C CARGO_TERM_COLOR=never GOFLAGS=-mod=mod GOCACHE=/src/go-cache CGO_ENABLED=1

# log NAME COMMAND...: what it prints, whatever its end.
log() {
    local name=$1
    shift
    (cd /src && "$@") > "$out/$name.log" 2>&1 || true
}

sources() {
    # Logs name the folder, so it is this one; whatever else lies there is not ours to take away.
    [ ! -e /src ] || { echo "bare.sh: /src exists; move it aside" >&2; exit 2; }
    mkdir -p /src/rust/src /src/go
    cp "$here/context/main.c" "$here/context/dot.c" /src/
    cat > /src/Makefile << 'MAKE'
app: main.o dot.o
	$(CC) -o $@ main.o dot.o
MAKE
    cat > /src/CMakeLists.txt << 'CMAKE'
cmake_minimum_required(VERSION 3.10)
project(app C)
add_executable(app main.c dot.c)
CMAKE
    printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n' > /src/rust/Cargo.toml
    echo 'extern "C" { fn dot_wide() -> i32; } fn main() { println!("{}", unsafe { dot_wide() }); }' > /src/rust/src/main.rs
    printf 'module app\n\ngo 1.19\n' > /src/go/go.mod
    printf 'package main\n\n// int dot_wide(void);\nimport "C"\n\nfunc main() { println(C.dot_wide()) }\n' > /src/go/main.go
}

well() {
    sed -i 's/extern "C" { fn dot_wide() -> i32; }/#[no_mangle] extern "C" fn dot_wide() -> i32 { 7 }/; s/unsafe { dot_wide() }/dot_wide()/' /src/rust/src/main.rs
    sed -i 's|// int dot_wide(void);|// static int dot_wide(void) { return 7; }|' /src/go/main.go
}

tools() {
    local name=$1 flags=$2
    rm -f /src/*.o /src/app
    log "$name.make" make CC=gcc "CFLAGS=-O0 $flags"
    rm -rf /src/by-make /src/by-ninja
    log "$name.cmake" sh -c "cmake -G 'Unix Makefiles' -DCMAKE_C_FLAGS='$flags' -S . -B by-make && cmake --build by-make"
    log "$name.ninja" sh -c "cmake -G Ninja -DCMAKE_C_FLAGS='$flags' -S . -B by-ninja && cmake --build by-ninja"
    log "$name.cargo" sh -c 'cd rust && cargo build --offline'
    rm -rf /src/rust/target
    log "$name.cargo-json" sh -c 'cd rust && cargo build --offline --message-format=json'
    rm -rf /src/rust/target
    log "$name.go" sh -c 'cd go && go build -v -o app .'
}

sources
trap 'rm -rf /src' EXIT
tools bare -DNO_WIDE
well
tools bare-ok ""
