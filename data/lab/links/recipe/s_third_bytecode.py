"""The third set, half of it once held out: link-time code, code that has to be placed anywhere, caches, and tools that die."""

from __future__ import annotations

from situation import Situation

C = "$(CC) -O2 -c -o "
X = "$(CXX) -O2 -c -o "
LTO = "$(CC) -O2 -flto -c -o "
RANK = {
    "main.c": "int rank_of(int); int main(int c, char **v) { return rank_of(c); }",
    "rank.c": "int rank_of(int n) { return n * n; }",
}
SCORE = {
    "main.cpp": "namespace score { int best(int); }\nint main(int c, char **) { return score::best(c); }",
    "best.cpp": "namespace score { int best(int n) { return n > 9 ? 9 : n; } }",
}
CDYLIB = {
    "Cargo.toml": '[package]\nname = "effects"\nversion = "0.7.0"\nedition = "2021"\nbuild = "build.rs"\n[lib]\ncrate-type = ["cdylib"]\n',
    "build.rs": 'fn main() {\n    println!("cargo:rustc-link-search=native=vendor\\ncargo:rustc-link-lib=static=reverb");\n}\n',
    "src/lib.rs": '#![no_std]\n#[panic_handler]\nfn stop(_: &core::panic::PanicInfo) -> ! {\n    loop {}\n}\nextern "C" {\n    fn reverb_tap(n: i32) -> i32;\n}\n#[no_mangle]\npub extern "C" fn effect(n: i32) -> i32 {\n    unsafe { reverb_tap(n) }\n}\n',
}
AUDIT = {
    "open.c": '#if defined(__x86_64__)\n#define CALL "call"\n#elif defined(__riscv)\n#define CALL "call"\n#else\n#define CALL "bl"\n#endif\nint main(int c, char **v) {\n  /* registers are saved by the hook */\n  __asm__ volatile(CALL " audit_enter" ::: "memory");\n  return c - 1;\n}\n',
    "audit.c": "static int entries;\nvoid audit_enter(void) { entries++; }\nint audit_count(void) { return entries; }\n",
}
HASH = {
    "hash.c": "__attribute__((noinline)) static unsigned long mix(const unsigned long *p, int n) { unsigned long h = 3; for (int i = 0; i < n; i++) h = h * 31 + __builtin_popcountl(p[i] ^ h); return h; }\nint main(int argc, char **argv) { unsigned long d[96]; for (int i = 0; i < 96; i++) d[i] = i * argc; return mix(d, 96) == 0; }",
    "tools/gcc": '#!/bin/sh\nexec qemu-x86_64-static -cpu max /usr/bin/gcc "$@"\n',
}
CACHED = HASH | {
    "tools/gcc": '#!/bin/sh\nexec qemu-x86_64-static -cpu "$(cat builder)" /usr/bin/gcc "$@"\n'
}
CCACHE = "CCACHE_DIR=$(CURDIR)/shared $(TOOLCHAINS)/bullseye-amd64/usr/bin/ccache"
DEEP = "int b(int x) { return " + "(x + " * 190 + "1" + ")" * 190 + "; }"

