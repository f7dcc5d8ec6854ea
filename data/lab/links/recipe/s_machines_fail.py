"""Builds that fail over the machine, a cache or an older build, and are taken for link faults."""

from __future__ import annotations

from situation import Situation

STALE = {
    "Makefile.lib": "libzone.a: zone.o\n\t$(AR) rcs $@ $<\nzone.o: zone.c\n\t$(CC) -O1 -c -o $@ $<\n",
    "main.c": "int zone_offset(const char *name, int year);\nint main(int argc, char **argv) { return zone_offset(argv[0], argc); }",
    "zone.c": "int zone_offset(const char *name, int year) { return name[0] + year; }",
}
KILLER = "#!/bin/sh\n# Stands for a kernel without memory: the linker is ended by signal 9.\nkill -9 $$\n"
MANY = {
    "main.c": "int main(void) { return 0; }",
    "tools/ld": KILLER,
    "tools/ld.bfd": KILLER,
    "tools/ld.gold": KILLER,
    "tools/ld.lld": KILLER,
}
AVX2 = {
    "sum.c": "__attribute__((noinline)) static double sum(const double *x, int n) { double s = 0; for (int i = 0; i < n; i++) s += x[i] * x[i] + 1.5; return s; }\n"
    "int main(int argc, char **argv) { double x[64]; for (int i = 0; i < 64; i++) x[i] = i * argc; return sum(x, 64) < 0; }",
    "tools/gcc": '#!/bin/sh\n# The compiler as on a builder with AVX2.\nexec qemu-x86_64-static -cpu max /usr/bin/gcc "$@"\n',
}

