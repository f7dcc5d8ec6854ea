"""Held out: builds with two faults at once, and builds with none that look as if they had one."""

from __future__ import annotations

from situation import Situation

C = "$(CC) -O2 -c -o "
X = "$(CXX) -O2 -c -o "
TIDE = {
    "main.c": "double tide_height(double);\nint main(int c, char **v) { return (int)tide_height(c); }",
    "tide.c": "#include <math.h>\ndouble moon_phase(double);\ndouble tide_height(double t) { return cos(t) * moon_phase(t); }",
    "moon.c": "double moon_phase(double t) { return t / 29.5; }",
}
QUEUE = {
    "main.c": "int queue_push(unsigned char *b, int n);\nint main(int c, char **v) { return queue_push((unsigned char *)v[0], c); }",
    "queue.c": "#include <stdatomic.h>\nstatic atomic_uchar busy;\nint copy_vector(unsigned char *b, int n);\nint queue_push(unsigned char *b, int n) {\n  while (atomic_exchange(&busy, 1)) ;\n  return copy_vector(b, n);\n}",
    "copy_vector.c": "#include <riscv_vector.h>\nint copy_vector(unsigned char *b, int n) { return b[n]; }",
}
CHESS = {
    "board.hpp": "namespace board { int evaluate(long depth); }\nint book_move(const char *fen);\n",
    "main.cpp": '#include "board.hpp"\nint main(int argc, char **argv) { return board::evaluate(argc) + book_move(argv[0]); }',
    "eval.cpp": "namespace board { int evaluate(int depth) { return depth * 10; } }",
    "book.c": "int book_move(const char *fen) { return fen[0] == 'e'; }",
}
MESH = {
    "main.c": "int mesh_load(const char *p);\nint main(int c, char **v) { return mesh_load(v[0]); }"
}
MESH_MADE = (
    'mkdir vendor; printf \'#include <cstdio>\\n#include <cstring>\\nstruct Mesh { char name[16]; virtual ~Mesh() {} };\\nextern "C" int mesh_load(const char *p) { Mesh *m = new Mesh; FILE *f = fopen(p, "rb"); fread(m->name, 1, strlen(p), f); int n = m->name[0]; delete m; return n; }\\n\' > m.cpp;'
    " $GLIBC_CXX -O2 -D_FORTIFY_SOURCE=2 -fno-stack-protector -fno-exceptions -c -o mesh.o m.cpp; $AR rcs vendor/libmesh.a mesh.o; rm m.cpp mesh.o"
)
SIMD = {
    "build.sh": 'set -u\nif $CC -O2 $WIDE -c wide.c -o wide.o; then flags=-DHAVE_WIDE objs=wide.o; else echo "configure: $WIDE is not there, portable code is used"; flags= objs=; fi\nset -x\n$CC -O2 $flags -c -o app.o app.c\n$CC $FUSE -o app app.o $objs\n',
    "wide.c": "int wide_sum(const int *p, int n) { return p[n]; }",
    "app.c": "int wide_sum(const int *p, int n);\nint main(int c, char **v) {\n  int p[4] = {c};\n#ifdef HAVE_WIDE\n  return wide_sum(p, 1);\n#else\n  return p[1];\n#endif\n}",
}
LOOP = {
    "main.c": "int pa(int);\nint main(int c, char **v) { return pa(c); }",
    "pa.c": "int pb(int); int pa(int n) { return n > 1 ? pb(n - 1) : 0; }",
    "pb.c": "int pa(int); int pb(int n) { return pa(n - 1); }",
}

