"""Held out: link-time code, code that has to be placed anywhere, caches, and tools that die."""

from __future__ import annotations

from s_third_bytecode import DEEP, RANK, SCORE, C, X
from situation import Situation

SITUATIONS: list[Situation] = [
    Situation(
        "k-score-ar", "ar-without-lto-plugin", "a C++ archive by an ar that has no plugin", "$(CXX) -O2 -flto -c -o best.o best.cpp\n$(AR) rcs libscore.a best.o\n$(CXX) -O2 -flto -c -o main.o main.cpp\n$(LINKXX) -O2 -flto -o score main.o -L. -lscore", SCORE, archs="arm64 armhf", linkers="bfd gold", symbol="score::best(int)", hide="/usr/lib/bfd-plugins", heldout=True, not_causes="lto-foreign-bytecode lto-plugin-not-loaded definition-not-found static-link-order archive-without-index",
    ),
    Situation(
        "k-rank-llvm", "lto-foreign-bytecode", "an archive of clang's bitcode for GNU's tools", "clang --target=$(TRIPLE) -O2 -flto -c -o rank.o rank.c\nllvm-ar-14 rcs librank.a rank.o\n" + C + "main.o main.c\n$(LINK) -o rank main.o librank.a", RANK, archs="arm64 riscv64", linkers="bfd", hide="/usr/lib/bfd-plugins", symbol="rank", heldout=True, not_causes="object-truncated wrong-arch-prebuilt-archive archive-without-index static-link-order",
    ),
    Situation(
        "k-score-lld", "lto-foreign-bytecode", "slim objects of g++ for lld", "$(CXX) -O2 -flto -fno-fat-lto-objects -c -o best.o best.cpp\n" + X + "main.o main.cpp\n$(LINKXX) -o score main.o best.o", SCORE, archs="arm64 armhf amd64", linkers="lld", symbol="score::best(int)", heldout=True, not_causes="definition-not-found object-not-linked object-truncated signature-mismatch",
    ),
    Situation(
        "k-score-noplugin", "lto-plugin-not-loaded", "slim objects and a switch that leaves the plugin out", "$(CXX) -O2 -flto -c -o best.o best.cpp\n" + X + "main.o main.cpp\n$(LINKXX) -fno-use-linker-plugin -o score main.o best.o", SCORE, archs="arm64 i386", linkers="bfd", hide="/usr/lib/bfd-plugins", symbol="plugin needed", heldout=True, not_causes="ar-without-lto-plugin lto-version-mismatch definition-not-found object-truncated",
    ),
    Situation(
        "k-emulated", "qemu-user-crash", "a solver compiled in emulation", "for f in a b; do echo \"cc1 $$f.c\"; $(QCC) -quiet -O2 -o $$f.s $$f.c || exit $$?; done", {"a.c": "int a(int x) { return x; }", "b.c": DEEP}, archs="arm64", linkers="default", variables={"all": {"QCC": "qemu-aarch64-static -s 8192 -L $(TOOLCHAINS)/bookworm-arm64 $(TOOLCHAINS)/bookworm-arm64/usr/lib/gcc/aarch64-linux-gnu/12/cc1"}}, symbol="uncaught target signal 11", heldout=True, not_causes="linker-oom-killed native-cpu-in-image runtime-glibc-too-old", note="the emulator is given a small stack; fails in the compile",
    ),
    Situation(
        "k-killed", "linker-oom-killed", "a large program linked by clang", "clang++ --target=$(TRIPLE) -O2 -c -o big.o big.cpp\nclang++ --target=$(TRIPLE) --ld-path=tools/ld.big -o big big.o", {"big.cpp": "int main() { return 0; }", "tools/ld.big": "#!/bin/sh\nkill -KILL $$\n"}, archs="amd64 arm64", linkers="default", symbol="Killed", says="Killed", fails=True, heldout=True, not_causes="qemu-user-crash disk-full stale-build-output", note="a linker that ends itself by signal 9",
    ),
    Situation(
        "k-firmware", "nostdlib-drops-runtime", "firmware that divides and copies", "$(CC) -O2 -ffreestanding -fno-stack-protector -c -o fw.o fw.c\n$(LINK) -nostdlib -static -Wl,-e,reset -o fw.elf fw.o", {"fw.c": "unsigned long long ticks = 9, rate = 4;\nint reset(int n) {\n  double d = n;\n  return (int)(ticks / rate) + (int)(ticks % (rate + n)) + (int)(d * 1.5);\n}"}, archs="armhf i386", linkers="bfd mold", symbol="__aeabi_uldivmod", variables={}, says="div", heldout=True, not_causes="compiler-rt-builtin-missing definition-not-found library-not-linked",
    ),
    Situation(
        "k-two-targets", "rustflags-precedence-or-target-split", "a probe whose build script calls C, with --target", "$(CC) -O2 -c -o clib/probe.o clib/probe.c\n$(AR) rcs clib/libprobe.a clib/probe.o\nRUSTFLAGS=\"-L native=$(CURDIR)/clib -l static=probe -C linker=gcc\" cargo build --offline --target x86_64-unknown-linux-gnu --target-dir out", {"Cargo.toml": '[package]\nname = "probing"\nversion = "0.1.0"\nedition = "2021"\nbuild = "build.rs"\n', "clib/probe.c": "int probe_cache_line(void) { return 64; }", "build.rs": 'extern "C" {\n    fn probe_cache_line() -> i32;\n}\nfn main() {\n    println!("cargo:rustc-env=CACHE_LINE={}", unsafe { probe_cache_line() });\n}\n', "src/main.rs": 'fn main() {\n    println!("{}", env!("CACHE_LINE"));\n}\n'},
        archs="amd64", linkers="default", symbol="probe_cache_line", heldout=True, not_causes="definition-not-found rust-symbol-mangled kernel-object-not-built static-link-order", note="with --target RUSTFLAGS do not reach the build script",
    ),
    Situation(
        "k-two-configs", "rustflags-precedence-or-target-split", "a probe with flags in two tables of its configuration", "$(CC) -O2 -c -o clib/probe.o clib/probe.c\n$(AR) rcs clib/libprobe.a clib/probe.o\ncat .cargo/config.toml\ncargo build --offline --target-dir out", {"Cargo.toml": '[package]\nname = "probing"\nversion = "0.2.0"\nedition = "2021"\n', ".cargo/config.toml": '[build]\nrustflags = ["-Lnative=clib", "-lstatic=probe"]\n\n[target.x86_64-unknown-linux-gnu]\nlinker = "gcc"\nrustflags = ["-Copt-level=1"]\n', "clib/probe.c": "int probe_cache_line(void) { return 64; }", "src/main.rs": 'extern "C" {\n    fn probe_cache_line() -> i32;\n}\nfn main() {\n    std::process::exit(unsafe { probe_cache_line() });\n}\n'},
        archs="amd64", linkers="default", symbol="probe_cache_line", heldout=True, not_causes="definition-not-found rust-symbol-mangled kernel-object-not-built static-link-order", note="the flags of target.* replace those of build, which name the library",
    ),
]  # fmt: skip
