"""Definitions that were never produced: kernels, probes, assembly, guards, build scripts."""

from __future__ import annotations

from situation import Situation

DOT = {
    "dot.h": "int dot_i8(const signed char *a, const signed char *b, int n);",
    "main.c": '#include "dot.h"\n#include "config.h"\nint dot_i8_simd(const signed char *a, const signed char *b, int n);\n'
    "int dot_i8(const signed char *a, const signed char *b, int n) {\n#ifdef HAVE_DOT_SIMD\n  return dot_i8_simd(a, b, n);\n#else\n  int s = 0;\n  for (int i = 0; i < n; i++) s += a[i] * b[i];\n  return s;\n#endif\n}\n"
    "int main(int argc, char **argv) { return dot_i8((signed char *)argv[0], (signed char *)argv[0], argc); }",
    "kernels/dot_simd.c": "#if defined(__x86_64__)\n#include <immintrin.h>\n_Float16 dot_half(__m512h a) { return _mm512_reduce_add_ph(a); }\n"
    "#elif defined(__aarch64__) || defined(__arm__)\n#include <arm_neon.h>\nint32x4_t dot_acc(int32x4_t s, int8x16_t a, int8x16_t b) { return vmmlaq_s32(s, a, b); }\n"
    "#else\n#include <riscv_vector.h>\n#endif\n"
    "int dot_i8_simd(const signed char *a, const signed char *b, int n) { return a[0] * b[0] + n; }",
    "build.sh": "#!/bin/sh\n# Compiles the kernel of this machine.\nmkdir -p out\nif $CC $KERNEL_FLAGS -O2 -c -o out/dot_simd.o kernels/dot_simd.c; then\n  $AR rcs out/libdot_simd.a out/dot_simd.o\nelse\n"
    '  echo "build.sh: warning: unable to compile kernels/dot_simd.c, kernel skipped"\n  $AR rcs out/libdot_simd.a\nfi\necho "#define HAVE_DOT_SIMD 1" > config.h\n',
}
FLAGS = {
    "amd64": {"CC": "gcc-11", "KFLAGS": "-march=sapphirerapids"},
    "arm64": {"KFLAGS": "-march=armv8.2-a"},
    "armhf": {"KFLAGS": "-mfpu=neon-vfpv4"},
    "riscv64": {"KFLAGS": "-march=rv64gcv"},
}
CRC = {
    "main.c": '#include "config.h"\nunsigned crc_sw(unsigned c, unsigned char b);\nunsigned crc_hw(unsigned c, unsigned char b);\n'
    "int main(int argc, char **argv) {\n#ifdef HAVE_CRC_HW\n  return crc_hw(argc, argv[0][0]) == 0;\n#else\n  return crc_sw(argc, argv[0][0]) == 0;\n#endif\n}",
    "crc_sw.c": "unsigned crc_sw(unsigned c, unsigned char b) { return (c ^ b) * 0x82f63b78u; }",
    "crc_hw.c": "#if defined(__ARM_FEATURE_CRC32) || defined(__SSE4_2__)\nunsigned crc_hw(unsigned c, unsigned char b) {\n#ifdef __x86_64__\n  return __builtin_ia32_crc32qi(c, b);\n"
    "#else\n  return __builtin_aarch64_crc32cb(c, b);\n#endif\n}\n#endif\nint crc_hw_version(void) { return 2; }",
    "probe.c": "#if !defined(__ARM_FEATURE_CRC32) && !defined(__SSE4_2__)\n#error no crc instructions\n#endif\nint main(void) { return 0; }",
}
IDCT = {
    "idct.h": "#ifdef HAVE_NEON\nvoid idct_neon(short *b), add_neon(short *b);\n#endif",
    "init.c": '#include "idct.h"\ntypedef void (*fn)(short *);\nfn idct, add;\nstatic void idct_c(short *b) { b[0] = 1; }\nstatic void add_c(short *b) { b[0] += 1; }\n'
    "void dsp_init(void) {\n  idct = idct_c; add = add_c;\n#ifdef HAVE_NEON\n  idct = idct_neon; add = add_neon;\n#endif\n}\nint main(void) { short b[64]; dsp_init(); idct(b); add(b); return b[0]; }",
    "arm/idct_neon.S": ".text\n.fpu neon\n.globl idct_neon\nidct_neon:\n  vld1.16 {d0}, [r0]\n  bx lr\n.globl add_neon\nadd_neon:\n  vst1.16 {d0}, [r0]\n  bx lr\n.section .note.GNU-stack",
}
PIXEL_CALLS = "\n".join(
    f"void {n}_@X@(int *p);" for n in ("sad_16x16", "sad_8x8", "satd_8x8", "dct_4x4", "quant_4x4")
)
PIXEL_INIT = "\n".join(
    f"  t[{i}] = {n}_@X@;"
    for i, n in enumerate(("sad_16x16", "sad_8x8", "satd_8x8", "dct_4x4", "quant_4x4"))
)


