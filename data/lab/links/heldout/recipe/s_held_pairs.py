"""Held out: builds with two faults at once, and builds with none that look as if they had one."""

from __future__ import annotations

from s_third_pairs import CHESS, LOOP, MESH, MESH_MADE, SIMD, C, X
from situation import Situation

SITUATIONS: list[Situation] = [
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
        "k-well-loop", "", "two archives that need each other, in a group", C + "main.o main.c\n" + C + "pa.o pa.c\n" + C + "pb.o pb.c\n$(AR) rcs libpa.a pa.o\n$(AR) rcs libpb.a pb.o\n$(LINK) -o loop main.o -L. -Wl,--start-group -lpb -lpa -Wl,--end-group", LOOP, archs="i386 armhf", linkers="bfd gold", symbol="pb", heldout=True, not_causes="static-link-order duplicate-definition", note="it links",
    ),
]  # fmt: skip
