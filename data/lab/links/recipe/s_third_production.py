"""The third set, half of it once held out: definitions that a build was to make and did not make."""

from __future__ import annotations

from situation import Situation

VOXEL = {
    "build.sh": """set -u
objs="build/scene.o build/voxel_ref.o"
mkdir -p build
defs=""
echo "[1/4] CC scene.c"
$CC -O2 -DVOXEL_WIDE -c src/scene.c -o build/scene.o || exit 1
echo "[2/4] CC voxel_ref.c"
$CC -O2 -c src/voxel_ref.c -o build/voxel_ref.o || exit 1
echo "[3/4] CC voxel_wide.c ($WIDE)"
if $CC -O2 $WIDE -c src/voxel_wide.c -o build/voxel_wide.o; then
  objs="$objs build/voxel_wide.o"
else
  echo "note: compiler has no support for $WIDE, leaving voxel_wide.c out"
fi
echo "[4/4] AR libvoxel.a"
$AR rc build/libvoxel.a $objs
$RANLIB build/libvoxel.a
""",
    "src/scene.c": "float voxel_ref(const float *g, int n);\n#ifdef VOXEL_WIDE\nfloat voxel_trace_wide(const float *g, int n);\n#endif\nfloat scene_trace(const float *g, int n) {\n#ifdef VOXEL_WIDE\n  if (n > 7)\n    return voxel_trace_wide(g, n);\n#endif\n  return voxel_ref(g, n);\n}",
    "src/voxel_ref.c": "float voxel_ref(const float *g, int n) { float s = 0; while (n--) s += g[n]; return s; }",
    "src/voxel_wide.c": "#if defined(__riscv)\n#include <riscv_vector.h>\n#endif\nfloat voxel_trace_wide(const float *g, int n) { float s = 1; while (n--) s *= g[n]; return s; }",
    "src/main.c": "float scene_trace(const float *g, int n);\nint main(int argc, char **argv) { float g[9] = {argc}; return (int)scene_trace(g, 9); }",
}
ROLLING = {
    "rolling.mk": """V := build
OBJS = $V/chunker.o $V/gear.o
$V/dedup: $V/main.o $V/libroll.a
	$(CC) $(FUSE) -o $@ $^
$V/libroll.a: $(OBJS) $V/gear_simd.o.try
	$(AR) rcs $@ $(wildcard $V/*gear*.o) $V/chunker.o
$V/gear_simd.o.try:
	-$(CC) -O3 $(SIMD) -c simd/gear_simd.c -o $V/gear_simd.o
	@touch $@
$V/%.o: %.c
	$(CC) -O2 -DHAVE_GEAR_SIMD=1 -c $< -o $@
""",
    "main.c": "unsigned roll(const unsigned char *p, long n);\nint main(int c, char **v) { return roll((unsigned char *)v[0], c); }",
    "chunker.c": "unsigned gear(const unsigned char *p, long n), gear_simd(const unsigned char *p, long n);\nunsigned roll(const unsigned char *p, long n) { return HAVE_GEAR_SIMD ? gear_simd(p, n) : gear(p, n); }",
    "gear.c": "unsigned gear(const unsigned char *p, long n) { unsigned h = 0; while (n--) h = (h << 1) + *p++; return h; }",
    "simd/gear_simd.c": "#if defined(__x86_64__)\n#include <immintrin.h>\n__m512i twice(__m512i a) { return _mm512_sm3rnds_epi32(a, a); }\n#else\n#include <arm_neon_sve_bridge.h>\n#endif\nunsigned gear_simd(const unsigned char *p, long n) { return p[0] + (unsigned)n; }",
    "build/.keep": "",
}
CKSUM = {
    "CMakeLists.txt": """cmake_minimum_required(VERSION 3.18)
project(cksum C)
set(CMAKE_RULE_MESSAGES OFF)
set(CMAKE_VERBOSE_MAKEFILE ON)
set(CKSUM_SOURCES src/cksum.c src/table.c)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|i686")
  list(APPEND CKSUM_SOURCES src/x86/cksum_clmul.c)
endif()
add_library(cksum STATIC ${CKSUM_SOURCES})
add_executable(cksumtool tool/main.c)
target_link_libraries(cksumtool PRIVATE cksum)
""",
    "tool/main.c": "unsigned cksum(const void *p, unsigned n);\nint main(int argc, char **argv) { return cksum(argv[0], argc) & 1; }",
    "src/cksum.c": '#include "cksum_impl.h"\nunsigned cksum(const void *p, unsigned n) { return CKSUM_FAST(p, n) ^ cksum_table(p, n); }',
    "src/cksum_impl.h": "unsigned cksum_table(const void *, unsigned);\n#if defined(__x86_64__)\nunsigned cksum_clmul(const void *, unsigned);\n#define CKSUM_FAST cksum_clmul\n#elif defined(__aarch64__)\nunsigned cksum_pmull(const void *, unsigned);\n#define CKSUM_FAST cksum_pmull\n#elif defined(__riscv)\nunsigned cksum_zbc(const void *, unsigned);\n#define CKSUM_FAST cksum_zbc\n#else\n#define CKSUM_FAST cksum_table\n#endif",
    "src/table.c": "unsigned cksum_table(const void *p, unsigned n) { return n + *(const char *)p; }",
    "src/x86/cksum_clmul.c": "unsigned cksum_clmul(const void *p, unsigned n) { return n * 3 + *(const char *)p; }",
    "src/arm/cksum_pmull.c": "unsigned cksum_pmull(const void *p, unsigned n) { return n * 3 + *(const char *)p; }",
    "src/riscv/cksum_zbc.c": "unsigned cksum_zbc(const void *p, unsigned n) { return n * 3 + *(const char *)p; }",
}
PROBED = {
    "configure": "#!/bin/sh\nprintf 'checking whether the compiler does %s... ' \"$1\"\nif $CC $1 -Werror -c -o conftest.o conftest.c 2>/dev/null; then echo yes; echo '#define WITH_HWCRC 1' > config.h; else echo no; : > config.h; fi\nrm -f conftest.o\n",
    "conftest.c": "#if defined(__aarch64__)\n#include <arm_acle.h>\nunsigned t(unsigned a) { return __crc32cw(a, a); }\n#else\n#include <nmmintrin.h>\nunsigned t(unsigned a) { return _mm_crc32_u32(a, a); }\n#endif",
    "lib/hwcrc.c": '/* hardware checksums; empty where the compiler was not told of them */\n#if defined(__ARM_FEATURE_CRC32)\n#include <arm_acle.h>\nunsigned hwcrc_block(unsigned s, unsigned w) { return __crc32cw(s, w); }\n#elif defined(__SSE4_2__)\n#include <nmmintrin.h>\nunsigned hwcrc_block(unsigned s, unsigned w) { return _mm_crc32_u32(s, w); }\n#endif\nconst char hwcrc_id[] = "hwcrc 1.4";',
    "lib/journal.c": '#include "../config.h"\nunsigned hwcrc_block(unsigned, unsigned);\nunsigned journal_sum(unsigned s) {\n#ifdef WITH_HWCRC\n  return hwcrc_block(s, 7);\n#else\n  return s * 33;\n#endif\n}',
    "journald.c": "unsigned journal_sum(unsigned);\nint main(int argc, char **argv) { return journal_sum(argc); }",
}
UPSCALE = {
    "setup.sh": "echo 'upscale 0.9.2'\nfor a in nasm yasm gas-preprocessor.pl; do command -v $a >/dev/null || echo \"Program $a found: NO\"; done\necho '  SIMD assembly      : disabled'\necho '  threads            : yes'\n",
    "src/init.c": "#define DECL(f, s) void up_##f##_##s(void *, const void *, int)\n#if defined(__aarch64__) || defined(__arm__)\n#define SIMD(f) up_##f##_neon\nDECL(lanczos, neon); DECL(bicubic, neon); DECL(edge, neon); DECL(dither, neon);\n#else\n#define SIMD(f) up_##f##_avx2\nDECL(lanczos, avx2); DECL(bicubic, avx2); DECL(edge, avx2); DECL(dither, avx2);\n#endif\nstruct up_dsp { void (*fn[4])(void *, const void *, int); };\nvoid up_dsp_init(struct up_dsp *d) { d->fn[0] = SIMD(lanczos); d->fn[1] = SIMD(bicubic); d->fn[2] = SIMD(edge); d->fn[3] = SIMD(dither); }",
    "src/player.c": "struct up_dsp { void (*fn[4])(void *, const void *, int); };\nvoid up_dsp_init(struct up_dsp *);\nint main(int argc, char **argv) { struct up_dsp d; up_dsp_init(&d); d.fn[argc & 3](argv, argv, 1); return 0; }",
    "src/aarch64/up.S": "/* GNU as syntax */\n",
    "src/arm/up.S": "/* GNU as syntax */\n",
    "src/x86/up.asm": "; nasm syntax\n",
}
MIXER = {
    "mix.mk": "OBJ = mixer.o $(if $(filter arm,$(ARCH)),arm/mix_s16_neon.o)\nmixd: $(OBJ)\n\t$(CXX) $(FUSE) $^ -o $@\n%.o: %.cpp\n\t$(CXX) $(NEON) -O2 -c $< -o $@\n%.o: %.S\n\t$(CXX) $(NEON) -c $< -o $@\n",
    "mixer.cpp": '#include <cstdint>\n#ifdef __ARM_NEON\nextern "C" void mix_s16_neon(std::int16_t *, const std::int16_t *, int);\n#endif\nint main(int argc, char **) {\n  std::int16_t a[8] = {}, b[8] = {1};\n#ifdef __ARM_NEON\n  mix_s16_neon(a, b, argc);\n#endif\n  return a[0];\n}',
    "arm/mix_s16_neon.S": '.text\n.syntax unified\n.fpu neon\n.globl mix_s16_neon\n.type mix_s16_neon, %function\nmix_s16_neon:\n  vld1.16 {q0}, [r1]\n  vst1.16 {q0}, [r0]\n  bx lr\n.section .note.GNU-stack,"",%progbits',
}
BLEND = {
    "build.rs": """use std::process::Command;
fn main() {
    let triple = std::env::var("TARGET").unwrap();
    let source = if cfg!(target_arch = "x86_64") { "asm/blend_x86_64.s" } else { "asm/blend_generic.s" };
    let mut assembler = Command::new(std::env::var("TARGET_AS").unwrap());
    assembler.args(["-o", "blend.o", source]);
    println!("cargo:rerun-if-changed={source}");
    println!("running for {triple}: {assembler:?}");
    if !assembler.status().unwrap().success() {
        println!("error: failed to assemble {source}");
        std::process::exit(101);
    }
}
""",
    "asm/blend_x86_64.s": ".globl blend_row\nblend_row:\n  movdqu (%rdi), %xmm0\n  pavgb (%rsi), %xmm0\n  movdqu %xmm0, (%rdi)\n  ret\n",
    "asm/blend_generic.s": ".globl blend_row\nblend_row:\n  nop\n",
}

