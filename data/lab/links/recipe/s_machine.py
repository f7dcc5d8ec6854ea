"""Tools, variables and libraries of another machine."""

from __future__ import annotations

from situation import Situation

NO_CORE = (
    '#![feature(no_core, lang_items)]\n#![no_core]\n#![no_main]\n#![allow(internal_features)]\n#[lang = "pointee_sized"]\npub trait PointeeSized {}\n'
    '#[lang = "meta_sized"]\npub trait MetaSized: PointeeSized {}\n#[lang = "sized"]\npub trait Sized: MetaSized {}\n#[lang = "copy"]\npub trait Copy {}\nimpl Copy for i32 {}\n'
    '#[no_mangle]\npub extern "C" fn main() -> i32 {\n    7\n}\n'
)
GO = {
    "go.mod": "module probe\n\ngo 1.19\n",
    "main.go": 'package main\n\n// static int twice(int x) { return 2 * x; }\nimport "C"\n\nfunc main() { println(C.twice(4)) }\n',
}
SOFT = "mkdir vendor; echo 'double gain(double x) { return x * 1.5; }' > g.c; $CC $SOFT -O1 -c -o gain.o g.c; $AR rcs vendor/libgain.a gain.o; rm g.c gain.o"
CALLS_GAIN = {
    "main.c": "double gain(double x);\nint main(int argc, char **argv) { return (int)gain(argc); }"
}

SITUATIONS = [
    Situation(
        "rustc-with-the-host-cc", "target-linker-not-set", "a Rust program for another machine",
        "RUSTC_BOOTSTRAP=1 rustc --edition 2021 --target $(RUST_TARGET) --crate-name probe -C panic=abort -C link-arg=$(FUSE) -C link-self-contained=no -o probe main.rs",
        {"main.rs": NO_CORE}, archs="arm64 armhf riscv64", symbol="rcgu.o", says="linking with `cc` failed",
        variables={"arm64": {"RUST_TARGET": "aarch64-unknown-linux-gnu"}, "armhf": {"RUST_TARGET": "armv7-unknown-linux-gnueabihf"}, "riscv64": {"RUST_TARGET": "riscv64gc-unknown-linux-gnu"}},
        not_causes="wrong-arch-prebuilt-archive wrong-arch-object wrong-cc-for-c-deps definition-not-found",
    ),
    Situation(
        "objects-linked-by-host-gcc", "target-linker-not-set", "a C program whose link uses another compiler",
        "$(CC) -O1 -c -o main.o main.c\n$(CC) -O1 -c -o util.o util.c\ngcc $(FUSE) -o app main.o util.o",
        {"main.c": "int util(int);\nint main(int argc, char **argv) { return util(argc); }", "util.c": "int util(int x) { return x; }"},
        archs="arm64 armhf", symbol="main.o", not_causes="wrong-arch-prebuilt-archive wrong-cc-for-c-deps",
    ),
    Situation(
        "cgo-with-gcc", "cgo-cc-not-cross", "a Go program for another machine",
        "GOOS=linux GOARCH=$(GOARCH) CGO_ENABLED=1 CC=gcc go build -o probe .", GO,
        archs="arm64 armhf", linkers="default", symbol="gcc", variables={"arm64": {"GOARCH": "arm64"}, "armhf": {"GOARCH": "arm"}},
        not_causes="build-rs-host-cfg wrong-cc-for-c-deps target-linker-not-set", note="fails in the compile; no link was reached",
    ),
    Situation(
        "cgo-with-the-cross-gcc", "", "a Go program for another machine",
        "GOOS=linux GOARCH=$(GOARCH) CGO_ENABLED=1 CC=$(CC) go build -o probe .", GO,
        archs="arm64", linkers="default", symbol="", variables={"arm64": {"GOARCH": "arm64"}},
        not_causes="cgo-cc-not-cross target-linker-not-set", note="a look-alike that links",
    ),
    Situation(
        "sysroot-without-libc-dev", "sysroot-crt-missing", "a cross compiler without its C library",
        "$(CC) -O1 -c -o main.o main.c\n$(LINK) -o app main.o", {"main.c": "int main(void) { return 0; }"},
        archs="arm64 armhf riscv64", hide="/usr/$TRIPLE/lib", symbol="Scrt1.o", not_causes="library-not-found entry-point-missing",
    ),
    Situation(
        "headers-without-libc-dev", "sysroot-crt-missing", "a cross compiler without its headers",
        "$(CC) -O1 -c -o main.o main.c\n$(LINK) -o app main.o", {"main.c": "#include <sys/types.h>\n#include <stdio.h>\nint main(void) { return puts(\"on\"); }"},
        archs="arm64 riscv64", linkers="bfd", hide="/usr/$TRIPLE/lib /usr/$TRIPLE/include /usr/include", symbol="sys/types.h",
        not_causes="library-not-found musl-lfs64-removed", note="fails in the compile; no link was reached",
    ),
    Situation(
        "clang-without-a-sysroot", "sysroot-crt-missing", "clang for another machine with an empty sysroot",
        "clang --target=$(TRIPLE) --sysroot=sysroot -O1 -c -o main.o main.c\nclang --target=$(TRIPLE) --sysroot=sysroot -fuse-ld=lld -o app main.o",
        {"main.c": "int main(void) { return 0; }", "sysroot/README": "to be filled"},
        archs="arm64 armhf", linkers="lld", hide="/usr/$TRIPLE/lib", symbol="crt1.o", not_causes="library-not-found entry-point-missing",
    ),
    Situation(
        "soft-archive-in-hard-program", "float-abi-mismatch", "a vendored filter",
        "$(CC) -O1 -c -o main.o main.c\n$(LINK) -o app main.o vendor/libgain.a", CALLS_GAIN, prepare=SOFT,
        archs="armhf riscv64", passes="armhf-lld armhf-mold", variables={"armhf": {"SOFT": "-mfloat-abi=softfp"}, "riscv64": {"SOFT": "-march=rv64imac -mabi=lp64"}},
        symbol="gain.o", not_causes="wrong-arch-object wrong-arch-prebuilt-archive", note="where it links, the call passes its argument in the wrong register",
        causes={"armhf-lld": "", "armhf-mold": ""},
    ),
    Situation(
        "hard-archive-in-hard-program", "", "a vendored filter",
        "$(CC) -O1 -c -o main.o main.c\n$(LINK) -o app main.o vendor/libgain.a", CALLS_GAIN, prepare=SOFT,
        archs="armhf riscv64", linkers="bfd", symbol="gain.o", not_causes="float-abi-mismatch", note="a look-alike that links",
    ),
]  # fmt: skip
