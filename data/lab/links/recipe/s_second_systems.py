"""The second set, once held out: presence, machines, runtimes and bytecode in other builds."""

from __future__ import annotations

from situation import Situation

C = "$(CC) -O2 -c -o "
X = "$(CXX) -O2 -c -o "
CMAKE = (
    "cmake_minimum_required(VERSION 3.20)\nproject(conv C)\nset(CMAKE_VERBOSE_MAKEFILE ON)\nset(CMAKE_RULE_MESSAGES OFF)\n"
    "execute_process(COMMAND ${CMAKE_C_COMPILER} ${KERNEL_FLAGS} -c -o k.o ${CMAKE_SOURCE_DIR}/simd/conv_wide.c RESULT_VARIABLE bad)\n"
    'if(bad)\n  message(WARNING "conv_wide.c could not be compiled, falling back to the portable code")\nelse()\n  set(KERNEL ${CMAKE_BINARY_DIR}/k.o)\nendif()\n'
    "add_library(conv STATIC conv.c ${KERNEL})\ntarget_compile_definitions(conv PRIVATE CONV_WIDE=1)\nadd_executable(app main.c)\ntarget_link_libraries(app conv)\n"
)
CONV = {
    "CMakeLists.txt": CMAKE,
    "main.c": "float conv(const float *x, int n);\nint main(int c, char **v) { float x[16] = {c}; return (int)conv(x, 16); }",
    "conv.c": "float conv_wide(const float *x, int n);\nfloat conv(const float *x, int n) {\n#if CONV_WIDE\n  return conv_wide(x, n);\n#else\n  return x[0] * n;\n#endif\n}",
    "simd/conv_wide.c": "#if defined(__x86_64__)\n#include <immintrin.h>\n__m256i conv_dot(__m256i s, __m256i a, __m256i b) { return _mm256_dpbssd_epi32(s, a, b); }\n#else\n#include <arm_sve.h>\nsvfloat32_t conv_sum(svfloat32_t a, svfloat32_t b) { return svadd_f32_x(svptrue_b32(), a, b); }\n#endif\nfloat conv_wide(const float *x, int n) { return x[n - 1]; }",
}
CRATE = {
    "Cargo.toml": '[package]\nname = "simsearch"\nversion = "0.3.1"\nedition = "2021"\nbuild = "build.rs"\n',
    "build.rs": 'use std::process::Command;\nfn main() {\n    let out = std::env::var("OUT_DIR").unwrap();\n    println!("cargo:rustc-check-cfg=cfg(kernels)");\n    println!("cargo:rustc-cfg=kernels");\n'
    '    for (name, flags) in [("hamming", "-mavx2"), ("cosine", "-mavxvnniint8")] {\n        let object = format!("{out}/{name}.o");\n        let ok = Command::new("gcc").args(["-O3", flags, "-c", "-o", &object]).arg(format!("c/{name}.c")).status().unwrap().success();\n'
    '        if !ok {\n            println!("cargo:warning=skipping {name}: gcc does not know {flags}");\n            continue;\n        }\n        let archive = format!("{out}/lib{name}.a");\n        assert!(Command::new("ar").args(["rcs", &archive, &object]).status().unwrap().success());\n'
    '        println!("cargo:rustc-link-lib=static={name}");\n    }\n    println!("cargo:rustc-link-search=native={out}");\n}\n',
    "c/hamming.c": "int hamming_u8(const unsigned char *a, const unsigned char *b, long n) { return a[0] ^ b[n - 1]; }",
    "c/cosine.c": "int cosine_u8(const unsigned char *a, const unsigned char *b, long n) { return a[0] * b[n - 1]; }",
    "src/main.rs": '#[cfg(kernels)]\nextern "C" {\n    fn hamming_u8(a: *const u8, b: *const u8, n: i64) -> i32;\n    fn cosine_u8(a: *const u8, b: *const u8, n: i64) -> i32;\n}\nfn main() {\n    let (a, b) = ([1u8; 8], [2u8; 8]);\n    #[cfg(kernels)]\n    println!("{}", unsafe { hamming_u8(a.as_ptr(), b.as_ptr(), 8) + cosine_u8(a.as_ptr(), b.as_ptr(), 8) });\n}\n',
}
ATOMIC = {
    "m.cc": "#include <atomic>\n#include <cstdint>\nstruct Wide { std::int64_t a, b; };\nstd::atomic<Wide> slot;\nstd::atomic<std::int64_t> total;\nint main(int c, char **) { slot.store({c, 1}); return (int)(total.fetch_add(c) + slot.load().a); }"
}
FLOATS = {
    "m.c": "float lowpass(float x, float k); int main(int c, char **v) { return (int)lowpass(c, 0.5f); }"
}