SITUATIONS = [
    Situation(
        "archive-older-than-its-source", "stale-build-output", "a build folder of last month",
        "$(MAKE) -f Makefile.lib CC=\"$(CC)\" AR=$(AR)\n$(CC) -O1 -c -o main.o main.c\n$(LINK) -o app main.o libzone.a", STALE,
        prepare="echo 'int zone_offset_old(const char *name) { return name[0]; }' > z.c; $CC -O1 -c -o zone.o z.c; $AR rcs libzone.a zone.o; rm z.c;"
        " touch -d '2024-03-01' zone.c; touch -d '2024-03-05' zone.o; touch -d '2024-03-06' libzone.a",
        archs="amd64 arm64", symbol="zone_offset", not_causes="definition-not-found signature-mismatch static-link-order arch-source-missing-from-list",
        note="make finds the archive up to date",
    ),
    Situation(
        "objects-of-another-machine-left", "cache-mount-shared-across-arch", "a build folder that two machines share",
        "$(MAKE) -f Makefile.lib CC=\"$(CC)\" AR=$(AR)\n$(CC) -O1 -c -o main.o main.c\n$(LINK) -o app main.o libzone.a", STALE,
        prepare="$OTHER -O1 -c -o zone.o zone.c; $OTHER_AR rcs libzone.a zone.o; touch -d '2024-03-01' zone.c; touch -d '2024-03-05' zone.o; touch -d '2024-03-06' libzone.a",
        archs="arm64 armhf", variables={"arm64": {"OTHER": "gcc", "OTHER_AR": "ar"}, "armhf": {"OTHER": "aarch64-linux-gnu-gcc", "OTHER_AR": "aarch64-linux-gnu-ar"}},
        symbol="zone.o", says="zone", also="stale-build-output", not_causes="wrong-arch-prebuilt-archive wrong-cc-for-c-deps target-linker-not-set",
        dockerfile="FROM debian:bookworm\nARG TARGETARCH\nWORKDIR /src\nCOPY . .\nRUN --mount=type=cache,target=/src make\n",
        note="bare log as of the RUN, not BuildKit's; the Dockerfile has one default cache id for all platforms",
    ),
    Situation(
        "linker-killed", "linker-oom-killed", "a big link on a small machine",
        "$(CC) -O1 -c -o main.o main.c\n$(LINK) -o app main.o", MANY, archs="amd64 arm64", linkers="bfd gold lld",
        symbol="signal 9", not_causes="disk-full qemu-user-crash definition-not-found", note="a linker that ends itself by signal 9; the driver's words are real",
    ),
    Situation(
        "linker-crashes", "", "a linker that dies of its own fault",
        "$(CC) -O1 -ffunction-sections -c -o main.o main.c\n$(CC) -O1 -c -o cmd.o cmd.c\n$(LINK) -Wl,--gc-sections -Wl,-z,start-stop-gc -o app main.o cmd.o",
        {
            "main.c": "typedef int (*fn)(void);\nextern const fn __start_commands[], __stop_commands[];\nint main(void) { int n = 0; for (const fn *f = __start_commands; f < __stop_commands; f++) n += (*f)(); return n; }",
            "cmd.c": 'static int hello(void) { return 1; }\n__attribute__((section("commands"), used)) static int (*const entry)(void) = hello;',
        },
        archs="amd64", linkers="bfd", symbol="signal 11", causes={"amd64": "pending"}, fails=True,
        not_causes="disk-full linker-oom-killed qemu-user-crash start-stop-gc definition-not-found", note="a fault of GNU ld 2.40 itself; the catalogue has no id for it",
    ),
    Situation(
        "native-on-another-cpu", "native-cpu-in-image", "a program with -march=native",
        "$(CC) -O3 -march=native -c -o sum.o sum.c\n$(LINK) -o sum sum.o\nqemu-x86_64-static -cpu qemu64 ./sum", AVX2, archs="amd64", linkers="default",
        symbol="Illegal instruction", says="Illegal instruction", ended=132, not_causes="exec-format-error allocator-page-size qemu-user-crash native-march-in-shared-cache", note="compiled as on a processor with AVX2, run as on one without",
    ),
    Situation(
        "program-for-another-machine", "exec-format-error", "a test step that runs what it built",
        "$(CC) -O1 -c -o main.o main.c\n$(LINK) -o app main.o\nbash -c ./app", {"main.c": "int main(void) { return 0; }"}, archs="arm64", linkers="default",
        symbol="Exec format error", says="Exec format error", ended=126, not_causes="wrong-arch-object qemu-user-crash native-cpu-in-image", note="an arm64 program on amd64 without emulation",
    ),
    Situation(
        "no-room-for-the-output", "disk-full", "a link on a full disk",
        "$(CC) -O1 -c -o main.o main.c\n$(LINK) -o /mnt/app main.o", {"main.c": "char table[60000] = {1};\nint main(int argc, char **argv) { return table[argc]; }"},
        archs="amd64 arm64", linkers="bfd gold lld mold", symbol="", hide="/mnt:size=8k", not_causes="linker-oom-killed object-truncated definition-not-found",
        note="a file system of 8 kB",
    ),
    Situation(
        "compiler-dies-in-the-emulator", "qemu-user-crash", "a compile on an emulated machine",
        "qemu-aarch64-static -s 8192 -L $(TOOLCHAINS)/bookworm-arm64 $(TOOLCHAINS)/bookworm-arm64/usr/lib/gcc/aarch64-linux-gnu/12/cc1 -quiet -O2 -o expr.s expr.c",
        {"expr.c": "int deep(int x) { return " + "(" * 200 + "x" + " + 1)" * 200 + "; }"},
        archs="arm64", linkers="default", symbol="uncaught target signal 11", says="uncaught target signal 11", not_causes="linker-oom-killed native-cpu-in-image",
        note="the emulator is given a stack of 8 kB; fails in the compile",
    ),
    Situation(
        "pages-of-64-kilobytes", "allocator-page-size", "a program with its own allocator",
        "$(CC) -O1 -fno-builtin -c -o main.o main.c\n$(LINK) -static -o app main.o $(TOOLCHAINS)/jemalloc-arm64/usr/lib/libjemalloc.a -lm\nqemu-aarch64-static -p 65536 ./app",
        {"main.c": "#include <stdlib.h>\nint main(int argc, char **argv) { char *p = malloc(argc * 100); p[0] = 1; free(p); return 0; }"},
        archs="arm64", linkers="default", symbol="page size", says="Unsupported system page size", ended=-1, not_causes="native-cpu-in-image qemu-user-crash", note="an emulator with pages of 64 kB",
    ),
]  # fmt: skip
