"""The C library, the compiler's own runtime and the C++ runtime."""

from __future__ import annotations

from situation import ALL, Situation

MAIN = "$(CC) -O2 -c -o main.o main.c\n"
GLIBC_MADE = (
    "mkdir vendor; cat > r.c <<'C'\n#define _GNU_SOURCE\n#include <stdio.h>\n#include <string.h>\n#include <fcntl.h>\n#include <unistd.h>\n"
    'int reader_open(const char *path, int n) { char b[64]; memcpy(b, path, n); strcat(b, path); fprintf(stderr, "%s\\n", b);\n'
    "  int f = open64(path, O_RDONLY); fcntl(f, F_SETFD, 1); return pread64(f, b, n, 0); }\nC\n"
    "$GLIBC_CC -O2 -D_FORTIFY_SOURCE=2 -D_FILE_OFFSET_BITS=64 -fno-stack-protector -c -o reader.o r.c; $AR rcs vendor/libreader.a reader.o; rm r.c reader.o"
)
READS = {
    "main.c": "int reader_open(const char *path, int n);\nint main(int argc, char **argv) { return reader_open(argv[0], argc); }"
}
STUB = (
    "mkdir stub; cat > s.c <<'C'\nlong __isoc23_strtol(const char *s, char **e, int b) { return 0; }\nvoid __libc_start_main(void) {}\nvoid abort(void) {}\nC\n"
    "echo 'GLIBC_2.34 { global: __libc_start_main; abort; local: *; }; GLIBC_2.38 { global: __isoc23_strtol; } GLIBC_2.34;' > m;"
    " $CC -shared -fPIC -fno-builtin -nostdlib $SMALL -Wl,-soname,libc.so.6 -Wl,--version-script=m -o stub/libc.so.6 s.c; rm s.c m"
)
COUNTER = {
    "main.c": "#include <stdint.h>\nstatic uint64_t total;\nint main(int argc, char **argv) {\n  __atomic_fetch_add(&total, (uint64_t)argc, __ATOMIC_SEQ_CST);\n  return __atomic_load_n(&total, __ATOMIC_ACQUIRE) == 9;\n}"
}
FLAG = {
    "main.c": "static unsigned char busy;\nstatic unsigned short turns;\nint main(int argc, char **argv) {\n  unsigned char want = 0;\n  while (!__atomic_compare_exchange_n(&busy, &want, 1, 0, 5, 5)) want = 0;\n  return __atomic_fetch_add(&turns, argc, 5);\n}"
}
LSE = {
    "main.c": "static int total;\nint main(int argc, char **argv) { return __atomic_fetch_add(&total, argc, __ATOMIC_ACQ_REL); }"
}
WIDE = {
    "main.c": "int main(int argc, char **argv) { _BitInt(128) a = argc, b = argv[0][0]; b <<= 60; return (int)((a << 100) / (b + 3)); }"
}
CLEANUP = {
    "main.c": "void step(int *p);\nvoid drop(int *p);\nint main(int argc, char **argv) { __attribute__((cleanup(drop))) int held = argc; step(&held); return held; }",
    "step.c": "int left;\nvoid step(int *p) { ++*p; }\nvoid drop(int *p) { left = *p; }",
}

