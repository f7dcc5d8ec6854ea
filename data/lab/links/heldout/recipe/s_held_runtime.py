"""Held out: C libraries, compiler runtimes and C++ runtimes that do not fit."""

from __future__ import annotations

from s_third_runtime import CXXGO, LAYOUT, MAIN_C, RING, TAIL, TROVE, TROVE_MADE, WASM_GO
from situation import Situation

SITUATIONS: list[Situation] = [
    Situation(
        "k-trove", "glibc-archive-on-musl", "a store with a vendor's release archive", MAIN_C + "$(LINK) -static -o trove main.o -Llibs/release -ltrove", TROVE, prepare=TROVE_MADE, archs="musl musl-arm64 musl-armhf", linkers="gold mold", symbol="__fread_chk", heldout=True,
        variables={"musl": {"GLIBC_CC": "gcc"}, "musl-arm64": {"GLIBC_CC": "aarch64-linux-gnu-gcc"}, "musl-armhf": {"GLIBC_CC": "arm-linux-gnueabihf-gcc"}},
        not_causes="definition-not-found musl-lfs64-removed host-libc-headers-leak newer-glibc-archive static-link-order",
    ),
    Situation(
        "k-tail", "musl-lfs64-removed", "a tail for large files", "$(CC) -std=gnu17 -O2 -c -o tail.o tail.c\n$(LINK) -o tail tail.o", TAIL, archs="musl-new musl-arm64", linkers="default", symbol="stat64", heldout=True,
        not_causes="host-libc-headers-leak glibc-archive-on-musl definition-not-found", note="fails in the compile",
    ),
    Situation(
        "k-ring", "musl-lfs64-removed", "a ring buffer in a file, old-style declarations", "$(CC) -std=gnu89 -O2 -c -o ring.o ring.c\n$(AR) rcs libring.a ring.o\n" + MAIN_C + "$(LINK) -o ring main.o libring.a", RING, archs="musl-new musl-armhf", linkers="bfd lld", symbol="mmap64", heldout=True,
        not_causes="glibc-archive-on-musl definition-not-found host-libc-headers-leak musl-time64-skew",
    ),
    Situation(
        "k-sensor-edge", "musl-time64-skew", "a sensor library from edge", MAIN_C + "$(LINK) -o sensord main.o -Lsysroot/usr/lib -lsense", {"main.c": "int sense_wait(int);\nint main(int c, char **v) { return sense_wait(c); }"},
        prepare="mkdir -p sysroot/usr/lib; printf '#include <time.h>\\n#include <sys/time.h>\\nint sense_wait(int n) { struct timespec t = {n, 0}; struct timeval v; gettimeofday(&v, 0); return nanosleep(&t, &t) + (int)v.tv_sec; }\\n' > s.c; $CC -O2 -fPIC -shared $SMALL -o sysroot/usr/lib/libsense.so s.c; printf 'int __libc_start_main(void) { return 0; }\\nint nanosleep(void) { return 0; }\\nint gettimeofday(void) { return 0; }\\nvoid _init(void) {}\\n' > c.c; $CC -fno-builtin -nostdlib -fPIC -shared $SMALL -Wl,-soname,libc.so -o sysroot/usr/lib/libc.so c.c; rm s.c c.c",
        archs="musl-armhf", linkers="bfd gold lld", symbol="_time64", heldout=True, not_causes="glibc-archive-on-musl musl-lfs64-removed dso-underlinked", note="the older libc is a stub",
        dockerfile="FROM alpine:3.10\nRUN apk add --no-cache gcc make musl-dev\nRUN apk add --no-cache -X https://mirror.example.org/alpine/edge/community libsense-dev\nWORKDIR /src\nCOPY . .\nRUN make\n",
    ),
    Situation(
        "k-wasm-go", "newer-glibc-archive", "a Go host with a downloaded interpreter", "CGO_ENABLED=1 go build -o wasmhost .", WASM_GO, archs="amd64", linkers="default", symbol="__isoc23_strtoll", heldout=True,
        prepare="mkdir -p third_party/wasm; echo '#include <stdlib.h>' > w.c; echo 'long wasm_parse(const char *s) { return strtoll(s, 0, 10); }' >> w.c; gcc -O2 -fPIC -D_GNU_SOURCE -I$TOOLCHAINS/trixie-amd64/usr/include -I$TOOLCHAINS/trixie-amd64/usr/include/x86_64-linux-gnu -c -o w.o w.c; ar rcs third_party/wasm/libwasmrt.a w.o; rm w.c w.o",
        not_causes="native-library-not-declared definition-not-found host-libc-headers-leak", keep="third_party/wasm/libwasmrt.a",
    ),
    Situation(
        "k-strl", "newer-glibc-archive", "a shell with a line editor built on a newer system", MAIN_C + "$(LINK) -o sh1 main.o contrib/libedline.a", {"main.c": "int ed_line(char *b, const char *p);\nint main(int c, char **v) { char b[80]; return ed_line(b, v[0]); }"},
        prepare="mkdir contrib; printf 'typedef unsigned long size_t2; __SIZE_TYPE__ strlcpy(char *, const char *, __SIZE_TYPE__), strlcat(char *, const char *, __SIZE_TYPE__); int __isoc23_sscanf(const char *, const char *, ...);\\nint ed_line(char *b, const char *p) { int n = 0; strlcpy(b, p, 80); strlcat(b, p, 80); __isoc23_sscanf(p, \"%%d\", &n); return n; }\\n' > e.c; $CC -O2 -c -o ed.o e.c; $AR rcs contrib/libedline.a ed.o; rm e.c ed.o",
        archs="arm64 riscv64", linkers="bfd mold", symbol="__isoc23_sscanf", heldout=True, not_causes="definition-not-found runtime-glibc-too-old symbol-version-missing",
    ),
    Situation(
        "k-old-runtime", "runtime-glibc-too-old", "a copied program in a smaller image", "$(RUN) ./bin/served --version", {}, keep="bin/served",
        prepare="mkdir s bin; echo 'unsigned long strlcpy(void) { return 0; } void __libc_start_main(void) {} void abort(void) {}' > s.c; echo 'GLIBC_2.34 { global: __libc_start_main; abort; local: *; }; GLIBC_2.38 { global: strlcpy; } GLIBC_2.34;' > v; $CC -shared -fPIC -fno-builtin -nostdlib $SMALL -Wl,-soname,libc.so.6 -Wl,--version-script=v -o s/libc.so.6 s.c; echo 'unsigned long strlcpy(char *, const char *, unsigned long); int main(int c, char **v) { char b[9]; return strlcpy(b, v[0], 9) > 8; }' > a.c; $CC -O2 -fno-builtin -c -o a.o a.c; $CC $SMALL -nodefaultlibs -o bin/served a.o s/libc.so.6; rm -r a.c a.o s.c v s",
        archs="amd64 armhf riscv64", linkers="default", symbol="GLIBC_2.38", says="GLIBC_2.38", ended=1, heldout=True, not_causes="symbol-version-missing newer-glibc-archive dso-underlinked undefined-ignored", note="the newer library is a stub, gone when it runs",
    ),
    Situation(
        "k-tagged", "libatomic-missing-wide", "a list with tagged pointers", "$(CXX) -std=c++17 -O2 -c -o list.o list.cpp\n$(CXX) -std=c++17 -O2 -c -o main.o main.cpp\n$(LINKXX) -o list main.o list.o -pthread", {
            "list.cpp": "#include <atomic>\nstruct Tagged { void *p; unsigned long tag; };\nstatic std::atomic<Tagged> head;\nbool push(void *p) { Tagged t = head.load(); return head.compare_exchange_strong(t, Tagged{p, t.tag + 1}); }", "main.cpp": "bool push(void *);\nint main(int, char **v) { return !push(v); }"},
        archs="amd64 arm64 riscv64", linkers="bfd lld", symbol="__atomic_compare_exchange_16", passes="riscv64", heldout=True, note="-pthread names libatomic on riscv64", not_causes="libatomic-missing-subword outline-atomics-helpers-missing definition-not-found",
    ),
    Situation(
        "k-ticks", "libatomic-missing-wide", "ticks of 64 bits with a flag for the compiler alone", "$(CC) $(OLD) -O2 -latomic -c -o ticks.o ticks.c\n$(LINK) $(OLD) -o ticks ticks.o", {"ticks.c": "#include <stdint.h>\nstatic uint64_t ticks;\nint main(int c, char **v) {\n  __atomic_fetch_add(&ticks, c, __ATOMIC_RELAXED);\n  return __atomic_exchange_n(&ticks, 0, __ATOMIC_RELAXED) == 9;\n}"},
        archs="i386 armhf", linkers="gold lld", symbol="__atomic_exchange_8", heldout=True, variables={"i386": {"OLD": "-march=i486"}, "armhf": {"OLD": "-march=armv6+fp -marm"}}, not_causes="libatomic-missing-subword definition-not-found static-link-order", note="-latomic among the words of the compile",
    ),
    Situation(
        "k-valve", "libatomic-missing-subword", "valves in one archive", "$(CC) -std=c11 -O2 -c -o valve.o valve.c\n$(AR) rcs libvalve.a valve.o\n" + MAIN_C + "$(LINK) -static -o valve main.o libvalve.a", {"valve.c": "#include <stdatomic.h>\nstatic atomic_ushort open_mask;\nstatic atomic_uchar turns;\nint valve_turn(int n) { return atomic_fetch_or(&open_mask, 1 << n) + atomic_fetch_add(&turns, 1); }", "main.c": "int valve_turn(int); int main(int c, char **v) { return valve_turn(c); }"},
        archs="riscv64", linkers="bfd mold", symbol="__atomic_fetch_or_2", heldout=True, not_causes="libatomic-missing-wide library-not-linked definition-not-found static-link-order",
    ),
    Situation(
        "k-tiny-libc", "lse-init-getauxval", "an enclave on a small C library", "$(CC) -O2 -ffreestanding -fno-stack-protector -c -o enclave.o enclave.c\n$(CC) -O2 -ffreestanding -c -o tiny.o tiny.c\n$(AR) rcs libtiny.a tiny.o\n$(LINK) -nostdlib -static -o enclave enclave.o -Wl,--start-group libtiny.a -lgcc -Wl,--end-group",
        {"enclave.c": "static unsigned lock;\nvoid t_exit(int);\nvoid _start(void) { t_exit(__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE)); }", "tiny.c": "void t_exit(int n) { for (;;) { (void)n; } }\nvoid *memcpy(void *d, const void *s, unsigned long n) { return d; }"},
        archs="arm64", linkers="bfd gold lld", symbol="__getauxval", heldout=True, not_causes="outline-atomics-helpers-missing definition-not-found static-link-order library-not-linked",
    ),
    Situation(
        "k-llvm-unwind", "unwind-runtime-missing", "a static program with cleanups that names LLVM's unwinder", "$(CC) -O1 -fexceptions -c -o job.o job.c\n$(LINK) -static -o job job.o -l:libunwind.a", {"job.c": "void put(int *p);\nstatic void undo(int *p) { put(p); }\nvoid put(int *p) { __asm__ volatile(\"\" ::: \"memory\"); }\nextern void abort(void);\nint main(int c, char **v) { __attribute__((cleanup(undo))) int n = c; if (c > 9) abort(); return n; }"},
        archs="riscv64 musl-armhf", linkers="bfd mold", symbol="libunwind.a", heldout=True, also="library-not-found", not_causes="libstdcxx-not-linked static-library-missing",
    ),
    Situation(
        "k-tokens-go", "libstdcxx-not-linked", "a Go program on a C++ tokenizer", "g++ -O2 -c -o native/tok.o native/tok.cpp\nar rcs native/libtok.a native/tok.o\nCGO_ENABLED=1 go build -o tokens .", CXXGO, archs="amd64", linkers="default", symbol="operator delete", heldout=True,
        not_causes="native-library-not-declared definition-not-found static-link-order language-linkage-mismatch",
    ),
    Situation(
        "k-layout-rust", "libstdcxx-not-linked", "a layout crate on C++ code", 'RUSTFLAGS="-C linker=gcc -C link-arg=$(FUSE) -C strip=debuginfo" cargo build --offline --target-dir target', LAYOUT, archs="amd64", linkers="bfd gold lld", symbol="__gxx_personality_v0", keep="target/debug/build/*/output", heldout=True,
        not_causes="native-library-not-declared unwind-runtime-missing definition-not-found rust-symbol-mangled",
    ),
    Situation(
        "k-loader-musl", "libstdcxx-wrong-libc", "a C++ counter started by musl's loader", "g++ -O1 -c -o count.o count.cpp\nmusl-gcc -o count count.o -L/usr/lib/gcc/x86_64-linux-gnu/12 -l:libstdc++.so -L/usr/lib/x86_64-linux-gnu -l:libgcc_s.so.1 -Wl,-rpath-link,/usr/lib/x86_64-linux-gnu -Wl,--allow-shlib-undefined\nLD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu ./count",
        {"count.cpp": "#include <sstream>\nint main(int c, char **) { std::ostringstream o; o << c; return o.str().size() - 1; }"}, archs="musl", linkers="default", symbol="libstdc++.so.6", says="symbol not found", ended=-1, heldout=True,
        not_causes="libstdcxx-not-linked glibc-archive-on-musl dso-underlinked runtime-glibc-too-old", note="links; does not load",
    ),
]  # fmt: skip
