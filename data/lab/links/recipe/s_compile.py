"""Builds that end in a compile, before any link: what belongs to another machine, and what is not there."""

from __future__ import annotations

from situation import Situation

SUM = {
    "sum.c": "float sum(const float *x, int n) { float s = 0; for (int i = 0; i < n; i++) s += x[i] * x[i]; return s; }",
    "main.c": "float sum(const float *, int);\nint main(int argc, char **argv) { float x[8] = {1, argc}; return sum(x, 8) < 0; }",
}
PORT = {
    "port.c": 'static inline unsigned char in_byte(unsigned short port) { unsigned char v; __asm__ __volatile__("inb %w1,%0" : "=a"(v) : "Nd"(port)); return v; }\nint status(void) { return in_byte(0x64); }',
    "main.c": "int status(void);\nint main(int argc, char **argv) { return argc > 1 ? status() : 0; }",
}
SPIN = {
    "spin.c": '#ifdef __GNUC__\n#define RELAX() __asm__ __volatile__("pause")\n#endif\nvoid spin(volatile int *p) { while (*p) RELAX(); }\nint main(void) { int zero = 0; spin(&zero); return 0; }',
}
CLOCK = {
    "go.mod": "module example.org/clock\n\ngo 1.19\n",
    "main.go": 'package main\n\nimport (\n\t"fmt"\n\n\t"example.org/clock/ticks"\n)\n\nfunc main() { fmt.Println(ticks.Now()) }\n',
    "ticks/ticks.go": 'package ticks\n\n// #include <time.h>\n// static long now(void) { return (long)clock(); }\nimport "C"\n\nfunc Now() int64 { return int64(C.now()) }\n',
}
FOR_ONE = {**CLOCK, "ticks/ticks.go": "//go:build amd64\n\npackage ticks\n\nfunc Now() int64 { return 1 }\n"}  # fmt: skip
RUST = {
    "arm64": {"RUST": "aarch64-unknown-linux-gnu"},
    "armhf": {"RUST": "armv7-unknown-linux-gnueabihf"},
}
GO = {"arm64": {"GOARCH": "arm64"}, "armhf": {"GOARCH": "arm"}}
COMPILE = "$(CC) -O2 {flags} -c -o {name}.o {name}.c"

SITUATIONS = [
    Situation(
        "rust-without-the-target", "rust-target-not-installed", "a Rust program for another machine",
        "rustc --target $(RUST) -o app main.rs", {"main.rs": "fn main() {}"}, archs="arm64 armhf", linkers="default",
        symbol="can't find crate for `std`", variables=RUST, not_causes="target-linker-not-set stale-build-output", note="fails in the compile",
    ),
    Situation(
        "rust-without-a-crate", "", "a Rust program whose dependency is not given",
        "rustc -o app main.rs", {"main.rs": "extern crate clock;\nfn main() {}"}, archs="amd64", linkers="default", symbol="can't find crate for `clock`",
        causes={"amd64": "pending"}, fails=True, not_causes="rust-target-not-installed stale-build-output", note="E0463 of a crate that is no target's",
    ),
    Situation(
        "switches-of-x86", "flag-for-another-machine", "one CFLAGS for all machines",
        COMPILE.format(flags="-mavx2 -mfma", name="sum") + "\n$(CC) -O2 -c -o main.o main.c\n$(LINK) -o app main.o sum.o", SUM,
        linkers="default", passes="amd64", symbol="-mavx2", not_causes="kernel-object-not-built definition-not-found build-rs-host-cfg", note="fails in the compile",
    ),
    Situation(
        "processor-of-the-target-for-gcc", "flag-for-another-machine", "the target's switches and the build machine's compiler",
        "gcc -O2 -march=$(MARCH) -c -o sum.o sum.c", SUM, archs="arm64 riscv64", linkers="default", symbol="-march",
        variables={"arm64": {"MARCH": "armv8-a"}, "riscv64": {"MARCH": "rv64gc"}}, not_causes="kernel-object-not-built source-for-another-machine", note="fails in the compile",
    ),
    Situation(
        "switch-that-is-too-new", "", "a switch of the machine itself that the compiler is too old for",
        "x86_64-linux-gnu-gcc-11 -O2 -mavx512fp16 -c -o sum.o sum.c", SUM, archs="amd64", linkers="default", symbol="-mavx512fp16",
        causes={"amd64": "pending"}, fails=True, not_causes="flag-for-another-machine source-for-another-machine", note="a look-alike of flag-for-another-machine",
    ),
    Situation(
        "port-of-a-pc", "source-for-another-machine", "a source that reads a port of a PC",
        COMPILE.format(flags="", name="port") + "\n$(CC) -O2 -c -o main.o main.c\n$(LINK) -o app main.o port.o", PORT,
        linkers="default", passes="amd64", symbol="impossible constraint", not_causes="arch-guard-too-wide asm-backend-disabled definition-not-found", note="fails in the compile",
    ),
    Situation(
        "pause-behind-a-wide-guard", "source-for-another-machine", "a spin loop guarded by the compiler's name",
        COMPILE.format(flags="", name="spin") + "\n$(LINK) -o spin spin.o", SPIN, linkers="default", passes="amd64", symbol="pause",
        causes={"riscv64": "pending"}, not_causes="arch-guard-too-wide kernel-object-not-built", note="fails in the assembler; RISC-V has a pause of its own",
    ),
    Situation(
        "package-of-cgo-alone", "cgo-disabled-when-crossing", "a Go program with a package of cgo",
        "GOOS=linux GOARCH=$(GOARCH) go build -o clock .", CLOCK, archs="arm64 armhf", linkers="default", symbol="build constraints exclude all Go files",
        variables=GO, not_causes="cgo-cc-not-cross definition-not-found", note="the sources decide: the log says the same of a file for one machine",
    ),
    Situation(
        "package-for-one-machine", "", "a Go package whose only file is for amd64",
        "GOOS=linux GOARCH=$(GOARCH) go build -o clock .", FOR_ONE, archs="arm64", linkers="default", symbol="build constraints exclude all Go files",
        variables=GO, causes={"arm64": "pending"}, fails=True, not_causes="cgo-disabled-when-crossing cgo-cc-not-cross", note="a look-alike of cgo-disabled-when-crossing, in the same words",
    ),
]  # fmt: skip