SITUATIONS = [
    Situation(
        "vendored-from-glibc", "glibc-archive-on-musl", "a reader on a musl image",
        MAIN + "$(LINK) -static -o app main.o vendor/libreader.a", READS, prepare=GLIBC_MADE,
        archs="musl musl-new musl-arm64", symbol="__memcpy_chk",
        variables={"musl": {"GLIBC_CC": "gcc"}, "musl-new": {"GLIBC_CC": "gcc"}, "musl-arm64": {"GLIBC_CC": "aarch64-linux-gnu-gcc"}},
        not_causes="musl-lfs64-removed host-libc-headers-leak definition-not-found newer-glibc-archive",
    ),
    Situation(
        "large-file-names-compiled-here", "musl-lfs64-removed", "a database that reads at offsets",
        "$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -c -o db.o db.c\n$(LINK) -o db db.o",
        {"db.c": "#include <unistd.h>\n#include <fcntl.h>\nint main(int argc, char **argv) { char b[8]; int f = open(argv[0], O_RDONLY); return pread64(f, b, 8, 4) + lseek64(f, 0, 0); }"},
        archs="musl musl-new musl-arm64", passes="musl", symbol="pread64",
        not_causes="glibc-archive-on-musl host-libc-headers-leak definition-not-found", note="musl 1.2.3 still has the names",
    ),
    Situation(
        "large-file-type-compiled-here", "musl-lfs64-removed", "a database with off64_t",
        "$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -c -o db.o db.c\n$(LINK) -o db db.o",
        {"db.c": "#include <unistd.h>\n#include <fcntl.h>\nint main(int argc, char **argv) { off64_t at = argc; return open64(argv[0], O_RDONLY) + (int)at; }"},
        archs="musl-new musl-armhf", linkers="default", symbol="off64_t",
        not_causes="glibc-archive-on-musl host-libc-headers-leak", note="fails in the compile; no link was reached",
    ),
    Situation(
        "headers-of-the-host", "host-libc-headers-leak", "a reader compiled with -I/usr/include",
        "$(CC) -O2 -D_FORTIFY_SOURCE=2 -I/usr/include -I/usr/include/x86_64-linux-gnu -c -o main.o main.c\n$(LINK) -static -o app main.o",
        {"main.c": "#include <string.h>\nint main(int argc, char **argv) { char b[32]; strcpy(b, argv[0]); strncat(b, argv[argc - 1], argc); return b[3]; }"},
        archs="musl", symbol="__strcpy_chk", not_causes="glibc-archive-on-musl musl-lfs64-removed newer-glibc-archive",
    ),
    Situation(
        "headers-of-a-newer-host", "host-libc-headers-leak", "a number parser compiled with -I/usr/include",
        "$(CC) -O2 -D_GNU_SOURCE -I$(TOOLCHAINS)/trixie-amd64/usr/include -I$(TOOLCHAINS)/trixie-amd64/usr/include/x86_64-linux-gnu -c -o num.o num.c\n$(LINK) -o app num.o",
        {"num.c": "#include <stdlib.h>\nint main(int argc, char **argv) { return (int)strtol(argv[argc - 1], 0, 10); }"},
        archs="musl musl-new", symbol="__isoc23_strtol", not_causes="newer-glibc-archive glibc-archive-on-musl musl-lfs64-removed",
        note="the headers are of glibc 2.41",
    ),
    Situation(
        "archive-of-a-newer-glibc", "newer-glibc-archive", "a downloaded parser",
        MAIN + "$(LINK) -o app main.o third_party/libnum.a",
        {"main.c": "long num_parse(const char *text);\nint main(int argc, char **argv) { return num_parse(argv[0]); }"},
        prepare="mkdir third_party; echo 'long strtol_new(const char *, char **, int) __asm__(\"__isoc23_strtol\"); long num_parse(const char *t) { return strtol_new(t, 0, 10); }' > n.c;"
        " $CC -O2 -c -o num.o n.c; $AR rcs third_party/libnum.a num.o; rm n.c num.o",
        archs=ALL, symbol="__isoc23_strtol", not_causes="definition-not-found host-libc-headers-leak runtime-glibc-too-old symbol-version-missing",
    ),
    Situation(
        "program-of-a-newer-glibc", "runtime-glibc-too-old", "a program from a newer build stage",
        "$(RUN) ./app", {},
        prepare=STUB + "; echo 'long __isoc23_strtol(const char *, char **, int); int main(int c, char **v) { return __isoc23_strtol(v[0], 0, 10); }' > a.c; $CC -O2 -c -o a.o a.c;"
        " $CC $SMALL -nodefaultlibs -o app a.o stub/libc.so.6; rm a.c a.o; rm -r stub",
        archs="amd64 arm64 armhf", linkers="default", symbol="GLIBC_2.38", says="GLIBC_2.38", ended=1, not_causes="symbol-version-missing newer-glibc-archive",
        note="the stub library of the newer version is gone when it runs", causes={},
    ),
    Situation(
        "eight-bytes-on-32-bits", "libatomic-missing-wide", "a counter of 64 bits",
        "$(CC) $(OLD) -O2 -c -o main.o main.c\n$(LINK) $(OLD) -o app main.o", COUNTER,
        archs="i386 armhf", variables={"i386": {"OLD": "-march=i486"}, "armhf": {"OLD": "-march=armv6+fp -marm"}},
        symbol="__atomic_fetch_add_8", not_causes="libatomic-missing-subword library-not-linked definition-not-found",
    ),
    Situation(
        "eight-bytes-with-libatomic", "", "a counter of 64 bits",
        "$(CC) $(OLD) -O2 -c -o main.o main.c\n$(LINK) $(OLD) -o app main.o -latomic", COUNTER,
        archs="i386 armhf", linkers="bfd", variables={"i386": {"OLD": "-march=i486"}, "armhf": {"OLD": "-march=armv6+fp -marm"}},
        symbol="__atomic_fetch_add_8", not_causes="libatomic-missing-wide", note="a look-alike that links",
    ),
    Situation(
        "one-byte-on-riscv", "libatomic-missing-subword", "a lock of one byte",
        MAIN + "$(LINK) -o app main.o", FLAG, archs="riscv64", symbol="__atomic_compare_exchange_1",
        not_causes="libatomic-missing-wide library-not-linked definition-not-found",
    ),
    Situation(
        "helpers-without-libgcc", "outline-atomics-helpers-missing", "a counter for a small image",
        MAIN + "$(LINK) -nodefaultlibs -o app main.o -lc", LSE, archs="arm64", symbol="__aarch64_ldadd4_acq_rel",
        not_causes="lse-init-getauxval libatomic-missing-wide definition-not-found",
    ),
    Situation(
        "helpers-ask-for-getauxval", "lse-init-getauxval", "a counter in firmware",
        "$(CC) -O2 -ffreestanding -c -o main.o main.c\n$(LINK) -static -nostdlib -Wl,-e,main -o app main.o -lgcc", LSE,
        archs="arm64", symbol="__getauxval", not_causes="outline-atomics-helpers-missing definition-not-found",
    ),
    Situation(
        "helpers-on-musl", "lse-init-getauxval", "a counter on a musl image",
        MAIN + "$(LINK) -static -nodefaultlibs -o app main.o -lc -lgcc", LSE, archs="musl-arm64", symbol="getauxval", passes="lld mold",
        not_causes="outline-atomics-helpers-missing glibc-archive-on-musl definition-not-found", note="libc stands before libgcc",
    ),
    Situation(
        "wide-division-by-clang", "compiler-rt-builtin-missing", "a quotient of wide numbers",
        "clang $(TARGET) -O1 -c -o main.o main.c\n$(LINK) -o app main.o", WIDE, archs="armhf i386",
        variables={"armhf": {"TARGET": "--target=arm-linux-gnueabihf"}, "i386": {"TARGET": "-m32"}},
        symbol="__divti3", not_causes="libatomic-missing-wide definition-not-found library-not-linked nostdlib-drops-runtime",
    ),
    Situation(
        "cpu-model-from-a-dso", "cpu-model-symbol-missing", "a codec that asks the processor",
        "$(CC) -O2 -fPIC -nostdlib -shared -o libfast.so fast.c\n" + MAIN + "$(LINK) -o app main.o -L. -lfast",
        {
            "fast.c": 'int fast_level(void) { return __builtin_cpu_supports("avx2") ? 2 : 1; }',
            "main.c": 'int fast_level(void);\nint main(void) { return fast_level() + (__builtin_cpu_supports("sse4.2") != 0); }',
        },
        archs="amd64", symbol="__cpu_model", passes="gold lld mold", not_causes="symbol-hidden dso-underlinked definition-not-found",
    ),
    Situation(
        "unwinder-left-out", "unwind-runtime-missing", "a static program with cleanups",
        "$(CC) -O1 -fexceptions -c -o main.o main.c\n$(CC) -O1 -c -o step.o step.c\n$(LINK) -static -nodefaultlibs -o app main.o step.o -lc -lgcc -lc", CLEANUP,
        archs="musl musl-arm64", symbol="_Unwind_Resume", not_causes="libstdcxx-not-linked definition-not-found glibc-archive-on-musl",
    ),
    Situation(
        "shared-unwinder-for-a-static-program", "unwind-runtime-missing", "a static program that names libgcc_s",
        "$(CC) -O1 -fexceptions -c -o main.o main.c\n$(CC) -O1 -c -o step.o step.c\n$(LINK) -static -o app main.o step.o -lgcc_s -lc", CLEANUP,
        archs="musl musl-arm64", symbol="gcc_s", not_causes="library-not-found libstdcxx-not-linked",
    ),
    Situation(
        "llvm-unwinder-not-there", "unwind-runtime-missing", "a program that names libunwind",
        "$(CC) -O1 -fexceptions -c -o main.o main.c\n$(CC) -O1 -c -o step.o step.c\n$(LINK) -o app main.o step.o -lunwind", CLEANUP,
        archs="amd64 arm64", symbol="unwind", not_causes="libstdcxx-not-linked static-library-missing",
    ),
    Situation(
        "cxx-objects-on-musl", "libstdcxx-not-linked", "a C++ archive in a static musl program",
        "$(CC) -O1 -c -o main.o main.c\n$(CXX) -O1 -fno-exceptions -c -o store.o store.cpp\n$(LINK) -static -o app main.o store.o",
        {
            "main.c": "int store_size(int n);\nint main(int argc, char **argv) { return store_size(argc); }",
            "store.cpp": "struct Item { virtual ~Item() {} virtual int size() = 0; };\nstruct Box : Item { int n; explicit Box(int n) : n(n) {} int size() override { return n; } };\nextern \"C\" int store_size(int n) { Item *i = new Box(n); int v = i->size(); delete i; return v; }",
        },
        archs="musl musl-arm64", variables={"musl": {"CXX": "g++"}, "musl-arm64": {"CXX": "aarch64-linux-gnu-g++"}},
        symbol="operator delete", not_causes="glibc-archive-on-musl vtable-key-function-missing definition-not-found",
    ),
    Situation(
        "ifunc-is-not-applied", "ifunc-on-static-musl", "a static musl program that picks at start",
        MAIN + "$(LINK) -static -o app main.o\n./app",
        {"main.c": "static int plain(int x) { return x; }\nstatic int (*pick(void))(int) { return plain; }\nint best(int x) __attribute__((ifunc(\"pick\")));\nint main(int argc, char **argv) { return best(argc) - 1; }"},
        archs="musl musl-new", linkers="bfd lld mold", symbol="best", ended=-1, not_causes="weak-undefined definition-not-found native-cpu-in-image",
        note="links; dies at the first call",
    ),
    Situation(
        "stack-guard-without-libc", "nostdlib-drops-runtime", "a loader without the C library",
        "$(CC) -O1 -fstack-protector-all -ffreestanding -c -o main.o main.c\n$(LINK) -nostdlib -static -Wl,-e,start -o app main.o",
        {"main.c": "int start(void) { volatile char b[32]; for (int i = 0; i < 32; i++) b[i] = i; return b[3]; }"},
        archs=ALL, symbol="__stack_chk_fail", not_causes="definition-not-found glibc-archive-on-musl library-not-linked",
    ),
    Situation(
        "division-without-libgcc", "nostdlib-drops-runtime", "a division of wide numbers",
        "$(CC) -O1 -ffreestanding -fno-stack-protector -c -o main.o main.c\n$(LINK) -nostdlib -static -Wl,-e,start -o app main.o",
        {"main.c": "#if __SIZEOF_POINTER__ == 8\ntypedef unsigned __int128 wide;\n#else\ntypedef unsigned long long wide;\n#endif\nint start(wide a, wide b) { return (int)(a / b); }"},
        archs="amd64 armhf riscv64", symbol="div", not_causes="definition-not-found compiler-rt-builtin-missing",
    ),
    Situation(
        "sanitized-objects", "instrumentation-runtime-missing", "a test build linked without its sanitizer",
        "$(CC) -O1 -fsanitize=address -c -o main.o main.c\n$(LINK) -o app main.o",
        {"main.c": "int main(int argc, char **argv) { volatile char b[8]; b[argc & 7] = 1; return b[0]; }"},
        archs="amd64 arm64 armhf", symbol="__asan_", not_causes="definition-not-found library-not-linked nostdlib-drops-runtime",
    ),
    Situation(
        "coverage-objects", "instrumentation-runtime-missing", "a coverage build linked without its flag",
        "$(CC) -O1 --coverage -c -o main.o main.c\n$(LINK) -o app main.o",
        {"main.c": "int main(int argc, char **argv) { return argc > 2; }"},
        archs="amd64 riscv64", symbol="__gcov_", not_causes="definition-not-found library-not-linked",
    ),
]  # fmt: skip