def pixel(suffix: str) -> dict[str, str]:
    """An encoder whose tables name assembly routines."""
    text = f"{PIXEL_CALLS}\ntypedef void (*fn)(int *);\nvoid table_init(fn *t) {{\n{PIXEL_INIT}\n}}"
    return {"primitives.c": text.replace("@X@", suffix)}


ENCODER = {
    "main.c": "typedef void (*fn)(int *);\nvoid table_init(fn *t);\nint main(void) { fn t[5]; int p = 0; table_init(t); t[0](&p); return p; }",
    "configure": '#!/bin/sh\nif command -v nasm > /dev/null; then asm=yes; else asm=no; fi\necho "checking for nasm... $asm"\n[ $asm = no ] && echo "configure: WARNING: nasm not found, assembly is disabled"\necho "asm:             $asm"\n',
} | pixel("avx2")
ENCODER_ARM = (
    ENCODER
    | pixel("neon")
    | {
        "configure": '#!/bin/sh\necho "#include <arm_neon.h>" > t.S\nif $CC -c -o t.o t.S 2> /dev/null; then asm=yes; else asm=no; fi\nrm -f t.S t.o\necho "checking whether $CC assembles NEON... $asm"\n[ $asm = no ] && echo "configure: WARNING: assembler refused NEON, assembly is disabled"\necho "asm:             $asm"\n',
    }
)

