"""Rust runtimes, a compiler cache, a C library of two releases, and links that only look alike."""

from __future__ import annotations

from situation import Situation

C = "$(CC) -O1 -c -o "
X = "$(CXX) -O1 -c -o "
RUST = (
    "#![no_std]\n#[panic_handler]\nfn panic(_: &core::panic::PanicInfo) -> ! {\n    loop {}\n}\n"
    '#[no_mangle]\npub extern "C" fn @_start(x: u32) -> u32 {\n    x ^ 9\n}\n'
)
PAIR = {f"{n}.rs": RUST.replace("@", n) for n in ("audio", "video")} | {
    "main.c": "unsigned audio_start(unsigned), video_start(unsigned);\nint main(int c, char **v) { return audio_start(c) + video_start(c); }"
}
RUSTC = "rustc --edition 2021 --crate-name"
SUM = {
    "sum.c": "__attribute__((noinline)) static double sum(const double *x, int n) { double s = 0; for (int i = 0; i < n; i++) s += x[i] * x[i] + 1.5; return s; }\n"
    "int main(int argc, char **argv) { double x[64]; for (int i = 0; i < 64; i++) x[i] = i * argc; return sum(x, 64) < 0; }",
    "tools/gcc": '#!/bin/sh\n# The compiler as on a machine with the processor that the file cpu names.\nexec qemu-x86_64-static -cpu "$(cat cpu)" /usr/bin/gcc "$@"\n',
}
CACHE = "CCACHE_DIR=$(CURDIR)/.ccache $(TOOLCHAINS)/bullseye-amd64/usr/bin/ccache"

