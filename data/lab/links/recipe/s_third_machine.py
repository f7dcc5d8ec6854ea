"""The third set, half of it once held out: objects, tools and words of another machine."""

from __future__ import annotations

from situation import Situation

PONG = {
    "start.S": "#if defined(__aarch64__)\n.globl _start\n_start:\n  bl game\n  mov x8, #93\n  svc #0\n#else\n.globl _start\n_start:\n  call game\n  li a7, 93\n  ecall\n#endif\n",
    "game.c": "long table[4] = {3, 1, 4, 1};\nvoid draw(long v);\nint game(void) { draw(table[1]); return (int)table[2]; }",
    "draw.c": "static volatile char screen[64];\nvoid draw(long v) { screen[v & 63] = '*'; }",
    "link.sh": 'set -e\nLD=${LD:-ld}\necho "$LD -m elf_x86_64 -o pong start.o game.o draw.o"\n$LD -m elf_x86_64 -o pong start.o game.o draw.o\n',
}
GO_GAUGE = {
    "go.mod": "module gauge\n\ngo 1.19\n",
    "gauge.go": 'package main\n\n/*\nstatic int clampf(int v) { return v > 100 ? 100 : v; }\n*/\nimport "C"\n\nfunc main() {\n\tif C.clampf(120) != 100 {\n\t\tpanic("gauge")\n\t}\n}\n',
}
TTS = {
    "speak.cc": 'extern "C" {\nint tts_init(const char *voice);\nint tts_say(int h, const char *text);\n}\nint main(int, char **argv) { return tts_say(tts_init("en"), argv[0]); }',
    "speak.c": 'int tts_init(const char *voice);\nint tts_say(int h, const char *text);\nint main(int c, char **argv) { return tts_say(tts_init("en"), argv[0]); }',
}
TTS_MADE = (
    "mkdir -p prebuilts/linux-x86_64; echo 'int tts_load(const char *); int tts_init(const char *v) { return tts_load(v); }' > i.c; echo 'int tts_load(const char *v) { return v[0]; } int tts_say(int h, const char *t) { return h + t[0]; }' > l.c;"
    " for f in i l; do gcc -O2 -fPIC -c -o tts_$f.o $f.c; done; ar qcs prebuilts/linux-x86_64/libtts.a tts_i.o tts_l.o; rm i.c l.c tts_i.o tts_l.o"
)
ZPACK = {
    "deps/zpack/CMakeLists.txt": "cmake_minimum_required(VERSION 3.18)\nproject(zpack C)\nset(CMAKE_VERBOSE_MAKEFILE ON)\nset(CMAKE_RULE_MESSAGES OFF)\nadd_library(zpack STATIC encode.c entropy.c)\n",
    "deps/zpack/encode.c": "int zp_entropy(int); int zp_encode(int x) { return zp_entropy(x) + 1; }",
    "deps/zpack/entropy.c": "int zp_entropy(int x) { return x ^ 0x55; }",
    "tool.c": "int zp_encode(int);\nint main(int c, char **v) { return zp_encode(c); }",
}
SNMP = "mkdir -p hostroot/lib/pkgconfig; echo 'int snmp_walk(int x) { return x; }' > s.c; gcc -O1 -shared -fPIC -o hostroot/lib/libnetmib.so s.c; rm s.c; printf 'Name: netmib\\nDescription: mib\\nVersion: 5.9\\nLibs: -L%s/hostroot/lib -lnetmib\\n' $PWD > hostroot/lib/pkgconfig/netmib.pc"
KALMAN = {
    "nav.c": "double kalman_gain(double p, double r);\nint main(int c, char **v) { return (int)kalman_gain(c, 2.0); }"
}

