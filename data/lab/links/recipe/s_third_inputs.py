"""The third set, half of it once held out: what stands on the link line, what does not, and files that are not what they seem."""

from __future__ import annotations

from situation import Situation

C = "$(CC) -O2 -c -o "
X = "$(CXX) -O2 -c -o "
LOOM = {
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.18)\nproject(loom C)\nset(CMAKE_VERBOSE_MAKEFILE ON)\nset(CMAKE_RULE_MESSAGES OFF)\nset(CMAKE_SYSTEM_PROCESSOR any)\nadd_library(warp OBJECT warp.c)\nadd_library(weft STATIC weft.c)\nadd_executable(loom loom.c)\nadd_dependencies(loom warp)\ntarget_link_libraries(loom PRIVATE weft)\n",
    "warp.c": "int warp_tension(int n) { return n * 4; }",
    "weft.c": "int weft_pick(int n) { return n + 1; }",
    "loom.c": "int warp_tension(int), weft_pick(int);\nint main(int c, char **v) { return warp_tension(c) - weft_pick(c); }",
}
MODULES = {
    "grid.f90": "module grid\n  integer :: cells = 12\ncontains\n  subroutine refine()\n    cells = cells * 2\n  end subroutine\nend module\n",
    "flow.f90": "program flow\n  use grid\n  call refine()\n  if (cells /= 24) stop 1\nend program\n",
}
OMP = {
    "sum.c": "#include <stdio.h>\nint main(int argc, char **argv) {\n  double s = 0;\n#pragma omp parallel for reduction(+ : s)\n  for (int i = 0; i < 1000; i++) s += i;\n  return s != 499500;\n}"
}
GAMMA = {
    "gamma.c": "#include <math.h>\nint main(int argc, char **argv) { return (int)(tgamma(argc + 0.5) + jn(argc, 1.5) + fmod(argc, 3.5)); }"
}
PARSER = {
    "main.c": "int yylex(void);\nint parse(int depth);\nint main(int argc, char **argv) { return parse(argc) + yylex(); }",
    "parse.c": "int token_kind(int);\nint parse(int depth) { return depth > 3 ? 0 : token_kind(depth); }",
    "lex.c": "int parse(int);\nint yylex(void) { return 4; }\nint token_kind(int d) { return parse(d + 1); }",
}
FUZZ = {
    "target.c": "int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return n > 3 && d[0] == 'F' ? d[1] : 0; }",
    "main.c": "int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n);\nint main(int c, char **v) { return LLVMFuzzerTestOneInput((unsigned char *)v[0], c); }",
}