SITUATIONS = [
    Situation(
        "k-both-tide", "object-not-linked", "a tide table that lacks two things", C + "main.o main.c\n" + C + "tide.o tide.c\n" + C + "moon.o moon.c\n$(LINK) -o tide main.o tide.o", TIDE, archs="arm64 armhf", linkers="bfd lld", symbol="moon_phase", also="library-not-linked", heldout=True, not_causes="definition-not-found static-link-order compiler-rt-builtin-missing", note="moon.o and libm",
    ),
    Situation(
        "k-both-queue", "kernel-object-not-built", "a queue that lacks a kernel and a library", "$(CC) -O2 -march=rv64gcv -c -o copy_vector.o copy_vector.c || echo 'warning: no vector copy in this build'\n" + C + "queue.o queue.c\n$(AR) rcs libqueue.a queue.o\n" + C + "main.o main.c\n$(LINK) -o queue main.o libqueue.a", QUEUE, archs="riscv64", linkers="bfd mold", symbol="copy_vector", also="libatomic-missing-subword", heldout=True, not_causes="definition-not-found libatomic-missing-wide static-link-order", note="the kernel and libatomic",
    ),
    Situation(
        "k-both-chess", "signature-mismatch", "a chess program with two names that do not fit", X + "main.o main.cpp\n" + X + "eval.o eval.cpp\n" + C + "book.o book.c\n$(LINKXX) -o chess main.o eval.o book.o", CHESS, archs="amd64 riscv64", linkers="bfd mold", symbol="board::evaluate(long)", also="language-linkage-mismatch", heldout=True, not_causes="definition-not-found object-not-linked cxx11-abi-mismatch", note="evaluate has another parameter, book_move is of C",
    ),
    Situation(
        "k-both-mesh", "glibc-archive-on-musl", "a mesh library of another system, in C++", C + "main.o main.c\n$(LINK) -static -o mesh main.o vendor/libmesh.a", MESH, prepare=MESH_MADE, archs="musl musl-arm64", linkers="bfd lld", symbol="__fread_chk", also="libstdcxx-not-linked", heldout=True, variables={"musl": {"GLIBC_CXX": "g++"}, "musl-arm64": {"GLIBC_CXX": "aarch64-linux-gnu-g++"}},
        not_causes="definition-not-found host-libc-headers-leak vtable-key-function-missing musl-lfs64-removed", note="the archive is of glibc and needs libstdc++",
    ),
    Situation(
        "k-well-simd", "", "a program that does without a kernel", 'CC="$(CC)" FUSE=$(FUSE) WIDE=$(WIDE) sh build.sh', SIMD, archs="amd64 arm64", linkers="bfd lld", symbol="wide_sum", heldout=True, variables={"amd64": {"WIDE": "-mavx10.2"}, "arm64": {"WIDE": "-march=armv9.4-a"}}, not_causes="kernel-object-not-built probe-and-guard-disagree arch-source-missing-from-list", note="the caller knows; it links",
    ),
    Situation(
        "k-well-atomic", "", "a counter that names libatomic last", C + "main.o main.c\n$(LINK) -o count main.o -latomic", {"main.c": "static unsigned char n;\nstatic unsigned short m;\nint main(int c, char **v) { return __atomic_fetch_add(&n, c, 5) + __atomic_fetch_or(&m, 2, 5); }"}, archs="riscv64", linkers="bfd mold", symbol="__atomic_fetch_add_1", heldout=True, not_causes="libatomic-missing-subword static-link-order", note="it links",
    ),
    Situation(
        "k-well-weak", "", "an optional hook that is asked for first", C + "main.o main.c\n$(LINK) $(SMALL) -no-pie -o hooks main.o\n$(RUN) ./hooks", {"main.c": "__attribute__((weak)) int on_start(int);\nint main(int c, char **v) { return on_start ? on_start(c) : 0; }"}, archs="amd64 arm64", linkers="bfd mold", symbol="on_start", ended=0, heldout=True, not_causes="weak-undefined undefined-ignored", note="it links and runs",
    ),
    Situation(
        "k-well-loop", "", "two archives that need each other, in a group", C + "main.o main.c\n" + C + "pa.o pa.c\n" + C + "pb.o pb.c\n$(AR) rcs libpa.a pa.o\n$(AR) rcs libpb.a pb.o\n$(LINK) -o loop main.o -L. -Wl,--start-group -lpb -lpa -Wl,--end-group", LOOP, archs="i386 armhf", linkers="bfd gold", symbol="pb", heldout=True, not_causes="static-link-order duplicate-definition", note="it links",
    ),
    Situation(
        "k-well-muldefs", "", "a switch for duplicates and no duplicates", C + "main.o main.c\n" + C + "pa.o pa.c\n$(LINK) $(SMALL) -Wl,-z,muldefs -o one main.o pa.o\n$(RUN) ./one", {"main.c": "int pa(int);\nint main(int c, char **v) { return pa(c) - 1; }", "pa.c": "int pa(int n) { return n; }"}, archs="amd64 armhf", linkers="bfd lld", symbol="pa", ended=0, heldout=True, not_causes="duplicate-ignored duplicate-definition", note="it links and runs",
    ),
]  # fmt: skip
