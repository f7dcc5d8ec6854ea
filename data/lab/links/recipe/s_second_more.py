"""The second set, once held out: the ids that the other held-out files leave out."""

from __future__ import annotations

from situation import Situation

C = "$(CC) -O2 -c -o "
X = "$(CXX) -O2 -c -o "
CARGO = '[package]\nname = "@"\nversion = "0.2.0"\nedition = "2021"\n'
NOW = {
    "m.c": "static int seen; int bump(int n) { return __atomic_add_fetch(&seen, n, __ATOMIC_SEQ_CST); } int main(int c, char **v) { return bump(c); }"
}
MUSL_LINE = "-nodefaultlibs -Wl,--start-group -lc -Wl,--end-group -lgcc"
PICK = {
    "m.c": 'typedef long (*sum_fn)(const char *, long);\nstatic long sum_slow(const char *p, long n) { long s = 0; while (n-- > 0) s += *p++; return s; }\nstatic sum_fn resolve_sum(void) { return sum_slow; }\nlong sum_bytes(const char *p, long n) __attribute__((ifunc("resolve_sum")));\nint main(int c, char **v) { return sum_bytes(v[0], 0) != 0; }'
}
PLOT = {
    "m.c": "int plot(int); int main(int c, char **v) { return plot(c); }",
    "p.c": "int plot(int x) { return x * x; }",
}

