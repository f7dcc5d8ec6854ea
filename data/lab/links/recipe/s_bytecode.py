"""Bytecode: versions, archives without plugin, compilers that do not understand one another."""

from __future__ import annotations

from situation import Situation

TWO = {
    "main.c": "int blend(int a, int b);\nint main(int argc, char **argv) { return blend(argc, 3); }",
    "blend.c": "int blend(int a, int b) { return (a * 3 + b) / 4; }",
}
# A copy of ar away from its plugins: GNU ar looks for them beside its own folder.
OWN_AR = "mkdir tools; cp $(command -v $AR) tools/plain-ar"
MAIN = "$(CC) -O1 -c -o main.o main.c\n"

SITUATIONS = [
    Situation(
        "bytecode-of-gcc-11", "lto-version-mismatch", "a vendored archive with link-time code",
        "$(CC) -O2 -flto -c -o main.o main.c\n$(LINK) -O2 -flto -o app main.o vendor/libblend.a", TWO,
        prepare="mkdir vendor; gcc-11 -O2 -flto -c -o blend.o blend.c; gcc-ar-11 rcs vendor/libblend.a blend.o; rm blend.o blend.c",
        archs="amd64", linkers="bfd gold mold", symbol="LTO version 11", not_causes="lto-foreign-bytecode ar-without-lto-plugin definition-not-found stale-build-output",
    ),
    Situation(
        "old-objects-of-gcc-11", "lto-version-mismatch", "objects left by an older compiler",
        "$(CC) -O2 -flto -c -o main.o main.c\n$(LINK) -O2 -flto -o app main.o build/blend.o", TWO,
        prepare="mkdir build; gcc-11 -O2 -flto -c -o build/blend.o blend.c",
        archs="amd64", linkers="bfd gold mold", symbol="LTO version 11", also="stale-build-output", not_causes="lto-foreign-bytecode ar-without-lto-plugin definition-not-found",
    ),
    Situation(
        "archiver-without-plugin", "ar-without-lto-plugin", "an archive of link-time code by a bare ar",
        "$(CC) -O2 -flto -c -o main.o main.c\n$(CC) -O2 -flto -c -o blend.o blend.c\nplain-ar rcs libblend.a blend.o\n$(LINK) -O2 -flto -o app main.o libblend.a", TWO,
        prepare=OWN_AR, archs="amd64 arm64 armhf riscv64", linkers="bfd gold", symbol="blend",
        not_causes="lto-plugin-not-loaded lto-foreign-bytecode static-link-order definition-not-found", drop="tools/plain-ar",
    ),
    Situation(
        "archiver-with-plugin", "", "an archive of link-time code by gcc-ar",
        "$(CC) -O2 -flto -c -o main.o main.c\n$(CC) -O2 -flto -c -o blend.o blend.c\n$(PREFIX)gcc-ar rcs libblend.a blend.o\n$(LINK) -O2 -flto -o app main.o libblend.a", TWO,
        archs="amd64 arm64", linkers="bfd", symbol="blend", not_causes="ar-without-lto-plugin lto-plugin-not-loaded lto-foreign-bytecode", note="a look-alike that links",
    ),
    Situation(
        "linker-without-plugin", "lto-plugin-not-loaded", "link-time code and a link without the plugin",
        "$(CC) -O2 -c -o main.o main.c\n$(CC) -O2 -flto -c -o blend.o blend.c\n$(LINK) -fno-use-linker-plugin -o app main.o blend.o", TWO,
        archs="amd64 arm64", linkers="bfd gold mold", symbol="", not_causes="lto-version-mismatch ar-without-lto-plugin definition-not-found object-not-linked lto-drops-symbol",
    ),
    Situation(
        "gcc-bytecode-for-lld", "lto-foreign-bytecode", "link-time code of gcc for lld",
        "$(CC) -O2 -flto -c -o main.o main.c\n$(CC) -O2 -flto -c -o blend.o blend.c\n$(PREFIX)gcc-ar rcs libblend.a blend.o\n$(CC) -O2 -c -o start.o start.c\n$(LINK) -O2 -o app start.o libblend.a", TWO | {"start.c": TWO["main.c"]},
        archs="amd64 arm64 armhf", linkers="lld bfd", passes="bfd", symbol="blend",
        not_causes="lto-version-mismatch lto-plugin-not-loaded ar-without-lto-plugin definition-not-found object-not-linked",
    ),
    Situation(
        "clang-bytecode-for-gnu-ld", "lto-foreign-bytecode", "link-time code of clang for GNU ld",
        "$(CC) -O2 -c -o main.o main.c\nclang --target=$(TRIPLE) -O2 -flto -c -o blend.o blend.c\n$(LINK) -O2 -o app main.o blend.o", TWO,
        archs="amd64 arm64", linkers="bfd gold lld mold", passes="lld", symbol="blend", hide="/usr/lib/bfd-plugins",
        not_causes="lto-version-mismatch object-truncated wrong-arch-object definition-not-found ar-without-lto-plugin", note="no LLVMgold.so beside binutils",
    ),
    Situation(
        "clang-archive-for-gnu-ld", "lto-foreign-bytecode", "an archive of clang's link-time code",
        "$(CC) -O2 -c -o main.o main.c\nclang --target=$(TRIPLE) -O2 -flto -c -o blend.o blend.c\nllvm-ar rcs libblend.a blend.o\n$(LINK) -O2 -o app main.o libblend.a", TWO,
        archs="amd64 arm64", linkers="bfd gold lld", passes="lld", symbol="blend", hide="/usr/lib/bfd-plugins",
        not_causes="archive-without-index wrong-arch-prebuilt-archive definition-not-found ar-without-lto-plugin", note="no LLVMgold.so beside binutils",
    ),
    Situation(
        "assembly-calls-what-lto-drops", "lto-drops-symbol", "an entry in assembly and link-time code",
        "$(CC) -O2 -flto -c -o main.o main.c\n$(CC) -O2 -flto -c -o entry.o entry.c\n$(LINK) -O2 -flto -o app main.o entry.o",
        {
            "main.c": "void entry(void);\nint main(void) { entry(); return 0; }",
            "entry.c": "#if defined(__x86_64__)\n#define JUMP \"jmp handler\"\n#else\n#define JUMP \"b handler\"\n#endif\n"
            "static __attribute__((used)) int seen;\nint handler(void) { return seen++; }\n__asm__(\".text\\n.globl entry\\nentry: \" JUMP \"\\n\");",
        },
        archs="amd64 arm64", linkers="bfd gold mold", symbol="", not_causes="lto-plugin-not-loaded ar-without-lto-plugin definition-not-found object-not-linked",
        note="without -flto it links",
    ),
    Situation(
        "assembly-without-lto", "", "an entry in assembly",
        "$(CC) -O2 -c -o main.o main.c\n$(CC) -O2 -c -o entry.o entry.c\n$(LINK) -O2 -o app main.o entry.o",
        {
            "main.c": "void entry(void);\nint main(void) { entry(); return 0; }",
            "entry.c": "#if defined(__x86_64__)\n#define JUMP \"jmp handler\"\n#else\n#define JUMP \"b handler\"\n#endif\n"
            "static __attribute__((used)) int seen;\nint handler(void) { return seen++; }\n__asm__(\".text\\n.globl entry\\nentry: \" JUMP \"\\n\");",
        },
        archs="amd64", linkers="bfd", symbol="handler", not_causes="lto-drops-symbol", note="a look-alike that links",
    ),
]  # fmt: skip