SITUATIONS: list[Situation] = [
    Situation(
        "k-pong", "target-linker-not-set", "a bare game whose script links with ld", "$(CC) -c -o start.o start.S\n$(CC) -O1 -ffreestanding -c -o game.o game.c\n$(CC) -O1 -ffreestanding -c -o draw.o draw.c\nLD=$(HOSTLD) sh link.sh",
        PONG, archs="arm64 riscv64", linkers="bfd gold lld mold", symbol="start.o",
        variables={"bfd": {"HOSTLD": "ld.bfd"}, "gold": {"HOSTLD": "ld.gold"}, "lld": {"HOSTLD": "ld.lld"}, "mold": {"HOSTLD": "mold"}},
        not_causes="wrong-arch-prebuilt-archive wrong-cc-for-c-deps object-truncated stale-build-output",
    ),
    Situation(
        "k-gauge-link", "target-linker-not-set", "a Go gauge linked outside by gcc", "CGO_ENABLED=1 GOOS=linux GOARCH=arm64 CC=aarch64-linux-gnu-gcc go build -ldflags='-linkmode external -extld gcc' -o gauge .",
        GO_GAUGE, archs="arm64", linkers="default", symbol="go.o", not_causes="cgo-cc-not-cross wrong-arch-prebuilt-archive wrong-cc-for-c-deps", note="fails in the external link of go",
    ),
    Situation(
        "k-speak-musl", "wrong-arch-prebuilt-archive", "a speech program on a musl image of arm64", "$(CC) -O2 -c -o speak.o speak.c\n$(LINK) -static -o speak speak.o prebuilts/linux-x86_64/libtts.a", {"speak.c": TTS["speak.c"]}, prepare=TTS_MADE,
        archs="musl-arm64", linkers="bfd lld mold", symbol="tts", not_causes="target-linker-not-set wrong-cc-for-c-deps glibc-archive-on-musl",
    ),
    Situation(
        "k-zpack", "wrong-cc-for-c-deps", "a packer whose dependency cmake configures on its own", "cmake -S deps/zpack -B deps/zpack/out -DCMAKE_BUILD_TYPE=Release\ncmake --build deps/zpack/out\n$(CC) -O2 -c -o tool.o tool.c\n$(LINK) -o tool tool.o deps/zpack/out/libzpack.a",
        ZPACK, archs="arm64 armhf", linkers="bfd lld", symbol="zpack", drop="*/CMakeFiles/3.*", not_causes="wrong-arch-prebuilt-archive target-linker-not-set stale-build-output cache-mount-shared-across-arch",
    ),
    Situation(
        "k-netmib", "cross-pkgconfig-host-library", "a network walker that asks pkg-config", 'PKG_CONFIG_PATH=$(CURDIR)/hostroot/lib/pkgconfig pkg-config --print-errors --exists netmib && echo "checking for netmib... yes"\n$(CC) -O2 -c -o walk.o walk.c\n$(LINK) -o walk walk.o $$(PKG_CONFIG_PATH=$(CURDIR)/hostroot/lib/pkgconfig pkg-config --libs netmib)',
        {"walk.c": "int snmp_walk(int);\nint main(int c, char **v) { return snmp_walk(c); }"}, prepare=SNMP, archs="arm64 riscv64", linkers="bfd mold", symbol="netmib", not_causes="library-not-found wrong-arch-prebuilt-archive wrong-cc-for-c-deps", note="the library is of amd64",
    ),
    Situation(
        "k-bare-cross", "sysroot-crt-missing", "a program on an image with the cross compiler alone", "$(CC) -O2 -c -o id.o id.c\n$(LINK) -o id id.o", {"id.c": "int main(int c, char **v) { return v[0][0] + c; }"},
        archs="armhf riscv64", linkers="bfd lld", hide="/usr/$TRIPLE/lib", symbol="crt", not_causes="library-not-found entry-point-missing unwind-runtime-missing", note="the folder of the C library is empty",
    ),
    Situation(
        "k-nav-arm", "float-abi-mismatch", "a navigator with an archive for soft floats", "$(CC) -O2 -c -o nav.o nav.c\n$(LINK) -o nav nav.o vendor/libkalman.a", KALMAN,
        prepare="mkdir vendor; echo 'double kalman_gain(double p, double r) { return p / (p + r); }' > k.c; $CC -O2 -marm -mfloat-abi=softfp -mfpu=vfpv3 -c -o kalman.o k.c; $AR rcs vendor/libkalman.a kalman.o; rm k.c kalman.o",
        archs="armhf", linkers="bfd gold", symbol="vendor/libkalman.a", not_causes="wrong-arch-prebuilt-archive wrong-arch-object compiler-rt-builtin-missing static-link-order",
    ),
    Situation(
        "k-nav-riscv", "float-abi-mismatch", "a navigator with one object of another calling convention", "$(CC) -O2 -march=rv64imac -mabi=lp64 -c -o kalman.o kalman.c\n$(CC) -O2 -c -o nav.o nav.c\n$(LINK) -o nav nav.o kalman.o",
        KALMAN | {"kalman.c": "double kalman_gain(double p, double r) { return p / (p + r); }"}, archs="riscv64", linkers="bfd", symbol="float", not_causes="wrong-arch-object wrong-arch-prebuilt-archive object-truncated compiler-rt-builtin-missing",
    ),
    Situation(
        "k-tilegen", "exec-format-error", "tiles drawn by a tool that is built first", "$(CC) -O2 -o tilegen tilegen.c\npython3 -c 'import subprocess; subprocess.run([\"./tilegen\", \"--out\", \"tiles.h\"], check=True)'\n$(CC) -O2 -c -o map.o map.c\n$(LINK) -o map map.o",
        {"tilegen.c": "#include <stdio.h>\nint main(int c, char **v) { FILE *f = fopen(v[2], \"w\"); return fprintf(f, \"#define TILE 4\\n\") < 0; }", "map.c": '#include "tiles.h"\nint main(void) { return TILE; }'},
        archs="arm64 riscv64", linkers="default", symbol="Exec format error", drop="tilegen", not_causes="wrong-arch-object qemu-user-crash target-linker-not-set wrong-arch-prebuilt-archive", note="the tool is of the target; no emulation",
    ),
]  # fmt: skip