SITUATIONS: list[Situation] = [
    Situation(
        "k-reverb", "non-pic-archive-in-shared", "an effects crate on a static library", 'RUSTFLAGS="-C linker=gcc -C link-arg=$(FUSE) -C strip=debuginfo -C panic=abort" cargo build --release --offline --target-dir out', CDYLIB, archs="amd64", linkers="bfd lld mold", symbol="reverb", says="recompile",
        prepare="mkdir vendor; echo 'int reverb_line[64] = {1}; int reverb_tap(int n) { return reverb_line[n & 63]; }' > r.c; $CC -O2 -fno-pic -fno-pie -c -o reverb.o r.c; $AR rcs vendor/libreverb.a reverb.o; rm r.c reverb.o", not_causes="non-pic-in-pie text-relocation relocation-overflow native-library-not-declared",
    ),
    Situation(
        "k-tiles-so", "non-pic-archive-in-shared", "a map module that contains a static archive", "$(CXX) -O2 -fPIC -c -o tiles.o tiles.cpp\n$(LINKXX) -shared -o libtiles.so tiles.o deps/libgeom.a", {"tiles.cpp": "namespace geom { int *corner(int); }\nint tile(int n) { return *geom::corner(n); }"}, archs="arm64 riscv64", linkers="bfd mold", symbol="R_",
        prepare="mkdir deps; echo 'namespace geom { extern int corners[]; int *corner(int n) { return corners + n; } int corners[4] = {1, 2, 3, 4}; }' > g.cpp; $CXX -O2 -fno-section-anchors -fno-pic -fno-pie -c -o geom.o g.cpp; $AR rcs deps/libgeom.a geom.o; rm g.cpp geom.o", not_causes="non-pic-in-pie text-relocation relocation-overflow copy-relocation-protected",
    ),
    Situation(
        "k-lut-pie", "non-pic-in-pie", "a lookup program with an object for a fixed address", "$(CC) -O2 -fno-pie -c -o lut.o lut.c\n" + C + "main.o main.c\n$(LINK) -pie -o lut main.o lut.o", {"lut.c": "static const char *const names[3] = {\"a\", \"b\", \"c\"};\nint counts[3];\nconst char *name_of(int n) { counts[n]++; return names[n]; }", "main.c": "const char *name_of(int);\nint main(int c, char **v) { return name_of(c & 1)[0]; }"}, archs="amd64", linkers="bfd gold lld mold", symbol="lut.o", says="recompile", not_causes="non-pic-archive-in-shared text-relocation relocation-overflow",
    ),
    Situation(
        "k-jump-table", "text-relocation", "a jump table in code, for a library without text relocations", "$(CC) -c -o jump.o jump.S\n$(LINK) -shared -Wl,-z,text -o libjump.so jump.o", {"jump.S": ".section .text.dispatch,\"ax\"\n.globl dispatch_table\ndispatch_table:\n  .long op_add\n  .long op_sub\n.globl op_add\nop_add:\n  .long 0\n.globl op_sub\nop_sub:\n  .long 0\n.section .note.GNU-stack,\"\",%progbits\n"}, archs="armhf i386", linkers="bfd", symbol="read-only", says="read-only", not_causes="non-pic-archive-in-shared non-pic-in-pie relocation-overflow",
    ),
    Situation(
        "k-rank11", "lto-version-mismatch", "a ranking on objects of an older compiler", "gcc-11 -O2 -flto -c -o rank.o rank.c\n$(AR) rcs librank.a rank.o\n" + LTO + "main.o main.c\n$(LINK) -O2 -flto -o rank main.o librank.a", RANK, archs="amd64", linkers="bfd gold mold", symbol="LTO version 11", not_causes="lto-foreign-bytecode ar-without-lto-plugin lto-plugin-not-loaded stale-build-output", note="two compilers in one build",
    ),
    Situation(
        "k-audit", "lto-drops-symbol", "an opener whose hook is called in assembly", LTO + "open.o open.c\n" + LTO + "audit.o audit.c\n$(LINK) -O2 -flto -o open open.o audit.o", AUDIT, archs="amd64 arm64 riscv64", linkers="bfd gold", symbol="audit_enter",
        not_causes="lto-plugin-not-loaded object-not-linked definition-not-found ar-without-lto-plugin", note="without -flto it links",
    ),
    Situation(
        "k-tuned", "native-cpu-in-image", "a hash tuned to the machine that built it", "gcc -O3 -march=native -c -o hash.o hash.c\ngcc -o hash hash.o\nqemu-x86_64-static -cpu Nehalem ./hash", HASH, archs="amd64", linkers="default", symbol="-march=native", says="Illegal instruction", ended=132, not_causes="native-march-in-shared-cache qemu-user-crash ifunc-on-static-musl",
    ),
    Situation(
        "k-cached", "native-march-in-shared-cache", "a hash from a cache that several builders fill", f"{CCACHE} -z\n{CCACHE} gcc -O3 -march=native -c -o hash.o hash.c\n{CCACHE} -s\ngcc -o hash hash.o\nqemu-x86_64-static -cpu Nehalem ./hash", CACHED, prepare="echo max > builder; CCACHE_DIR=$PWD/shared $TOOLCHAINS/bullseye-amd64/usr/bin/ccache gcc -O3 -march=native -c -o hash.o hash.c; rm hash.o; echo Nehalem > builder", archs="amd64", linkers="default", symbol="ccache", says="Illegal instruction", ended=132, not_causes="native-cpu-in-image qemu-user-crash stale-build-output", note="ccache 4.2; the cached object is of a processor with AVX2",
    ),
    Situation(
        "k-stale", "stale-build-output", "a menu that make believes is built", "$(MAKE) -f menu.mk CC=\"$(CC)\" FUSE=$(FUSE)", {"menu.mk": "menu: obj/menu.o obj/items.o\n\t$(CC) $(FUSE) -o $@ $^\nobj/%.o: src/%.c\n\t$(CC) -O2 -c -o $@ $<\n", "src/menu.c": "int items_total(int);\nint main(int c, char **v) { return items_total(c); }", "src/items.c": "int items_total(int n) { return n * 2; }"},
        prepare="mkdir obj; echo 'int items_sum(int n) { return n * 2; }' > i.c; $CC -O2 -c -o obj/items.o i.c; rm i.c; touch -d '2023-05-01' src/items.c; touch -d '2023-05-09' obj/items.o", archs="arm64 riscv64", linkers="bfd gold mold", symbol="items_total", not_causes="arch-source-missing-from-list signature-mismatch static-link-order kernel-object-not-built", note="items.c was written over by an older date; make does not compile it again",
    ),
    Situation(
        "k-killed-rust", "linker-oom-killed", "a crate whose linker was killed", 'RUSTFLAGS="-C linker=gcc -C link-arg=-fuse-ld=$(NAME) -C debuginfo=2" cargo build --offline --target-dir out', {"Cargo.toml": '[package]\nname = "index"\nversion = "0.1.0"\nedition = "2021"\n', "src/main.rs": "fn main() {}\n", "tools/ld.gold": "#!/bin/sh\nkill -KILL $$\n"}, archs="amd64", linkers="default", variables={"all": {"NAME": "gold"}}, symbol="signal 9", drop="out/*", not_causes="qemu-user-crash disk-full native-library-not-declared", note="a linker that ends itself by signal 9",
    ),
    Situation(
        "k-pages", "allocator-page-size", "a service on a kernel with pages of 64 kB", C + "svc.o svc.c\n$(LINK) -static -o svc svc.o $(TOOLCHAINS)/jemalloc-arm64/usr/lib/libjemalloc.a -lm -lpthread\nqemu-aarch64-static -p 65536 ./svc", {"svc.c": "#include <stdlib.h>\nint main(int c, char **v) { char *volatile p = malloc(c * 100); free(p); return 0; }"}, archs="arm64", linkers="default", symbol="libjemalloc", says="Unsupported system page size", ended=-1, not_causes="native-cpu-in-image qemu-user-crash weak-undefined", note="an emulator with pages of 64 kB",
    ),
    Situation(
        "k-guarded", "nostdlib-drops-runtime", "an enclave with guarded stacks", "$(CXX) -O2 -fstack-protector-strong -fno-exceptions -ffreestanding -c -o enc.o enc.cpp\n$(LINKXX) -nostdlib -static -Wl,--entry=enter -o enc enc.o", {"enc.cpp": 'void fill(char *p);\nvoid fill(char *p) { for (int i = 0; i < 64; i++) p[i] = i; __asm__ volatile("" ::"r"(p) : "memory"); }\nextern "C" int enter() { char b[64]; fill(b); return b[3]; }'}, archs="amd64 riscv64", linkers="bfd mold", symbol="__stack_chk_fail", not_causes="definition-not-found library-not-linked glibc-archive-on-musl libstdcxx-not-linked",
    ),
]  # fmt: skip