SITUATIONS: list[Situation] = [
    Situation(
        "k-voxel", "kernel-object-not-built", "a voxel tracer and its build script",
        'CC="$(CC)" AR=$(AR) RANLIB=$(RANLIB) WIDE=$(WIDE) sh build.sh\n$(CC) -O2 -c -o build/main.o src/main.c\n$(LINK) -o trace build/main.o build/libvoxel.a',
        VOXEL, archs="amd64 arm64 riscv64", linkers="bfd lld", symbol="voxel_trace_wide",
        variables={"amd64": {"WIDE": "-mavx10.1-512"}, "arm64": {"WIDE": "-march=armv9.2-a+sme2"}, "riscv64": {"WIDE": "-march=rv64gcv"}},
        not_causes="definition-not-found arch-source-missing-from-list static-link-order asm-backend-disabled",
    ),
    Situation(
        "k-dedup", "kernel-object-not-built", "a deduplicator by make, errors of one rule ignored",
        '$(MAKE) -f rolling.mk CC="$(CC)" AR=$(AR) FUSE=$(FUSE) SIMD=$(SIMD)', ROLLING, archs="amd64 arm64", linkers="bfd mold", symbol="gear_simd",
        variables={"amd64": {"SIMD": "-mavx512f"}, "arm64": {"SIMD": "-march=armv8.2-a+sve"}},
        not_causes="definition-not-found static-link-order probe-and-guard-disagree archive-without-index",
    ),
    Situation(
        "k-cksum", "arch-source-missing-from-list", "a checksum tool by cmake",
        "cmake -S . -B bld -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=$(PROC) -DCMAKE_C_COMPILER=$(CC) -DCMAKE_EXE_LINKER_FLAGS=$(FUSE)\ncmake --build bld",
        CKSUM, drop="*/CMakeFiles/3.*", archs="amd64 arm64 riscv64", linkers="bfd lld mold", passes="amd64", symbol="cksum_",
        variables={"amd64": {"PROC": "x86_64"}, "arm64": {"PROC": "aarch64"}, "riscv64": {"PROC": "riscv64"}},
        not_causes="kernel-object-not-built probe-and-guard-disagree static-link-order", note="cksum_pmull.c and cksum_zbc.c lie in the tree",
    ),
    Situation(
        "k-journal", "probe-and-guard-disagree", "a journal daemon that asks for checksum instructions",
        'CC="$(CC)" ./configure $(HW)\n$(CC) -O2 -c -o hwcrc.o lib/hwcrc.c\n$(CC) -O2 -c -o journal.o lib/journal.c\n$(AR) rcs libjournal.a hwcrc.o journal.o\n$(CC) -O2 -c -o journald.o journald.c\n$(LINK) -o journald journald.o libjournal.a',
        PROBED, archs="amd64 arm64", linkers="gold lld", symbol="hwcrc_block", variables={"amd64": {"HW": "-msse4.2"}, "arm64": {"HW": "-march=armv8-a+crc"}},
        not_causes="kernel-object-not-built static-link-order asm-backend-disabled arch-source-missing-from-list",
        note="asked with the flag, compiled without it",
    ),
    Situation(
        "k-upscale", "asm-backend-disabled", "a video scaler without an assembler",
        "@sh setup.sh\n$(CC) -O3 -c -o init.o src/init.c\n$(CC) -O3 -c -o player.o src/player.c\n$(LINK) -o player player.o init.o",
        UPSCALE, archs="amd64 armhf", linkers="bfd lld", symbol="up_bicubic_", not_causes="kernel-object-not-built definition-not-found arch-guard-too-wide",
    ),
    Situation(
        "k-mixer", "arch-guard-too-wide", "an audio mixer with a routine for 32-bit ARM",
        '$(MAKE) -f mix.mk CXX="$(CXX)" FUSE=$(FUSE) ARCH=$(WHICH) NEON=$(NEON)', MIXER, archs="arm64 armhf", linkers="bfd gold mold", passes="armhf", symbol="mix_s16_neon",
        variables={"arm64": {"WHICH": "arm64", "NEON": ""}, "armhf": {"WHICH": "arm", "NEON": "-mfpu=neon"}}, not_causes="kernel-object-not-built asm-backend-disabled probe-and-guard-disagree",
    ),
]  # fmt: skip