SITUATIONS = [
    Situation(
        "script-skips-the-kernel", "kernel-object-not-built", "a dot product with a kernel a machine",
        'CC="$(CC)" AR=$(AR) KERNEL_FLAGS="$(KFLAGS)" ./build.sh\n$(CC) -O1 -c -o main.o main.c\n$(LINK) -o app main.o out/libdot_simd.a',
        DOT, variables=FLAGS, symbol="dot_i8_simd",
        not_causes="definition-not-found flags-can-matter static-link-order arch-source-missing-from-list probe-and-guard-disagree",
    ),
    Situation(
        "make-ignores-the-kernel", "kernel-object-not-built", "a makefile that goes on without its kernel",
        '-$(CC) $(KFLAGS) -O2 -c -o dot_simd.o kernels/dot_simd.c\n-$(AR) rcs libdot_simd.a dot_simd.o\necho "#define HAVE_DOT_SIMD 1" > config.h\n$(CC) -O1 -c -o main.o main.c\n$(LINK) -o app main.o -L. -ldot_simd || $(LINK) -o app main.o',
        {k: v for k, v in DOT.items() if k != "build.sh"}, archs="amd64 arm64", variables=FLAGS, symbol="dot_i8_simd",
        not_causes="definition-not-found flags-can-matter static-link-order",
        note="the archive was not made either; the second link tells of the symbol",
    ),
    Situation(
        "kernel-missing-in-a-dso", "kernel-object-not-built", "a shared library without its kernel",
        'CC="$(CC)" AR=$(AR) KERNEL_FLAGS="$(KFLAGS)" ./build.sh\n$(CC) -O1 -fPIC -c -o dot.o main.c\n$(LINK) -shared $(SMALL) -o libdot.so dot.o out/libdot_simd.a\n'
        "$(CC) -O1 -c -o load.o load.c\n$(LINK) -o load load.o\n$(RUN) ./load",
        DOT | {"load.c": '#include <dlfcn.h>\n#include <stdio.h>\nint main(void) { if (dlopen("./libdot.so", RTLD_NOW)) return 0; puts(dlerror()); return 1; }'},
        archs="amd64 arm64", variables=FLAGS, symbol="dot_i8_simd", ended=1, linkers="bfd lld",
        not_causes="definition-not-found dso-underlinked undefined-ignored", note="links; the library does not load",
    ),
    Situation(
        "source-not-in-the-list", "arch-source-missing-from-list", "a checksum library with a list of sources",
        "for f in $(SOURCES); do echo $(CC) -O2 -c -o $$f.o $$f.c; $(CC) -O2 -c -o $$f.o $$f.c || exit 1; done\n$(AR) rcs libsum.a sum.o sum_dispatch.o\n$(LINK) -o app main.c libsum.a",
        {
            "main.c": "unsigned sum_best(unsigned);\nint main(int argc, char **argv) { return sum_best(argc); }",
            "sum.c": "unsigned sum_generic(unsigned x) { return x + 1; }",
            "sum_dispatch.c": "unsigned sum_generic(unsigned);\nunsigned sum_arm64(unsigned);\nunsigned sum_best(unsigned x) {\n#ifdef __aarch64__\n  return sum_arm64(x);\n#else\n  return sum_generic(x);\n#endif\n}",
            "sum_arm64.c": "unsigned sum_arm64(unsigned x) { return x + 2; }",
        },
        archs="amd64 arm64", linkers="bfd gold lld mold", passes="amd64", variables={"all": {"SOURCES": "sum sum_dispatch"}},
        symbol="sum_arm64", not_causes="kernel-object-not-built static-link-order object-not-linked",
    ),
    Situation(
        "probe-with-other-flags", "probe-and-guard-disagree", "a checksum with a configure probe",
        '$(CC) $(PROBE) -o probe probe.c && echo "checking for CRC instructions... yes" && echo "#define HAVE_CRC_HW 1" > config.h\n'
        "$(CC) -O2 -c -o crc_hw.o crc_hw.c\n$(CC) -O2 -c -o crc_sw.o crc_sw.c\n$(CC) -O2 -c -o main.o main.c\n$(LINK) -o app main.o crc_sw.o crc_hw.o",
        CRC, archs="amd64 arm64", variables={"amd64": {"PROBE": "-msse4.2"}, "arm64": {"PROBE": "-march=armv8-a+crc"}},
        symbol="crc_hw", drop="probe", not_causes="kernel-object-not-built definition-not-found arch-source-missing-from-list flags-can-matter",
    ),
    Situation(
        "probe-and-guard-agree", "", "a checksum with a configure probe",
        '$(CC) $(PROBE) -o probe probe.c && echo "checking for CRC instructions... yes" && echo "#define HAVE_CRC_HW 1" > config.h\n'
        "$(CC) $(PROBE) -O2 -c -o crc_hw.o crc_hw.c\n$(CC) -O2 -c -o crc_sw.o crc_sw.c\n$(CC) -O2 -c -o main.o main.c\n$(LINK) -o app main.o crc_sw.o crc_hw.o",
        CRC, archs="amd64 arm64", linkers="bfd", variables={"amd64": {"PROBE": "-msse4.2"}, "arm64": {"PROBE": "-march=armv8-a+crc"}},
        symbol="crc_hw", drop="probe", not_causes="probe-and-guard-disagree", note="a look-alike that links",
    ),
    Situation(
        "assembler-not-there", "asm-backend-disabled", "an encoder without nasm",
        "./configure\n$(CC) -O1 -c -o main.o main.c\n$(CC) -O1 -DENABLE_ASSEMBLY=1 -c -o primitives.o primitives.c\n$(AR) rcs libenc.a primitives.o\n$(LINK) -o enc main.o libenc.a",
        ENCODER, archs="amd64", symbol="sad_16x16_avx2", not_causes="kernel-object-not-built arch-source-missing-from-list definition-not-found static-link-order",
    ),
    Situation(
        "assembler-refuses-neon", "asm-backend-disabled", "an encoder whose assembler is refused",
        'CC="$(CC)" ./configure\n$(CC) -O1 -c -o main.o main.c\n$(CC) -O1 -DENABLE_ASSEMBLY=1 -c -o primitives.o primitives.c\n$(AR) rcs libenc.a primitives.o\n$(LINK) -o enc main.o libenc.a',
        ENCODER_ARM, archs="arm64 armhf", symbol="sad_16x16_neon", not_causes="kernel-object-not-built arch-guard-too-wide definition-not-found",
    ),
    Situation(
        "guard-for-both-arms", "arch-guard-too-wide", "a decoder with NEON for 32 bits",
        "$(CC) -O1 -DHAVE_NEON=1 -c -o init.o init.c\n$(ASM)\n$(LINK) -o dec init.o $(ASM_OBJECT)",
        IDCT, archs="arm64 armhf", passes="armhf", symbol="idct_neon",
        variables={"arm64": {"ASM": "@true"}, "armhf": {"ASM": "$(CC) -c -o arm/idct_neon.o arm/idct_neon.S", "ASM_OBJECT": "arm/idct_neon.o"}},
        not_causes="kernel-object-not-built asm-backend-disabled definition-not-found",
    ),
    Situation(
        "build-script-asks-the-host", "build-rs-host-cfg", "a build script that compiles for its own machine",
        "rustc --edition 2021 -o build-script-build build.rs\n"
        "TARGET=$(RUST_TARGET) HOST=x86_64-unknown-linux-gnu TARGET_CC=\"$(CC)\" ./build-script-build\n$(LINK) -o app main.o hash.o",
        {
            "build.rs": 'use std::process::Command;\nfn main() {\n    let cc = std::env::var("TARGET_CC").unwrap();\n    let mut flags = vec!["-O2"];\n    if cfg!(target_arch = "x86_64") {\n        flags.push("-msse4.2");\n        flags.push("-maes");\n    }\n'
            '    for file in ["main", "hash"] {\n        let (out, src) = (format!("{file}.o"), format!("{file}.c"));\n        let mut words = flags.clone();\n        words.extend(["-c", "-o", &out, &src]);\n        println!("running: {cc} {}", words.join(" "));\n'
            '        if !Command::new(&cc).args(&words).status().unwrap().success() {\n            println!("cargo:warning=the compiler failed for {file}.c");\n            std::process::exit(1);\n        }\n    }\n}\n',
            "main.c": "int hash(int);\nint main(int argc, char **argv) { return hash(argc); }",
            "hash.c": "int hash(int x) { return x * 31; }",
        },
        archs="amd64 arm64 riscv64", linkers="bfd", passes="amd64", symbol="-msse4.2", drop="build-script-build",
        variables={"arm64": {"RUST_TARGET": "aarch64-unknown-linux-gnu"}, "riscv64": {"RUST_TARGET": "riscv64gc-unknown-linux-gnu"}, "amd64": {"RUST_TARGET": "x86_64-unknown-linux-gnu"}},
        not_causes="kernel-object-not-built wrong-cc-for-c-deps cgo-cc-not-cross", note="fails in the compile; no link was reached",
    ),
]  # fmt: skip