SITUATIONS = [
    Situation(
        "h-flags-by-host", "build-rs-host-cfg", "a cipher crate whose build script picks flags",
        "rustc --edition 2021 -C strip=debuginfo -o build-script-build build.rs\nTARGET=$(WANT) CC_FOR_TARGET=\"$(CC)\" ./build-script-build\n$(LINK) -o c m.o",
        {"build.rs": 'fn main() {\n    let cc = std::env::var("CC_FOR_TARGET").unwrap();\n    let arch: &[&str] = if cfg!(any(target_arch = "x86_64", target_arch = "x86")) { &["-mssse3", "-mpclmul"] } else { &[] };\n    let mut c = std::process::Command::new(&cc);\n    c.args(arch).args(["-O3", "-c", "m.c", "-o", "m.o"]);\n    println!("TARGET = {:?}\\n{:?}", std::env::var("TARGET"), c);\n    std::process::exit(c.status().unwrap().code().unwrap());\n}\n', "m.c": "int main(void) { return 0; }"},
        archs="armhf", linkers="bfd", symbol="-mssse3", drop="build-script-build", variables={"all": {"WANT": "armv7-unknown-linux-gnueabihf"}}, not_causes="wrong-cc-for-c-deps cgo-cc-not-cross kernel-object-not-built", note="fails in the compile",
    ),
    Situation(
        "h-cgo-386", "cgo-cc-not-cross", "a Go library for ARM with the host's clang", "CGO_ENABLED=1 GOARM=7 GOARCH=arm CC=cc go build -buildmode=c-archive -o libp.a .", {"go.mod": "module p\n\ngo 1.19\n", "p.go": 'package main\n\n// #include <stdlib.h>\nimport "C"\n\n//export Twice\nfunc Twice(x C.int) C.int { return 2 * x }\n\nfunc main() {}\n'},
        archs="armhf", linkers="default", symbol="-marm", not_causes="build-rs-host-cfg wrong-cc-for-c-deps", note="fails in the compile",
    ),
    Situation(
        "h-edge-library", "musl-time64-skew", "a resolver library from a newer repository", C + "m.o m.c\n$(LINK) -o m m.o -Lold -lres2", {"m.c": "int res_wait(int); int main(int c, char **v) { return res_wait(c); }"},
        prepare="mkdir old; printf '#include <sys/select.h>\\n#include <time.h>\\nint res_wait(int n) { struct timespec t; struct timeval v = {n, 0}; clock_gettime(0, &t); return select(0, 0, 0, 0, &v); }\\n' > r.c; $CC -O2 -fPIC -shared $SMALL -o old/libres2.so r.c; printf 'int __libc_start_main(void) { return 0; }\\nint select(void) { return 0; }\\nint clock_gettime(void) { return 0; }\\nvoid _init(void) {}\\n' > c.c; $CC -fno-builtin -nostdlib -fPIC -shared $SMALL -Wl,-soname,libc.so -o old/libc.so c.c; rm r.c c.c",
        archs="musl-armhf", linkers="bfd lld", symbol="time64", not_causes="glibc-archive-on-musl musl-lfs64-removed dso-underlinked", note="the older libc is a stub", dockerfile="FROM alpine:3.11\nRUN apk add --no-cache gcc musl-dev && apk add --no-cache --repository https://dl-cdn.alpinelinux.org/alpine/v3.19/main res2-dev\nCOPY . /src\nRUN make -C /src\n",
    ),
    Situation(
        "h-cflags-of-host", "host-libc-headers-leak", "a scanner compiled with the host's CPPFLAGS", "$(CC) -O2 -D_GNU_SOURCE -isystem $(TOOLCHAINS)/trixie-amd64/usr/include -isystem $(TOOLCHAINS)/trixie-amd64/usr/include/x86_64-linux-gnu -c -o s.o s.c\n$(AR) rcs libs.a s.o\n" + C + "m.o m.c\n$(LINK) -static -o m m.o libs.a",
        {"s.c": "#include <stdlib.h>\nunsigned long scan(const char *t) { return strtoul(t, 0, 16) ^ strtoull(t, 0, 8); }", "m.c": "unsigned long scan(const char *); int main(int c, char **v) { return scan(v[0]) != 0; }"},
        archs="musl-new", linkers="bfd gold", symbol="__isoc23_strtou", not_causes="newer-glibc-archive glibc-archive-on-musl musl-lfs64-removed", note="the headers are of glibc 2.41",
    ),
    Situation(
        "h-libc-first", "lse-init-getauxval", "a counter with the C library named first", C + "m.o m.c\n$(AR) rcs libm1.a m.o\n$(LINK) -static " + MUSL_LINE.replace("-nodefaultlibs", "-nodefaultlibs -o m m.o"), NOW, archs="musl-arm64", linkers="bfd gold", symbol="getauxval",
        not_causes="outline-atomics-helpers-missing glibc-archive-on-musl definition-not-found", note="libc stands before libgcc",
    ),
    Situation(
        "h-cpu-init", "cpu-model-symbol-missing", "a codec without libgcc that asks the processor", C + "f.o f.c\n$(LINK) -nodefaultlibs -o f f.o -lc", {"f.c": "int main(void) { __builtin_cpu_init(); return __builtin_cpu_is(\"amd\") + __builtin_cpu_supports(\"avx512f\"); }"}, archs="amd64", symbol="__cpu_", also="nostdlib-drops-runtime", not_causes="kernel-object-not-built definition-not-found",
    ),
    Situation(
        "h-cleanup", "unwind-runtime-missing", "an image with exceptions and no unwinder", "$(CXX) -O2 -c -o e.o e.cc\n$(LINK) -static -nodefaultlibs -o e e.o -lstdc++ -lc -lgcc", {"e.cc": "extern \"C\" int puts(const char *);\nstruct Guard { ~Guard() { puts(\"out\"); } };\n__attribute__((noinline)) void may(int n) { if (n > 5) throw n; }\nint main(int c, char **) { Guard g; may(c); return 0; }"}, archs="amd64 arm64", linkers="bfd lld", symbol="_Unwind_", not_causes="libstdcxx-not-linked definition-not-found library-not-linked",
    ),
    Situation(
        "h-vector-table", "text-relocation", "a vector table in read-only code", "$(CC) -c -o v.o v.s\n$(LINK) -shared -Wl,-z,text -o libv.so v.o", {"v.s": ".section .text.vectors,\"ax\",@progbits\n.globl vectors\nvectors:\n.quad on_reset\n.quad on_fault\n.globl on_reset\non_reset: .word 0\n.globl on_fault\non_fault: .word 0\n.section .note.GNU-stack,\"\",@progbits\n"}, archs="riscv64 amd64", linkers="bfd", symbol="", not_causes="non-pic-archive-in-shared non-pic-in-pie",
    ),
    Situation(
        "h-vector-words", "non-pic-archive-in-shared", "a vector table in read-only code", "$(CC) -c -o v.o v.s\n$(LINK) -shared -Wl,-z,text -o libv.so v.o", {"v.s": ".section .text.vectors,\"ax\",@progbits\n.globl vectors\nvectors:\n.quad on_reset\n.quad on_fault\n.globl on_reset\non_reset: .word 0\n.globl on_fault\non_fault: .word 0\n.section .note.GNU-stack,\"\",@progbits\n"}, archs="riscv64 amd64", linkers="mold lld", symbol="", also="text-relocation", not_causes="non-pic-in-pie",
    ),
    Situation(
        "h-registry", "start-stop-gc", "a plugin registry in C++", "$(CXX) -O2 -ffunction-sections -fdata-sections -c -o r.o r.cc\n$(CXX) -O2 -c -o p.o p.cc\n$(LINKXX) -Wl,--gc-sections,-z,start-stop-gc -o r r.o p.o", {"r.cc": "struct Plugin { const char *name; };\nextern \"C\" const Plugin __start_plugin_set[], __stop_plugin_set[];\nint main() { return (int)(__stop_plugin_set - __start_plugin_set); }", "p.cc": "struct Plugin { const char *name; };\n__attribute__((section(\"plugin_set\"), used)) static const Plugin one = {\"one\"};"}, archs="armhf", linkers="lld", symbol="__start_plugin_set", not_causes="definition-not-found object-not-linked",
    ),
    Situation(
        "h-trampoline", "lto-drops-symbol", "a trampoline in top-level assembly", "$(CC) -O2 -flto -c -o a.o a.c\n$(CC) -O2 -flto -c -o b.o b.c\n$(LINK) -O2 -flto -o t a.o b.o", {"a.c": "int tramp(int); int main(int c, char **v) { return tramp(c); }", "b.c": "int landing_pad(int x) { return x + 2; }\n#if defined(__riscv)\n__asm__(\".globl tramp\\ntramp: tail landing_pad\");\n#else\n__asm__(\".globl tramp\\n.type tramp, %function\\ntramp: b landing_pad\");\n#endif"}, archs="armhf riscv64", linkers="bfd", symbol="landing_pad", not_causes="lto-plugin-not-loaded ar-without-lto-plugin object-not-linked static-link-order", note="without -flto it links",
    ),
    Situation(
        "h-tuned", "native-cpu-in-image", "a C++ program tuned to its builder", "$(CXX) -O3 -march=native -mtune=native -c -o t.o t.cc\n$(LINKXX) -o t t.o\nqemu-x86_64-static -cpu core2duo ./t", {"t.cc": "#include <cstdint>\n__attribute__((noinline)) std::uint64_t mix(const std::uint64_t *p, int n) { std::uint64_t h = 1; for (int i = 0; i < n; i++) h = (h ^ p[i]) * 31 + __builtin_popcountll(p[i]); return h; }\nint main(int c, char **) { std::uint64_t d[64]; for (int i = 0; i < 64; i++) d[i] = i * c; return mix(d, 64) == 0; }", "tools/g++": '#!/bin/sh\nexec qemu-x86_64-static -cpu max /usr/bin/g++ "$@"\n'}, archs="amd64", linkers="default", symbol="-march=native", says="Illegal instruction", ended=132, prepare="chmod +x tools/g++", not_causes="native-march-in-shared-cache qemu-user-crash allocator-page-size",
    ),
    Situation(
        "h-emulated-compile", "qemu-user-crash", "a second file on an emulated machine", "for f in a b; do echo cc1 $$f.c; $(QCC) $(DEEP) -quiet -O3 -o $$f.s $$f.c || exit $$?; DEEP=; done", {"a.c": "int a(int x) { return x; }", "b.c": "int b(int x) { return " + "(x ^ " * 180 + "1" + ")" * 180 + "; }"}, archs="arm64", linkers="default", variables={"all": {"QCC": "qemu-aarch64-static -s 8192 -L $(TOOLCHAINS)/bookworm-arm64 $(TOOLCHAINS)/bookworm-arm64/usr/lib/gcc/aarch64-linux-gnu/12/cc1", "DEEP": ""}}, symbol="uncaught target signal 11", not_causes="linker-oom-killed native-cpu-in-image", note="the emulator is given a small stack; fails in the compile",
    ),
    Situation(
        "h-heap-at-start", "allocator-page-size", "a C++ service on a kernel with pages of 16 kB", "$(CXX) -O1 -fno-builtin -c -o s.o s.cc\n$(LINKXX) -static -o s s.o -lstdc++ $(TOOLCHAINS)/jemalloc-arm64/usr/lib/libjemalloc.a\nqemu-aarch64-static -p 16384 ./s", {"s.cc": "#include <vector>\n#include <cstdio>\nint main(int c, char **) { std::vector<int> v(c * 1000, 3); std::printf(\"%d\\n\", v[0]); return 0; }"}, archs="arm64", linkers="default", symbol="libjemalloc", says="Unsupported system page size", ended=-1, not_causes="native-cpu-in-image qemu-user-crash", note="an emulator with pages of 16 kB",
    ),
    Situation(
        "h-far-call", "relocation-overflow", "tables of five gigabytes", "$(CC) -O1 -fno-pie -c -o a.o a.c\n$(CC) -O1 -fno-pie -c -o b.o b.c\n$(LINK) -no-pie -static -o far a.o b.o", {"a.c": "int grid[1400000000]; int edge(void); int main(int c, char **v) { grid[c] = 1; return edge(); }", "b.c": "int rim[9]; extern int grid[]; int edge(void) { rim[1] = grid[3]; return rim[2]; }"}, archs="amd64 arm64", linkers="bfd lld", symbol="reloc", says="reloc", not_causes="non-pic-in-pie non-pic-archive-in-shared",
    ),
    Situation(
        "h-protected-table", "copy-relocation-protected", "a table that its library protects", "$(CXX) -O1 -fPIC -shared -Wl,-Bsymbolic -o libt.so t.cc\n$(CXX) -O1 -fno-pie -c -o m.o m.cc\n$(LINKXX) -no-pie -o m m.o ./libt.so", {"t.cc": "__attribute__((visibility(\"protected\"))) extern const int lut[4] = {2, 3, 5, 7};\nint first() { return lut[0]; }", "m.cc": "extern const int lut[4];\nint first();\nint main(int c, char **) { return lut[c & 3] + first(); }"}, archs="amd64", linkers="bfd gold mold", symbol="lut", not_causes="symbol-hidden non-pic-in-pie dso-underlinked",
    ),
    Situation(
        "h-thin-copied", "thin-archive-broken", "a thin archive copied between stages", C + "m.o m.c\n$(LINK) -o m m.o -Ldist -lplot", {"m.c": PLOT["m.c"]}, prepare="mkdir -p b/o dist; echo 'int plot(int x) { return x * x; }' > b/p.c; $CC -O2 -c -o b/o/p.o b/p.c; (cd b; $AR rcT ../dist/libplot.a o/p.o || $AR rcsT ../dist/libplot.a o/p.o); rm -r b", archs="riscv64 armhf", linkers="bfd lld", symbol="p.o", not_causes="archive-without-index library-not-found object-truncated",
    ),
    Situation(
        "h-no-plugin", "lto-plugin-not-loaded", "a C++ archive of link-time code, linked without", "$(CXX) -O2 -flto -c -o p.o p.cc\n$(PREFIX)gcc-ar rcs libp.a p.o\n" + X + "m.o m.cc\n$(LINKXX) -fno-use-linker-plugin -o m m.o libp.a", {"p.cc": "namespace plot { int dots(int n) { return n * 3; } }", "m.cc": "namespace plot { int dots(int); } int main(int c, char **) { return plot::dots(c); }"}, archs="armhf riscv64", linkers="bfd", symbol="plugin needed", not_causes="ar-without-lto-plugin static-link-order definition-not-found archive-without-index",
    ),
    Situation(
        "h-boot", "nostdlib-drops-runtime", "a boot loader that divides and copies", "$(CC) -O2 -ffreestanding -fno-stack-protector -c -o boot.o boot.c\n$(LINK) -nostdlib -Wl,-Ttext=0x8000 -Wl,-e,boot -o boot.elf boot.o", {"boot.c": "struct Row { int v[64]; };\nstruct Row last;\nint boot(struct Row *r, unsigned long long a, unsigned long long b) { last = *r; return (int)(a / b) + (int)(a % (b + 1)); }"}, archs="armhf i386", linkers="bfd lld", symbol="div", not_causes="compiler-rt-builtin-missing definition-not-found library-not-linked",
    ),
    Situation(
        "h-resolver", "ifunc-on-static-musl", "a static checksum that picks at start", C + "m.o m.c\n$(LINK) -static -no-pie -o m m.o\n./m", PICK, archs="musl-new", linkers="bfd lld", symbol="sum_bytes", ended=-1, not_causes="weak-undefined native-cpu-in-image definition-not-found libstdcxx-wrong-libc", note="links; dies at the first call",
    ),
    Situation(
        "h-env-flags", "rustflags-precedence-or-target-split", "a probe crate whose flags are set for the target", "$(CC) -O2 -c -o clib/gpio.o clib/gpio.c\n$(AR) rcs clib/libgpio.a clib/gpio.o\nCARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS=\"-Lnative=clib -lgpio\" RUSTFLAGS=\"-C linker=gcc -C link-arg=$(FUSE) -C strip=debuginfo -C opt-level=1\" cargo rustc --offline --target-dir t",
        {"Cargo.toml": CARGO.replace("@", "gpioprobe"), "clib/gpio.c": "int gpio_level(int pin) { return pin & 1; }", "src/main.rs": 'mod sys {\n    extern "C" {\n        pub fn gpio_level(pin: i32) -> i32;\n    }\n}\nfn main() {\n    std::process::exit(unsafe { sys::gpio_level(4) });\n}\n'}, archs="amd64", linkers="bfd mold", symbol="gpio_level", not_causes="definition-not-found rust-symbol-mangled kernel-object-not-built", note="RUSTFLAGS beats the variable of the target, which names the library",
    ),
    Situation(
        "h-mixed-evidence", "definition-not-found", "a plotter whose objects come from another machine", C + "m.o m.c\n" + C + "q.o q.c\n$(LINK) -o m m.o q.o", {"m.c": PLOT["m.c"], "q.c": "int plot_old(int x) { return x; }"}, archs="riscv64", linkers="bfd mold", symbol="plot", objects_of="arm64", also="artefacts-disagree", not_causes="wrong-arch-object wrong-arch-prebuilt-archive target-linker-not-set object-not-linked", note="the log is of riscv64, the objects given are of arm64",
    ),
    Situation(
        "h-no-temporary-room", "disk-full", "a compile whose temporary folder is full", "TMPDIR=/mnt $(CC) -O2 -c -o big.o big.c\n$(LINK) -o big big.o", {"big.c": "const int curve[] = {" + ", ".join(str(n * n % 97) for n in range(4000)) + "};\nint main(int c, char **v) { return curve[c]; }"}, archs="amd64 riscv64", linkers="default", symbol="No space left on device", hide="/mnt:size=8k", not_causes="linker-oom-killed object-truncated", note="a file system of 8 kB; fails in the compile",
    ),
    Situation(
        "h-helper-of-target", "exec-format-error", "a generator built for the target and run on the builder", C + "gen.o gen.c\n$(LINK) -o gen gen.o\npython3 -c 'import subprocess; subprocess.run([\"./gen\"], check=True)'", {"gen.c": "int main(void) { return 0; }"}, archs="riscv64 armhf", linkers="default", symbol="Exec format error", says="Exec format error", ended=1, not_causes="wrong-arch-object qemu-user-crash runtime-glibc-too-old", note="a target's program run on amd64 without emulation",
    ),
    Situation(
        "h-shared-cache-cxx", "native-march-in-shared-cache", "a C++ build with a cache from another machine", "CCACHE_DIR=$(CURDIR)/.cc $(TOOLCHAINS)/bullseye-amd64/usr/bin/ccache --zero-stats\nCCACHE_DIR=$(CURDIR)/.cc $(TOOLCHAINS)/bullseye-amd64/usr/bin/ccache g++ -O3 -march=native -c -o d.o d.cc\nCCACHE_DIR=$(CURDIR)/.cc $(TOOLCHAINS)/bullseye-amd64/usr/bin/ccache --show-stats\n$(LINKXX) -o d d.o\nqemu-x86_64-static -cpu core2duo ./d",
        {"d.cc": "__attribute__((noinline)) float dot(const float *a, const float *b, int n) { float s = 0; for (int i = 0; i < n; i++) s += a[i] * b[i]; return s; }\nint main(int c, char **) { float a[128], b[128]; for (int i = 0; i < 128; i++) a[i] = b[i] = i * c; return dot(a, b, 128) < 0; }", "tools/g++": '#!/bin/sh\nexec qemu-x86_64-static -cpu "$(cat .machine)" /usr/bin/g++ "$@"\n'},
        prepare="echo max > .machine; CCACHE_DIR=$PWD/.cc $TOOLCHAINS/bullseye-amd64/usr/bin/ccache g++ -O3 -march=native -c -o d.o d.cc; rm d.o; echo core2duo > .machine", archs="amd64", linkers="default", symbol="ccache", says="Illegal instruction", ended=132, not_causes="native-cpu-in-image qemu-user-crash stale-build-output", note="ccache 4.2; the cached object was compiled as on a processor with AVX2",
    ),
]  # fmt: skip