SITUATIONS = [
    Situation(
        "h-conv-cmake", "kernel-object-not-built", "a convolution built by cmake",
        "cmake -S . -B out -DCMAKE_C_COMPILER=$(CC) -DCMAKE_SYSTEM_NAME=Linux -DKERNEL_FLAGS=$(KFLAGS) -DCMAKE_EXE_LINKER_FLAGS=$(FUSE)\ncmake --build out",
        CONV, archs="amd64 armhf", variables={"amd64": {"KFLAGS": "-mavx2"}, "armhf": {"KFLAGS": "-mfpu=neon"}}, linkers="bfd lld", symbol="conv_wide",
        not_causes="definition-not-found flags-can-matter arch-source-missing-from-list static-link-order",
    ),
    Situation(
        "h-simsearch-cargo", "kernel-object-not-built", "a search crate with two kernels",
        "RUSTFLAGS=\"-C linker=gcc -C link-arg=$(FUSE) -C strip=debuginfo\" cargo build --offline --target-dir out", CRATE, archs="amd64", symbol="cosine_u8", keep="out/debug/build/*/output",
        not_causes="definition-not-found flags-can-matter native-library-not-declared static-link-order",
    ),
    Situation(
        "h-blake-list", "arch-source-missing-from-list", "a hash with a list of sources for each machine",
        "$(CC) -O2 -c hash.c dispatch.c portable.c\n$(AR) rcs libhash.a hash.o dispatch.o portable.o\n" + C + "m.o m.c\n$(LINK) -o h m.o libhash.a",
        {
            "m.c": "int hash(int); int main(int c, char **v) { return hash(c); }", "hash.c": "int pick(int); int hash(int x) { return pick(x); }", "portable.c": "int hash_portable(int x) { return x * 31; }",
            "dispatch.c": "int hash_portable(int), hash_rvv(int), hash_neon32(int);\nint pick(int x) {\n#if defined(__riscv)\n  return hash_rvv(x);\n#elif defined(__arm__)\n  return hash_neon32(x);\n#else\n  return hash_portable(x);\n#endif\n}",
            "arch/hash_rvv.c": "int hash_rvv(int x) { return x * 31; }", "arch/hash_neon32.c": "int hash_neon32(int x) { return x * 31; }",
        },
        archs="riscv64 armhf amd64", linkers="bfd mold", passes="amd64", symbol="hash_", not_causes="kernel-object-not-built static-link-order",
    ),
    Situation(
        "h-neon-probe", "probe-and-guard-disagree", "a blur with a probe for NEON",
        "$(CC) -mfpu=neon -O2 -c -o probe.o probe.c && echo 'NEON: yes' && echo '#define BLUR_NEON 1' > conf.h\n" + C + "neon/blur_neon.o neon/blur_neon.c\n" + C + "m.o m.c\n$(LINK) -o blur m.o neon/blur_neon.o",
        {"probe.c": "#include <arm_neon.h>\nuint8x8_t f(uint8x8_t a) { return vadd_u8(a, a); }", "m.c": '#include "conf.h"\nvoid blur_row_neon(unsigned char *p);\nint main(int c, char **v) {\n#ifdef BLUR_NEON\n  blur_row_neon((unsigned char *)v[0]);\n#endif\n  return 0;\n}', "neon/blur_neon.c": "#ifdef __ARM_NEON\n#include <arm_neon.h>\nvoid blur_row_neon(unsigned char *p) { vst1_u8(p, vshr_n_u8(vld1_u8(p), 1)); }\n#endif\nint blur_neon_built(void) { return 1; }"},
        archs="armhf", symbol="blur_row_neon", drop="probe.o", not_causes="kernel-object-not-built asm-backend-disabled arch-guard-too-wide definition-not-found",
    ),
    Situation(
        "h-yasm", "asm-backend-disabled", "a decoder whose assembler is absent",
        "sh configure.sh\n" + C + "m.o m.c\n" + C + "cpu.o cpu.c\n$(LINK) -o dec m.o cpu.o",
        {
            "configure.sh": "which yasm nasm >/dev/null 2>&1 || { echo 'yasm/nasm not found or too old. Use --disable-x86asm for a crippled build.'; echo 'x86 assembler             no'; }",
            "m.c": "void dsp(void (**t)(void)); int main(void) { void (*t[6])(void); dsp(t); t[0](); return 0; }",
            "cpu.c": "#define E(n) void dec_##n##_sse2(void), dec_##n##_ssse3(void)\nE(idct); E(mc); E(loop);\nvoid dsp(void (**t)(void)) { t[0] = dec_idct_sse2; t[1] = dec_idct_ssse3; t[2] = dec_mc_sse2; t[3] = dec_mc_ssse3; t[4] = dec_loop_sse2; t[5] = dec_loop_ssse3; }",
        },
        archs="amd64", symbol="dec_idct_sse2", not_causes="kernel-object-not-built arch-source-missing-from-list definition-not-found",
    ),
    Situation(
        "h-matmul-guard", "arch-guard-too-wide", "a matrix product for 32-bit ARM",
        "$(CXX) -O2 -DUSE_ARM_SIMD -c -o m.o m.cc\n$(EXTRA)\n$(LINKXX) -o mm m.o $(MORE)",
        {"m.cc": "extern \"C\" void matmul_arm(float *, const float *, const float *);\nint main(int c, char **) { float a[16] = {1.f * c}, b[16] = {2}, o[16];\n#ifdef USE_ARM_SIMD\n  matmul_arm(o, a, b);\n#endif\n  return (int)o[0]; }", "arm32/mm.s": ".text\n.syntax unified\n.globl matmul_arm\n.type matmul_arm, %function\nmatmul_arm:\n  bx lr\n.section .note.GNU-stack,\"\",%progbits"},
        archs="arm64 armhf", linkers="bfd lld", passes="armhf", symbol="matmul_arm", variables={"arm64": {"EXTRA": "@true"}, "armhf": {"EXTRA": "$(CC) -c -o arm32/mm.o arm32/mm.s", "MORE": "arm32/mm.o"}},
        not_causes="kernel-object-not-built asm-backend-disabled definition-not-found",
    ),
    Situation(
        "h-host-gxx", "target-linker-not-set", "a C++ program whose makefile names g++ at the end", X + "a.o a.cc\n" + X + "b.o b.cc\ng++ $(FUSE) -o prog a.o b.o -lm",
        {"a.cc": "int b(int); int main(int c, char **) { return b(c); }", "b.cc": "int b(int x) { return x - 1; }"}, archs="riscv64 armhf", symbol="a.o", not_causes="wrong-arch-prebuilt-archive wrong-cc-for-c-deps wrong-arch-object",
    ),
    Situation(
        "h-sdk", "wrong-arch-prebuilt-archive", "an SDK of the wrong machine", C + "m.o m.c\n$(LINK) -o cam m.o sdk/lib/libcamera_core.a sdk/lib/libcamera_util.a", {"m.c": "int cam_open(int); int main(int c, char **v) { return cam_open(c); }"},
        prepare="mkdir -p sdk/lib; echo 'int cam_log(int); int cam_open(int x) { return cam_log(x); }' > a.c; echo 'int cam_log(int x) { return x; }' > b.c; for n in a b; do $OTHER -O2 -c $n.c; done; ar rcs sdk/lib/libcamera_core.a a.o; ar rcs sdk/lib/libcamera_util.a b.o; rm a.c b.c a.o b.o",
        archs="riscv64 armhf", variables={"all": {"OTHER": "aarch64-linux-gnu-gcc"}}, linkers="bfd lld mold", symbol="sdk/lib/libcamera_core.a", not_causes="target-linker-not-set wrong-cc-for-c-deps cache-mount-shared-across-arch",
        causes={}, note="mold names the member alone",
    ),
    Situation(
        "h-env-cc", "wrong-cc-for-c-deps", "a build where CC of the environment wins", "cd lz && CC=cc sh build.sh\n" + C + "m.o m.c\n$(LINK) -o pack m.o lz/liblz.a",
        {"lz/build.sh": 'set -e\nfor f in lz lz_hc; do echo "$CC -O3 -fPIC -c $f.c -o $f.o"; $CC -O3 -fPIC -c $f.c -o $f.o; done\necho "ar crs liblz.a lz.o lz_hc.o"; ar crs liblz.a lz.o lz_hc.o', "lz/lz.c": "int lz_hc(int); int lz_pack(int x) { return lz_hc(x); }", "lz/lz_hc.c": "int lz_hc(int x) { return x / 2; }", "m.c": "int lz_pack(int); int main(int c, char **v) { return lz_pack(c); }"},
        archs="arm64 riscv64", linkers="bfd gold lld", symbol="lz", not_causes="wrong-arch-prebuilt-archive target-linker-not-set stale-build-output",
    ),
    Situation(
        "h-zlib-host", "cross-pkgconfig-host-library", "a program on the host's zlib", "echo \"zlib: $$(PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 pkg-config --libs zlib)\"\n" + C + "m.o m.c\n$(LINK) -o z m.o $$(PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 pkg-config --libs zlib)",
        {"m.c": "const char *zlibVersion(void); int main(void) { return zlibVersion()[0]; }"}, archs="armhf arm64", linkers="bfd lld", symbol="z", not_causes="library-not-found wrong-arch-prebuilt-archive",
    ),
    Situation(
        "h-no-libc-dev", "sysroot-crt-missing", "clang for riscv64 without the C library", "clang --target=$(TRIPLE) -O1 -c -o m.o m.c\nclang --target=$(TRIPLE) -fuse-ld=lld -o m m.o", {"m.c": "int main(void) { return 0; }"}, archs="riscv64", linkers="mold", hide="/usr/$TRIPLE/lib",
        symbol="crt1.o", not_causes="library-not-found entry-point-missing", note="lld of clang, whatever the folder's name",
    ),
    Situation(
        "h-soft-object", "float-abi-mismatch", "one object of soft floats", "$(CC) -O2 $(SOFT) -c -o lp.o lp.c\n" + C + "m.o m.c\n$(LINK) -o lp m.o lp.o", FLOATS | {"lp.c": "float lowpass(float x, float k) { return x * k; }"},
        archs="armhf", linkers="bfd gold", variables={"all": {"SOFT": "-mfloat-abi=soft -marm"}}, symbol="VFP register arguments", not_causes="wrong-arch-object wrong-arch-prebuilt-archive compiler-rt-builtin-missing",
    ),
    Situation(
        "h-media-musl", "glibc-archive-on-musl", "a media library on a musl image for ARM", C + "m.o m.c\n$(LINK) -static -o m m.o third_party/prebuilt/libmux.a", {"m.c": "int mux_stat(const char *p); int main(int c, char **v) { return mux_stat(v[0]); }"},
        prepare="mkdir -p third_party/prebuilt; printf '#include <sys/stat.h>\\n#include <stdio.h>\\n#include <time.h>\\n#include <string.h>\\nint mux_stat(const char *p) { struct stat s; char b[16]; snprintf(b, 16, \"%%s\", p); return stat(p, &s) + b[0] + (int)time(0); }\\n' > s.c;"
        " arm-linux-gnueabihf-gcc -O2 -D_FORTIFY_SOURCE=2 -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -c -o s.o s.c; arm-linux-gnueabihf-ar rcs third_party/prebuilt/libmux.a s.o; rm s.c s.o",
        archs="musl-armhf", linkers="bfd gold lld mold", symbol="__stat64_time64", not_causes="musl-time64-skew musl-lfs64-removed newer-glibc-archive definition-not-found",
    ),
    Situation(
        "h-sparse", "musl-lfs64-removed", "a sparse file writer", "$(CC) -std=gnu11 -D_GNU_SOURCE -Wno-implicit-function-declaration -O2 -c -o w.o w.c\n$(AR) rcs libw.a w.o\n$(CC) -O2 -c -o m.o m.c\n$(LINK) -static -o w m.o libw.a",
        {"w.c": "#include <unistd.h>\nint cut(int f, long n) { return ftruncate64(f, n) + posix_fadvise64(f, 0, n, 4); }", "m.c": "int cut(int, long); int main(int c, char **v) { return cut(c, 3); }"},
        archs="musl-arm64 musl-new", linkers="bfd lld", symbol="ftruncate64", not_causes="glibc-archive-on-musl definition-not-found host-libc-headers-leak",
    ),
    Situation(
        "h-json-archive", "newer-glibc-archive", "a JSON library from a newer distribution", X + "m.o m.cc\n$(LINKXX) -o j m.o lib/libjson.a", {"m.cc": "extern \"C\" long json_num(const char *); int main(int, char **v) { return (int)json_num(v[0]); }"},
        prepare="mkdir lib; echo '#include <stdlib.h>' > j.c; echo '#include <stdio.h>' >> j.c; echo 'long json_num(const char *t) { int x; long l = strtoull(t, 0, 16); return sscanf(t, \"%d\", &x) + l; }' >> j.c; gcc -O2 -D_GNU_SOURCE -I$TOOLCHAINS/trixie-amd64/usr/include -I$TOOLCHAINS/trixie-amd64/usr/include/x86_64-linux-gnu -c -o j.o j.c; ar rcs lib/libjson.a j.o; rm j.c j.o",
        archs="amd64", symbol="__isoc23_", not_causes="host-libc-headers-leak definition-not-found runtime-glibc-too-old",
    ),
    Situation(
        "h-plugin-too-new", "runtime-glibc-too-old", "a plugin from a newer build stage", "$(RUN) ./host", {},
        prepare="mkdir s; echo 'void mseal(void) {} void __libc_start_main(void) {} void abort(void) {} ' > s.c; echo 'GLIBC_2.34 { global: __libc_start_main; abort; local: *; }; GLIBC_2.41 { global: mseal; } GLIBC_2.34;' > v; $CC -shared -fPIC -fno-builtin -nostdlib $SMALL -Wl,-soname,libc.so.6 -Wl,--version-script=v -o s/libc.so.6 s.c;"
        " echo 'void mseal(void); int plug(void) { mseal(); return 0; }' > p.c; $CC -shared -fPIC -nodefaultlibs $SMALL -o libplug.so p.c s/libc.so.6; echo 'int plug(void); int main(void) { return plug(); }' > h.c; $CC $SMALL -o host h.c libplug.so -Wl,-rpath,. -Wl,--allow-shlib-undefined; rm -r s s.c v p.c h.c",
        archs="amd64 riscv64", linkers="default", symbol="GLIBC_2.41", says="GLIBC_2.41", ended=1, not_causes="symbol-version-missing newer-glibc-archive dso-underlinked",
    ),
    Situation(
        "h-slots", "libatomic-missing-wide", "two words at once", "$(CXX) $(OLD) -O2 -c -o m.o m.cc\n$(LINKXX) $(OLD) -o s m.o", ATOMIC, archs="amd64 arm64 riscv64 i386", variables={"i386": {"OLD": "-march=i486"}, "arm64": {"OLD": "-mno-outline-atomics"}}, linkers="bfd lld mold", symbol="__atomic_",
        not_causes="libatomic-missing-subword outline-atomics-helpers-missing library-not-linked definition-not-found",
    ),
    Situation(
        "h-static-atomic", "libatomic-missing-wide", "a static program with -latomic in front", "$(CC) -march=armv6+fp -marm -O2 -c -o m.o m.c\n$(LINK) -march=armv6+fp -marm -static -latomic -o m m.o", {"m.c": "long long t; int main(int c, char **v) { return (int)__atomic_exchange_n(&t, c, 5); }"}, archs="armhf", linkers="bfd gold lld", passes="lld",
        symbol="__atomic_exchange_8", also="static-link-order", not_causes="definition-not-found libatomic-missing-subword", note="libatomic.a stands before its user",
    ),
    Situation(
        "h-flags-riscv", "libatomic-missing-subword", "a C++ queue with a flag", X + "q.o q.cc\n$(AR) rcs libq.a q.o\n" + X + "m.o m.cc\n$(LINKXX) -o q m.o libq.a", {"q.cc": "#include <atomic>\nstatic std::atomic<bool> closed;\nbool close_once() { return !closed.exchange(true); }", "m.cc": "bool close_once(); int main() { return close_once(); }"}, archs="riscv64", symbol="__atomic_exchange_1",
        not_causes="libatomic-missing-wide library-not-linked definition-not-found",
    ),
    Situation(
        "h-kernel-image", "outline-atomics-helpers-missing", "a freestanding image by clang", "clang --target=aarch64-linux-gnu -moutline-atomics -O2 -ffreestanding -c -o k.o k.c\n$(LINK) -nostdlib -static -Wl,-e,kmain -o k k.o", {"k.c": "static unsigned char lock; static long mask; int kmain(void) { while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE)) ; return (int)__atomic_fetch_or(&mask, 4, __ATOMIC_RELAXED); }"}, archs="arm64", symbol="__aarch64_",
        not_causes="lse-init-getauxval libatomic-missing-subword definition-not-found",
    ),
    Situation(
        "h-modulo", "compiler-rt-builtin-missing", "a remainder of wide numbers by clang", "clang -m32 -O2 -c -o m.o m.c\n$(LINK) -o m m.o", {"m.c": "int main(int c, char **v) { unsigned _BitInt(128) a = c, b = v[0][0]; a <<= 90; return (int)(a % (b | 1)); }"}, archs="i386", symbol="__umodti3", not_causes="libatomic-missing-wide library-not-linked definition-not-found nostdlib-drops-runtime",
    ),
    Situation(
        "h-throwing", "libstdcxx-not-linked", "a C++ archive that throws", "$(CXX) -O2 -c -o e.o e.cc\n$(AR) rcs libe.a e.o\n" + C + "m.o m.c\n$(LINK) -o e m.o libe.a", {"e.cc": "struct Bad { int code; };\nextern \"C\" int risky(int x) { try { if (x > 3) throw Bad{x}; } catch (Bad &b) { return b.code; } return 0; }", "m.c": "int risky(int); int main(int c, char **v) { return risky(c); }"}, archs="riscv64 arm64", linkers="bfd mold", symbol="__cxa_", not_causes="unwind-runtime-missing definition-not-found language-linkage-mismatch",
    ),
    Situation(
        "h-old-caller", "cxx11-abi-mismatch", "a program of the old ABI on a new archive", "$(CXX) -O2 -D_GLIBCXX_USE_CXX11_ABI=0 -c -o m.o m.cc\n$(CXX) -O2 -c -o n.o n.cc\n$(AR) rcs libn.a n.o\n$(LINKXX) -o n m.o libn.a", {"n.hh": "#include <list>\n#include <string>\nstruct Node { std::string name() const; void add(std::string &s); };", "n.cc": '#include "n.hh"\nstd::string Node::name() const { return "n"; }\nvoid Node::add(std::string &s) { s += "x"; }', "m.cc": '#include "n.hh"\nint main() { Node n; std::string s = n.name(); n.add(s); return s.size(); }'},
        archs="armhf riscv64", linkers="bfd lld mold", symbol="Node::", not_causes="signature-mismatch static-link-order definition-not-found",
    ),
    Situation(
        "h-format", "inline-namespace-version-mismatch", "a formatter of another version", X + "m.o m.cc\n$(LINKXX) -o f m.o libfmtx.a", {"m.cc": "namespace fmtx { inline namespace v10 { int put(const char *t, int n); } }\nint main(int c, char **v) { return fmtx::put(v[0], c); }"},
        prepare="echo 'namespace fmtx { inline namespace v9 { int put(const char *t, int n) { return t[n]; } } }' > f.cc; $CXX -O2 -c -o f.o f.cc; $AR rcs libfmtx.a f.o; rm f.cc f.o", archs="riscv64 amd64", linkers="bfd lld", symbol="fmtx::v10::put", not_causes="signature-mismatch cxx11-abi-mismatch definition-not-found",
    ),
    Situation(
        "h-chain", "transitive-dso-missing", "a chain of C++ libraries", "$(CXX) -O1 -fPIC -shared $(SMALL) -o libbase.so b.cc\n$(CXX) -O1 -fPIC -shared $(SMALL) -o libmid.so m2.cc -L. -lbase\n" + X + "m.o m.cc\n$(LINKXX) -o c m.o -L. -lmid -Wl,-rpath-link,.", {"b.cc": "namespace base { int seed() { return 3; } }", "m2.cc": "namespace base { int seed(); } namespace mid { int run() { return base::seed(); } }", "m.cc": "namespace base { int seed(); } namespace mid { int run(); } int main() { return mid::run() + base::seed(); }"},
        archs="armhf amd64", linkers="bfd gold", symbol="seed", not_causes="dso-underlinked definition-not-found cxx11-abi-mismatch",
    ),
    Situation(
        "h-three-archives", "static-link-order", "three archives in the wrong order", C + "m.o m.c\n" + C + "a.o a.c\n" + C + "b.o b.c\n" + C + "c.o c.c\n$(AR) rcs liba.a a.o\n$(AR) rcs libb.a b.o\n$(AR) rcs libc3.a c.o\n$(LINK) -o three m.o -L. -lc3 -lb -la", {"m.c": "int fa(int); int main(int c, char **v) { return fa(c); }", "a.c": "int fb(int); int fa(int x) { return fb(x); }", "b.c": "int fc(int); int fb(int x) { return fc(x); }", "c.c": "int fc(int x) { return x; }"},
        archs="riscv64 armhf", linkers="bfd gold lld mold", passes="lld mold", symbol="fb", not_causes="definition-not-found object-not-linked archive-without-index",
    ),
    Situation(
        "h-sqlite-twice", "duplicate-native-crate", "two packages that bundle one database", C + "m.o m.c\n$(LINK) -o s m.o out/build/minidb-sys-1a2b3c4d5e6f7081/out/libminidb.a out/build/minidb-sys-90a1b2c3d4e5f607/out/libminidb.a", {"m.c": "int db_open(int), db_vtab(int); int main(int c, char **v) { return db_open(c) + db_vtab(c); }"},
        prepare="for v in 1a2b3c4d5e6f7081 90a1b2c3d4e5f607; do d=out/build/minidb-sys-$v/out; mkdir -p $d; echo 'int db_errno; int db_malloc(int n) { return n; } int db_open(int x) { return db_malloc(x); }' > d.c; [ $v = 90a1b2c3d4e5f607 ] && echo 'int db_vtab(int x) { return db_malloc(x); }' >> d.c; $CC -O2 -c -o $d/db.o d.c; $AR rcs $d/libminidb.a $d/db.o; rm d.c $d/db.o; done",
        archs="riscv64 amd64", linkers="bfd lld", symbol="db_malloc", not_causes="duplicate-definition tls-library-collision duplicate-ignored",
    ),
    Situation(
        "h-other-crypto", "tls-library-collision", "one TLS library's libssl on another's libcrypto", C + "m.o m.c\n$(LINK) -o t m.o deps/openssl/libssl.a deps/aws-lc/libcrypto.a", {"m.c": "int SSL_connect(void *); int main(void) { return SSL_connect(0); }"},
        prepare="mkdir -p deps/openssl deps/aws-lc; echo 'void *OPENSSL_init_crypto(int); int EVP_MD_fetch(int); int SSL_connect(void *s) { return EVP_MD_fetch(1) + (OPENSSL_init_crypto(0) != 0); }' > a.c; echo 'void *OPENSSL_init_crypto(int x) { return 0; } int awslc_api_version_num(void) { return 3; } int EVP_MD_size(void) { return 32; }' > b.c; $CC -O2 -c -o ssl_lib.o a.c; $AR rcs deps/openssl/libssl.a ssl_lib.o; $CC -O2 -c -o crypto.o b.c; $AR rcs deps/aws-lc/libcrypto.a crypto.o; rm a.c b.c ssl_lib.o crypto.o",
        archs="amd64 arm64", linkers="bfd lld", symbol="EVP_MD_fetch", not_causes="definition-not-found static-link-order library-not-linked",
    ),
    Situation(
        "h-asm-abs", "non-pic-in-pie", "assembly with absolute addresses", "$(CC) -c -o t.o t.s\n" + C + "m.o m.c\n$(LINK) -o t m.o t.o", {"t.s": ".text\n.globl look\nlook:\n  mov $words, %rax\n  movslq words(,%rdi,4), %rax\n  ret\n.data\nwords: .long 1, 2, 3\n.section .note.GNU-stack,\"\",@progbits", "m.c": "long look(long); int main(int c, char **v) { return (int)look(c); }"},
        archs="amd64", symbol="R_X86_64_32S", linkers="bfd lld mold", not_causes="non-pic-archive-in-shared text-relocation relocation-overflow",
    ),
    Situation(
        "h-riscv-dso", "non-pic-archive-in-shared", "static objects in a riscv64 library", "$(CC) -O2 -fPIC -c -o w.o w.c\n$(LINK) -shared -o libw.so w.o stat/libs.a", {"w.c": "int *spot(int); int w(int i) { return *spot(i); }"}, prepare="mkdir stat; echo 'extern int pool[]; int *spot(int i) { return pool + i; } int pool[99] = {1};' > s.c; $CC -O2 -fno-pic -mcmodel=medlow -c -o s.o s.c; $AR rcs stat/libs.a s.o; rm s.c s.o",
        archs="riscv64", symbol="R_RISCV_HI20", not_causes="non-pic-in-pie text-relocation relocation-overflow",
    ),
    Situation(
        "h-patched-bytecode", "lto-version-mismatch", "an archive of a compiler of version 9", "$(CC) -O2 -flto -c -o m.o m.c\n$(LINK) -O2 -flto -o b m.o old/libb.a", {"m.c": "int blk(int); int main(int c, char **v) { return blk(c); }", "b.c": "int blk(int x) { return x * 3; }", "patch.py": "import struct, subprocess, sys\nobjcopy, path = sys.argv[1:]\nnames = [w for w in subprocess.run(['readelf', '-SW', path], capture_output=True, text=True).stdout.split() if w.startswith('.gnu.lto_.lto.')]\nsubprocess.run([objcopy, '--dump-section', names[0] + '=s', path], check=True)\ndata = bytearray(open('s', 'rb').read())\ndata[0:4] = struct.pack('<HH', 9, 2)\nopen('s', 'wb').write(data)\nsubprocess.run([objcopy, '--update-section', names[0] + '=s', path], check=True)\n"},
        prepare="mkdir old; $CC -O2 -flto -c -o b.o b.c; python3 patch.py $OBJCOPY b.o; ${PREFIX}gcc-ar rcs old/libb.a b.o; rm b.o s patch.py b.c", archs="arm64 armhf", linkers="bfd gold", symbol="LTO version 9.2", not_causes="lto-foreign-bytecode ar-without-lto-plugin stale-build-output", note="the version of real bytecode was set to 9.2",
    ),
    Situation(
        "h-bare-ar-cxx", "ar-without-lto-plugin", "a C++ archive by a bare ar", "$(CXX) -O2 -flto -c -o a.o a.cc\nsh tools/pack.sh libpack.a a.o\n$(CXX) -O2 -flto -c -o m.o m.cc\n$(LINKXX) -O2 -flto -o p m.o -L. -lpack", {"a.cc": "namespace pack { int level(int n) { return n + 9; } }", "m.cc": "namespace pack { int level(int); } int main(int c, char **) { return pack::level(c); }", "tools/pack.sh": 'echo "ar cr $*; ranlib $1"\ntools/ar cr "$@" && tools/ranlib "$1"'},
        prepare="cp $(command -v $AR) tools/ar; cp $(command -v $RANLIB) tools/ranlib", archs="amd64 riscv64", linkers="bfd gold", symbol="pack::level(int)", drop="tools/ar tools/ranlib", not_causes="lto-plugin-not-loaded lto-foreign-bytecode definition-not-found archive-without-index",
    ),
    Situation(
        "h-rust-bitcode", "lto-foreign-bytecode", "Rust bitcode for other linkers", "RUSTC_BOOTSTRAP=1 rustc --edition 2021 --crate-type lib --crate-name mix --emit obj=mix.o -C linker-plugin-lto -C opt-level=2 -C panic=abort mix.rs\n" + C + "m.o m.c\n$(LINK) -o m m.o mix.o", {"mix.rs": "#![no_std]\n#[no_mangle]\npub extern \"C\" fn mix_frames(a: u32) -> u32 {\n    a ^ 7\n}\n", "m.c": "unsigned mix_frames(unsigned); int main(int c, char **v) { return mix_frames(c); }"},
        archs="amd64", linkers="bfd gold lld mold", hide="/usr/lib/bfd-plugins", symbol="mix.o", not_causes="object-truncated wrong-arch-object definition-not-found rust-symbol-mangled", note="lld 14 is older than the bitcode",
    ),
    Situation(
        "h-renamed-class", "stale-build-output", "objects older than a renamed class", "make -f obj.mk CXX=\"$(CXX)\"\n$(LINKXX) -o r build/main.o build/room.o", {"obj.mk": "all: build/main.o build/room.o\nbuild/%.o: %.cc\n\t$(CXX) -O2 -c -o $@ $<\n", "main.cc": "struct Hall { int seats(); }; int main() { Hall h; return h.seats(); }", "room.cc": "struct Hall { int seats(); }; int Hall::seats() { return 4; }"},
        prepare="mkdir build; echo 'struct Room { int seats(); }; int Room::seats() { return 4; }' > r.cc; $CXX -O2 -c -o build/room.o r.cc; rm r.cc; touch -d '2024-01-02' room.cc; touch -d '2024-01-05' build/room.o", archs="amd64 riscv64", linkers="bfd lld", symbol="Hall::seats()", not_causes="definition-not-found signature-mismatch arch-source-missing-from-list", note="make does not compile room.cc again",
    ),
    Situation(
        "h-oom-cxx", "linker-oom-killed", "a C++ link that was killed", X + "a.o a.cc\n$(LINKXX) -Wl,--threads -o a a.o", {"a.cc": "int main() { return 0; }", "tools/ld.gold": "#!/bin/sh\nkill -KILL $$\n", "tools/ld.bfd": "#!/bin/sh\nkill -KILL $$\n"}, archs="riscv64 armhf", linkers="bfd gold", symbol="signal 9", not_causes="qemu-user-crash stale-build-output", note="a linker that ends itself by signal 9",
    ),
    Situation(
        "h-weak-version", "symbol-version-missing", "a program against a library rolled back", C + "m.o m.c\n$(LINK) -o v m.o libuse.so -L. -lcore -Wl,-rpath-link,.", {"m.c": "int use(void); int main(void) { return use(); }"},
        prepare="echo 'int core_go(void) { return 1; }' > c.c; echo 'CORE_2 { global: core_go; };' > n; echo 'CORE_1 { global: core_go; };' > o; echo 'int core_go(void); int use(void) { return core_go(); }' > u.c; $CC -fPIC -shared $SMALL -Wl,-soname,libcore.so -Wl,--version-script=n -o libcore.so c.c; $CC -fPIC -shared $SMALL -o libuse.so u.c libcore.so; $CC -fPIC -shared $SMALL -Wl,-soname,libcore.so -Wl,--version-script=o -o libcore.so c.c; rm c.c u.c n o",
        archs="amd64 armhf", linkers="bfd gold lld", symbol="core_go", not_causes="symbol-hidden dso-underlinked runtime-glibc-too-old",
    ),
    Situation(
        "h-cxx-under-musl", "libstdcxx-wrong-libc", "a C++ program under musl's loader",
        "g++ -O1 -c -o m.o m.cc\nmusl-gcc -o m m.o -L/usr/lib/gcc/x86_64-linux-gnu/12 -l:libstdc++.so -L/usr/lib/x86_64-linux-gnu -l:libgcc_s.so.1 -Wl,-rpath-link,/usr/lib/x86_64-linux-gnu -Wl,--allow-shlib-undefined\nLD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu ./m",
        {"m.cc": "#include <string>\n#include <map>\nint main(int c, char **v) { std::map<std::string, int> m; m[v[0]] = c; return m.size() - 1; }"},
        archs="musl", linkers="default", symbol="__libc_single_threaded", says="__cxa_thread_atexit_impl: symbol not found", ended=-1, not_causes="libstdcxx-not-linked glibc-archive-on-musl dso-underlinked", note="links; does not load",
    ),
    Situation(
        "h-two-panics", "rust-runtime-duplicated", "two Rust plugins in one shared object", "rustc --edition 2021 --crate-name dec --crate-type lib --emit obj=dec.o -C panic=abort -C opt-level=2 -C relocation-model=pic dec.rs\nrustc --edition 2021 --crate-name enc --crate-type lib --emit obj=enc.o -C panic=abort -C opt-level=2 -C relocation-model=pic enc.rs\n$(LINK) -shared -o libboth.so -Wl,--no-undefined enc.o dec.o",
        {f"{n}.rs": f'#![no_std]\nuse core::panic::PanicInfo;\n#[panic_handler]\nfn on_panic(_info: &PanicInfo) -> ! {{\n    loop {{\n        core::hint::spin_loop();\n    }}\n}}\n#[no_mangle]\npub extern "C" fn {n}_step(n: u64) -> u64 {{\n    n.rotate_left(7)\n}}\n' for n in ("dec", "enc")},
        archs="amd64", linkers="bfd gold mold", symbol="rust_begin_unwind", not_causes="duplicate-definition duplicate-native-crate",
    ),
]  # fmt: skip
