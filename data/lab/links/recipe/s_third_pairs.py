"""The third set, half of it once held out: builds with two faults at once, and builds with none that look as if they had one."""

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

SITUATIONS: list[Situation] = [
    Situation(
        "k-both-tide", "object-not-linked", "a tide table that lacks two things", C + "main.o main.c\n" + C + "tide.o tide.c\n" + C + "moon.o moon.c\n$(LINK) -o tide main.o tide.o", TIDE, archs="arm64 armhf", linkers="bfd lld", symbol="moon_phase", also="library-not-linked", not_causes="definition-not-found static-link-order compiler-rt-builtin-missing", note="moon.o and libm",
    ),
    Situation(
        "k-both-queue", "kernel-object-not-built", "a queue that lacks a kernel and a library", "$(CC) -O2 -march=rv64gcv -c -o copy_vector.o copy_vector.c || echo 'warning: no vector copy in this build'\n" + C + "queue.o queue.c\n$(AR) rcs libqueue.a queue.o\n" + C + "main.o main.c\n$(LINK) -o queue main.o libqueue.a", QUEUE, archs="riscv64", linkers="bfd mold", symbol="copy_vector", also="libatomic-missing-subword", not_causes="definition-not-found libatomic-missing-wide static-link-order", note="the kernel and libatomic",
    ),
    Situation(
        "k-well-weak", "", "an optional hook that is asked for first", C + "main.o main.c\n$(LINK) $(SMALL) -no-pie -o hooks main.o\n$(RUN) ./hooks", {"main.c": "__attribute__((weak)) int on_start(int);\nint main(int c, char **v) { return on_start ? on_start(c) : 0; }"}, archs="amd64 arm64", linkers="bfd mold", symbol="on_start", ended=0, not_causes="weak-undefined undefined-ignored", note="it links and runs",
    ),
    Situation(
        "k-well-muldefs", "", "a switch for duplicates and no duplicates", C + "main.o main.c\n" + C + "pa.o pa.c\n$(LINK) $(SMALL) -Wl,-z,muldefs -o one main.o pa.o\n$(RUN) ./one", {"main.c": "int pa(int);\nint main(int c, char **v) { return pa(c) - 1; }", "pa.c": "int pa(int n) { return n; }"}, archs="amd64 armhf", linkers="bfd lld", symbol="pa", ended=0, not_causes="duplicate-ignored duplicate-definition", note="it links and runs",
    ),
]  # fmt: skip