SITUATIONS = [
    Situation(
        "two-rust-archives", "rust-runtime-duplicated", "a player with two Rust archives",
        f"{RUSTC} audio --crate-type lib --emit obj=audio.o -C panic=abort -C opt-level=1 audio.rs\n{RUSTC} video --crate-type lib --emit obj=video.o -C panic=abort -C opt-level=1 video.rs\n"
        "$(AR) rcs libaudio.a audio.o\n$(AR) rcs libvideo.a video.o\n" + C + "main.o main.c\n$(LINK) -o player main.o libaudio.a libvideo.a", PAIR,
        archs="amd64", symbol="rust_begin_unwind", not_causes="duplicate-definition duplicate-native-crate tls-library-collision definition-not-found",
    ),
    Situation(
        "two-rust-staticlibs", "rust-runtime-duplicated", "a player with two Rust static libraries",
        f"{RUSTC} audio --crate-type staticlib -C panic=abort -C opt-level=1 -C strip=debuginfo -o libaudio.a audio.rs\n{RUSTC} video --crate-type staticlib -C panic=abort -C opt-level=1 -C strip=debuginfo -o libvideo.a video.rs\n"
        + C + "main.o main.c\n$(LINK) -o player main.o libaudio.a libvideo.a", PAIR,
        archs="amd64", linkers="bfd lld", symbol="rust_begin_unwind", drop="libaudio.a libvideo.a", not_causes="duplicate-definition duplicate-native-crate", note="the archives, each of 7 MB with all of core, are not kept",
    ),
    Situation(
        "cached-for-another-cpu", "native-march-in-shared-cache", "a cache that two builders share",
        f"{CACHE} gcc -O3 -march=native -c -o sum.o sum.c\n{CACHE} -s\n$(LINK) -o sum sum.o\nqemu-x86_64-static -cpu qemu64 ./sum", SUM,
        prepare='echo max > cpu; CCACHE_DIR=$PWD/.ccache $TOOLCHAINS/bullseye-amd64/usr/bin/ccache gcc -O3 -march=native -c -o sum.o sum.c; rm sum.o; echo qemu64 > cpu',
        archs="amd64", linkers="default", symbol="Illegal instruction", says="Illegal instruction", ended=132, not_causes="native-cpu-in-image qemu-user-crash stale-build-output",
        note="ccache 4.2; the object in the cache was compiled as on a processor with AVX2",
    ),
    Situation(
        "library-of-newer-musl", "musl-time64-skew", "a database client from a newer repository",
        C + "main.o main.c\n$(LINK) -o app main.o -Lrootfs/lib -lpqx", {"main.c": "int pq_open(const char *); int main(int c, char **v) { return pq_open(v[0]); }"},
        prepare="mkdir -p rootfs/lib; printf '#include <sys/stat.h>\\n#include <time.h>\\nint pq_open(const char *p) { struct stat s; return stat(p, &s) + (int)time(0); }\\n' > p.c; $CC -O2 -fPIC -shared $SMALL -o rootfs/lib/libpqx.so p.c;"
        " printf 'int __libc_start_main(void) { return 0; }\\nint stat(void) { return 0; }\\nint time(void) { return 0; }\\nvoid _init(void) {}\\n' > c.c; $CC -fno-builtin -nostdlib -fPIC -shared $SMALL -Wl,-soname,libc.so -o rootfs/lib/libc.so c.c; rm p.c c.c",
        archs="musl-armhf", linkers="bfd gold lld mold", passes="mold", symbol="__stat_time64", not_causes="glibc-archive-on-musl musl-lfs64-removed dso-underlinked definition-not-found newer-glibc-archive",
        dockerfile="FROM alpine:3.12\nRUN echo 'https://dl-cdn.alpinelinux.org/alpine/edge/main' >> /etc/apk/repositories && apk add --no-cache build-base libpqx@edge\nWORKDIR /src\nCOPY . .\nRUN make\n",
        note="the older libc is a stub with the names that a musl before 1.2 has; a bare log as of the RUN",
    ),
    Situation(
        "member-defined-elsewhere", "object-not-linked", "a limits class with its own file", X + "main.o main.cpp\n" + X + "limits.o limits.cpp\n$(LINKXX) -o app main.o",
        {"limits.hpp": "struct Bounds { static const int depth_of[4]; };", "main.cpp": '#include "limits.hpp"\nint main(int argc, char **) { return Bounds::depth_of[argc & 3]; }', "limits.cpp": '#include "limits.hpp"\nconst int Bounds::depth_of[4] = {1, 2, 3, 4};'},
        archs="amd64 arm64", linkers="bfd lld", symbol="Bounds::depth_of", not_causes="static-member-not-defined definition-not-found signature-mismatch", note="looks like a static member without definition",
    ),
    Situation(
        "inline-defined-elsewhere", "object-not-linked", "a clamp function with its own file", "$(CC) -std=c99 -O0 -c -o main.o main.c\n$(CC) -std=c99 -O0 -c -o clamp.o clamp.c\n$(LINK) -o app main.o",
        {"clamp.h": "inline int clamp_to(int v, int hi) { return v < hi ? v : hi; }", "main.c": '#include "clamp.h"\nint main(int argc, char **argv) { return clamp_to(argc, 3); }', "clamp.c": '#include "clamp.h"\nextern inline int clamp_to(int v, int hi);'},
        archs="amd64 arm64", linkers="bfd lld", symbol="clamp_to", not_causes="inline-not-emitted definition-not-found", note="looks like an inline without external definition",
    ),
    Situation(
        "wrapper-of-what-is-not-there", "definition-not-found", "a test whose wrapper calls the real clock", C + "main.o main.c\n" + C + "wrap.o wrap.c\n$(LINK) -Wl,--wrap=read_clock -o test main.o wrap.o",
        {"main.c": "int read_clock(int zone);\nint main(int argc, char **argv) { return read_clock(argc); }", "wrap.c": "int __real_read_clock(int);\nint __wrap_read_clock(int zone) { return zone > 3 ? 7 : __real_read_clock(zone); }"},
        archs="amd64 arm64", linkers="bfd lld mold", symbol="read_clock", not_causes="wrap-target-missing object-not-linked", note="looks like a wrapper that is missing: it is there, the wrapped one is not",
    ),
    Situation(
        "hidden-variable", "symbol-hidden", "a counter hidden in its library", "$(CC) -O1 -fPIC -shared -o libcount.so count.c\n$(CC) -O1 -fno-pie -c -o main.o main.c\n$(LINK) -no-pie -o app main.o -L. -lcount",
        {"count.c": '__attribute__((visibility("hidden"))) int total_seen = 3;\nint next_one(void) { return ++total_seen; }', "main.c": "extern int total_seen;\nint next_one(void);\nint main(void) { return next_one() + total_seen; }"},
        archs="amd64", symbol="total_seen", not_causes="copy-relocation-protected definition-not-found dso-underlinked", note="looks like a protected variable",
    ),
    Situation(
        "ifunc-on-static-glibc", "", "a static program that picks at start", C + "main.o main.c\n$(LINK) -static -o app main.o\n$(RUN) ./app",
        {"main.c": "static int plain(int x) { return x; }\nstatic int (*pick(void))(int) { return plain; }\nint best(int x) __attribute__((ifunc(\"pick\")));\nint main(int argc, char **argv) { return best(argc) - 1; }"},
        archs="amd64 arm64", linkers="bfd lld", symbol="best", ended=0, not_causes="ifunc-on-static-musl weak-undefined", note="a look-alike that runs: glibc applies them",
    ),
    Situation(
        "hook-of-a-profiler", "definition-not-found", "a program that calls a profiler of its own", C + "main.o main.c\n$(LINK) -o app main.o",
        {"main.c": "void __prof_gcov_flush(void), asan_report_now(int);\nint main(int argc, char **argv) { __prof_gcov_flush(); asan_report_now(argc); return 0; }"},
        archs="amd64 riscv64", linkers="bfd lld mold", symbol="asan_report_now", not_causes="instrumentation-runtime-missing library-not-linked", note="names like those of a sanitizer, which no compiler emitted",
    ),
    Situation(
        "weak-in-a-static-musl", "weak-undefined", "a static musl program with an optional hook", C + "main.o main.c\n$(LINK) -static -o app main.o\n./app",
        {"main.c": "__attribute__((weak)) int on_ready(int n);\nint main(int argc, char **argv) { return on_ready(argc) + 1; }"},
        archs="musl", linkers="bfd lld", symbol="on_ready", ended=-1, not_causes="ifunc-on-static-musl native-cpu-in-image allocator-page-size libstdcxx-wrong-libc", note="dies like a program whose IFUNCs were not applied",
    ),
    Situation(
        "cxx-library-of-glibc-on-musl", "libstdcxx-wrong-libc", "a static musl program on the system's libstdc++",
        "g++ -O1 -c -o words.o words.cc\n" + C + "compat.o compat.c\n$(LINK) -static -o words words.o compat.o /usr/lib/gcc/x86_64-linux-gnu/12/libstdc++.a -lgcc -lgcc_eh\n./words",
        {
            "words.cc": "#include <locale>\n#include <string>\nint main() {\n  const auto &f = std::use_facet<std::ctype<char>>(std::locale::classic());\n  int n = 0;\n  std::string text = \"Room 12\";\n  for (char x : text) n += f.is(std::ctype_base::alpha, x) + (f.toupper(x) == 'R');\n  return n == 5 ? 0 : 3;\n}",
            "compat.c": "/* What the library asks of a newer C library. */\nchar __libc_single_threaded = 1;\nunsigned arc4random(void) { return 4; }\nint _dl_find_object(void *a, void *b) { return -1; }",
        },
        archs="musl", linkers="bfd lld", symbol="libstdc++.a", ended=139, not_causes="ifunc-on-static-musl native-cpu-in-image glibc-archive-on-musl libstdcxx-not-linked weak-undefined",
        note="links; dies in the tables of characters, whose place in a locale differs",
    ),
    Situation(
        "flags-of-the-environment-win", "rustflags-precedence-or-target-split", "a port crate with flags in its configuration",
        C + "native/serialx.o native/serialx.c\n$(AR) rcs native/libserialx.a native/serialx.o\nprintf '[build]\\nrustflags = [\"-Lnative=native\", \"-lserialx\"]\\n' > .cargo/config.toml\nRUSTFLAGS=\"-C linker=gcc -C link-arg=$(FUSE) -C strip=debuginfo\" cargo build --offline --target-dir out",
        {
            "Cargo.toml": '[package]\nname = "portx"\nversion = "0.1.0"\nedition = "2021"\n', ".cargo/README": "flags\n", "native/serialx.c": "int serialx_open(int baud) { return baud / 300; }",
            "src/main.rs": 'extern "C" {\n    fn serialx_open(baud: i32) -> i32;\n}\nfn main() {\n    println!("{}", unsafe { serialx_open(9600) });\n}\n',
        },
        archs="amd64", linkers="bfd lld", symbol="serialx_open", not_causes="definition-not-found rust-symbol-mangled kernel-object-not-built", note="RUSTFLAGS replaces the flags of .cargo/config.toml, which name the library",
    ),
]  # fmt: skip