SITUATIONS: list[Situation] = [
    Situation(
        "k-loom", "object-not-linked", "a loom by cmake with an object library", "cmake -S . -B o -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_C_COMPILER=$(PREFIX)gcc -DCMAKE_EXE_LINKER_FLAGS=$(FUSE)\ncmake --build o", LOOM, archs="arm64 riscv64", linkers="bfd mold", symbol="warp_tension", drop="*/CMakeFiles/3.*",
        not_causes="definition-not-found arch-source-missing-from-list kernel-object-not-built static-link-order", note="the object library is built and not linked",
    ),
    Situation(
        "k-vault-static", "static-library-missing", "a static vault where only a shared library lies", X + "vault.o vault.cc\n$(LINKXX) -static -o vault vault.o -Lpkg/lib -lsodiumlike", {"vault.cc": 'extern "C" int seal(const char *, int);\nint main(int c, char **v) { return seal(v[0], c); }'}, prepare="mkdir -p pkg/lib; echo 'int seal(const char *p, int n) { return p[0] + n; }' > s.c; $CC -O2 -fPIC -shared $SMALL -o pkg/lib/libsodiumlike.so s.c; rm s.c",
        archs="arm64 riscv64", linkers="bfd mold", symbol="sodiumlike", not_causes="library-not-found definition-not-found wrong-arch-prebuilt-archive",
    ),
    Situation(
        "k-fuzz", "instrumentation-runtime-missing", "a fuzz target built for coverage", "$(CC) -O1 -fsanitize-coverage=trace-pc,trace-cmp -c -o target.o target.c\n" + C + "main.o main.c\n$(LINK) -o fuzz main.o target.o", FUZZ, archs="amd64 armhf", linkers="gold mold", symbol="__sanitizer_cov_trace_pc", not_causes="definition-not-found library-not-linked entry-point-missing",
    ),
    Situation(
        "k-parser", "static-link-order", "a parser and a lexer that need each other", C + "main.o main.c\n" + C + "parse.o parse.c\n" + C + "lex.o lex.c\n$(AR) rcs libparse.a parse.o\n$(AR) rcs liblex.a lex.o\n$(LINK) -o calc -L. -llex -lparse main.o", PARSER, archs="amd64 armhf riscv64", linkers="bfd lld", passes="lld mold", symbol="parse",
        not_causes="definition-not-found object-not-linked archive-without-index library-not-linked",
    ),
    Situation(
        "k-index", "archive-without-index", "an archive put together on another system", C + "main.o main.c\n$(LINK) -o clock main.o dist/libtime2.a", {"main.c": "int tick(int);\nint main(int c, char **v) { return tick(c); }"}, prepare="mkdir dist; echo 'int tick(int x) { return x + 60; }' > t.c; $CC -O2 -c -o tick.o t.c; $AR qcS dist/libtime2.a tick.o; rm t.c tick.o",
        archs="armhf i386", linkers="bfd mold", passes="lld mold", symbol="libtime2.a", not_causes="ar-without-lto-plugin object-truncated definition-not-found static-link-order",
    ),
    Situation(
        "k-thin", "thin-archive-broken", "an archive of names, moved out of its folder", X + "main.o main.cpp\n$(LINKXX) -o show main.o out/libslides.a", {"main.cpp": "namespace slides { int next(int); }\nint main(int c, char **) { return slides::next(c); }"}, prepare="mkdir -p w/obj out; echo 'namespace slides { int next(int n) { return n + 1; } }' > w/s.cpp; $CXX -O2 -c -o w/obj/slides.o w/s.cpp; $AR rcsT w/libslides.a w/obj/slides.o; mv w/libslides.a out/; rm w/s.cpp",
        archs="amd64 arm64", linkers="gold mold", symbol="slides.o", not_causes="archive-without-index object-truncated library-not-found static-link-order",
    ),
    Situation(
        "k-zero-object", "object-truncated", "a build that went on after a full disk", C + "main.o main.c\n$(LINK) -o menu main.o obj/items.o", {"main.c": "int item_count(void);\nint main(void) { return item_count(); }"}, prepare="mkdir obj; : > obj/items.o", archs="amd64 arm64 riscv64", linkers="bfd lld", symbol="items.o", not_causes="wrong-arch-object disk-full definition-not-found lto-foreign-bytecode", note="the object is of no length",
    ),
    Situation(
        "k-beacon", "definition-not-found", "a beacon whose driver was never written", C + "main.o main.c\n" + C + "radio.o radio.c\n$(LINK) -o beacon main.o radio.o", {"main.c": "int radio_send(int);\nint main(int c, char **v) { return radio_send(c); }", "radio.c": "int spi_transfer_dma(int);\nint radio_send(int x) { return spi_transfer_dma(x) ^ 1; }"}, archs="amd64 arm64 riscv64", linkers="lld mold", symbol="spi_transfer_dma",
        not_causes="kernel-object-not-built object-not-linked library-not-linked asm-backend-disabled static-link-order",
    ),
    Situation(
        "k-typo", "definition-not-found", "a translator with a misspelt name", X + "main.o main.cpp\n" + X + "dict.o dict.cpp\n$(AR) rcs libdict.a dict.o\n$(LINKXX) -o tr main.o libdict.a", {"main.cpp": "namespace dict { int lookpu(const char *); }\nint main(int, char **v) { return dict::lookpu(v[0]); }", "dict.cpp": "namespace dict { int lookup(const char *w) { return w[0]; } }"}, archs="armhf i386", linkers="bfd lld", symbol="dict::lookpu(char const*)",
        not_causes="signature-mismatch inline-namespace-version-mismatch static-link-order language-linkage-mismatch object-not-linked",
    ),
]  # fmt: skip
