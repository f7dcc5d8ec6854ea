"""Held out: what stands on the link line, what does not, and files that are not what they seem."""

from __future__ import annotations

from s_third_inputs import GAMMA, MODULES, OMP, C
from situation import Situation

SITUATIONS: list[Situation] = [
    Situation(
        "k-flow", "object-not-linked", "a Fortran program without its module's object", "gfortran -O1 -c grid.f90\ngfortran -O1 -c flow.f90\ngfortran $(FUSE) -o flow flow.o", MODULES, archs="amd64", linkers="bfd gold lld", symbol="grid_MOD_refine", heldout=True, not_causes="fortran-name-mismatch definition-not-found library-not-linked",
    ),
    Situation(
        "k-sum-omp", "library-not-linked", "a parallel sum linked without -fopenmp", "$(CC) -O2 -fopenmp -c -o sum.o sum.c\n$(LINK) -o sum sum.o", OMP, archs="arm64 riscv64 armhf", linkers="bfd gold", symbol="GOMP_parallel", heldout=True, not_causes="definition-not-found instrumentation-runtime-missing nostdlib-drops-runtime",
    ),
    Situation(
        "k-gamma", "library-not-linked", "special functions in C", C + "gamma.o gamma.c\n$(LINK) -o gamma gamma.o", GAMMA, archs="arm64 i386", linkers="bfd lld", symbol="tgamma", heldout=True, not_causes="definition-not-found compiler-rt-builtin-missing newer-glibc-archive static-link-order",
    ),
    Situation(
        "k-scan-rust", "library-not-found", "a scanner crate that names a driver library", 'RUSTFLAGS="-C linker=gcc -C link-arg=$(FUSE) -C strip=debuginfo" cargo build --offline --target-dir out', {"Cargo.toml": '[package]\nname = "scanback"\nversion = "2.0.0"\nedition = "2021"\n', "src/main.rs": '#[link(name = "saneish")]\nextern "C" {\n    fn sane_init(v: i32) -> i32;\n}\nfn main() {\n    std::process::exit(unsafe { sane_init(1) });\n}\n'},
        archs="amd64", linkers="bfd lld", symbol="saneish", heldout=True, not_causes="native-library-not-declared static-library-missing definition-not-found unwind-runtime-missing",
    ),
    Situation(
        "k-plot-lib", "library-not-found", "a plotter whose library lies in lib64", C + "plot.o plot.c\n$(LINK) -o plot plot.o -Lstage/usr/lib -lgrafix -lm", {"plot.c": "int gr_open(int);\nint main(int c, char **v) { return gr_open(c); }"}, prepare="mkdir -p stage/usr/lib64 stage/usr/lib; echo 'int gr_open(int w) { return w; }' > g.c; $CC -O2 -fPIC -shared $SMALL -o stage/usr/lib64/libgrafix.so g.c; rm g.c",
        archs="arm64 riscv64 i386", linkers="bfd lld", symbol="grafix", heldout=True, not_causes="static-library-missing cross-pkgconfig-host-library wrong-arch-object definition-not-found",
    ),
    Situation(
        "k-msan", "instrumentation-runtime-missing", "a parser checked by clang and linked by g++", "clang++ --target=$(TRIPLE) -O1 -fsanitize=memory -fPIE -c -o parse.o parse.cpp\n$(LINKXX) -o parse parse.o", {"parse.cpp": "int main(int argc, char **argv) { int kind; if (argc > 1) kind = argv[1][0]; return kind == 'x'; }"}, archs="amd64 arm64", linkers="bfd lld", symbol="__msan_", heldout=True, not_causes="definition-not-found compiler-rt-builtin-missing library-not-linked libstdcxx-not-linked",
    ),
    Situation(
        "k-disk", "disk-full", "an archive written to a full volume", C + "frames.o frames.c\n$(AR) rcs /mnt/libframes.a frames.o\n$(LINK) -o film frames.o", {"frames.c": "const unsigned char frames[30000] = {1, 2, 3};\nint main(int c, char **v) { return frames[c]; }"}, archs="arm64 armhf", linkers="default", symbol="No space left on device", hide="/mnt:size=8k", heldout=True, not_causes="object-truncated linker-oom-killed archive-without-index", note="a file system of 8 kB",
    ),
    Situation(
        "k-bench-simd", "definition-not-found", "a benchmark that calls a kernel of nobody", C + "bench.o bench.c\n$(LINK) -o bench bench.o -lm", {"bench.c": "float dot_f32_neon(const float *, const float *, int);\nint main(int c, char **v) { float a[4] = {c}; return (int)dot_f32_neon(a, a, 4); }"}, archs="arm64 armhf", linkers="bfd gold", symbol="dot_f32_neon", heldout=True,
        not_causes="kernel-object-not-built asm-backend-disabled arch-guard-too-wide library-not-linked probe-and-guard-disagree", note="nothing says why the kernel is not there",
    ),
]  # fmt: skip
