"""Held out: names that one side spells otherwise, and things that only a C++ or Rust compiler leaves out."""

from __future__ import annotations

from s_third_names import ABI, BLAS, CDYLIB, HEAP, HOOKS, LIMITS, POISSON, VISITOR, ZLIBISH, C, X
from situation import Situation

SITUATIONS: list[Situation] = [
    Situation(
        "k-backup", "language-linkage-mismatch", "a backup tool in C++ on a compressor in C", C + "src/squeeze.o src/squeeze.c\n$(AR) rcs libsqueeze.a src/squeeze.o\n" + X + "app/backup.o app/backup.cxx\n$(LINKXX) -o backup app/backup.o -L. -lsqueeze", ZLIBISH,
        archs="amd64 arm64 i386", linkers="bfd mold", symbol="squeeze_bound", heldout=True, not_causes="signature-mismatch static-link-order definition-not-found library-not-linked",
    ),
    Situation(
        "k-hooks", "language-linkage-mismatch", "an engine in C with hooks in C++", C + "engine.o engine.c\n$(CXX) -O1 -fno-exceptions -c -o hooks.o hooks.cpp\n$(LINKXX) -o engine engine.o hooks.o", HOOKS,
        archs="riscv64 arm64", linkers="bfd gold mold", symbol="on_frame", heldout=True, not_causes="signature-mismatch definition-not-found object-not-linked libstdcxx-not-linked",
    ),
    Situation(
        "k-poisson", "fortran-name-mismatch", "a C driver on a module procedure", "gfortran -O1 -c -o solve_rhs.o solve_rhs.f90\n" + C + "driver.o driver.c\n$(LINK) -o poisson driver.o solve_rhs.o -lgfortran", POISSON, archs="amd64", linkers="bfd lld", symbol="solve_rhs_", heldout=True, not_causes="definition-not-found library-not-linked object-not-linked",
        note="the procedure stands in a module: __poisson_MOD_solve_rhs",
    ),
    Situation(
        "k-axpy", "fortran-name-mismatch", "a fit in C++ on old Fortran", "gfortran -O1 -fsecond-underscore -c -o axpy.o axpy.f\n" + X + "fit.o fit.cpp\n$(LINKXX) -o fit fit.o axpy.o", BLAS, archs="amd64", linkers="gold mold", symbol="my_axpy_", heldout=True, not_causes="definition-not-found library-not-linked language-linkage-mismatch object-not-linked",
    ),
    Situation(
        "k-geohash", "rust-symbol-mangled", "a C program on a Rust shared library", 'RUSTFLAGS="-C linker=gcc -C link-arg=-nostdlib" cargo build --release --offline --target-dir out\n' + C + "geo.o geo.c\n$(LINK) -o geo geo.o -Lout/release -lgeohash", CDYLIB, archs="amd64", linkers="bfd mold", symbol="geohash_encode", heldout=True, drop="out/release/deps/*",
        not_causes="definition-not-found symbol-hidden dso-underlinked language-linkage-mismatch",
    ),
    Situation(
        "k-events", "template-not-instantiated", "a simulation on a heap of templates", X + "heap.o heap.cpp\n" + X + "sim.o sim.cpp\n$(LINKXX) -o sim sim.o heap.o", HEAP, archs="riscv64 i386 arm64", linkers="lld mold", symbol="Heap<double, char*>::push(double, char*)", heldout=True, not_causes="signature-mismatch definition-not-found object-not-linked",
    ),
    Situation(
        "k-limits", "static-member-not-defined", "limits used by reference", "$(CXX) -std=c++14 -O0 -c -o limits.o limits.cc\n$(LINKXX) -o limits limits.o", LIMITS, archs="amd64 armhf riscv64", linkers="bfd mold", symbol="Limits::kMaxJobs", heldout=True, not_causes="definition-not-found signature-mismatch object-not-linked",
    ),
    Situation(
        "k-ast", "rtti-disabled", "a syntax tree from a library without type information", "$(CXX) -std=c++17 -O1 -fno-rtti -fPIC -shared $(SMALL) -o libast.so ast.cpp\n" + X + "tool.o tool.cpp\n$(LINKXX) -o tool tool.o ./libast.so", VISITOR, archs="amd64 arm64 riscv64", linkers="bfd lld", symbol="typeinfo for Node", heldout=True,
        not_causes="vtable-key-function-missing symbol-hidden dso-underlinked definition-not-found",
    ),
    Situation(
        "k-section", "cxx11-abi-mismatch", "a configuration reader with a vendor's archive", X + "main.o main.cpp\n$(LINKXX) -o cfg main.o vendor/libcfg.a", ABI, archs="amd64 arm64 riscv64", linkers="gold mold", symbol="cfg::Section::", heldout=True,
        prepare="mkdir vendor; printf '#include \"../cfg.hpp\"\\nstd::string cfg::Section::title() const { return \"t\"; }\\nbool cfg::Section::set(const std::string &k, std::vector<std::string> v) { return v.size() > k.size(); }\\n' > vendor/c.cpp; $CXX -O2 -fno-exceptions -D_GLIBCXX_USE_CXX11_ABI=0 -c -o c.o vendor/c.cpp; $AR rcs vendor/libcfg.a c.o; rm c.o vendor/c.cpp",
        not_causes="signature-mismatch definition-not-found static-link-order inline-namespace-version-mismatch",
    ),
]  # fmt: skip
