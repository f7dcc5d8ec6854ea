"""Names that do not meet: languages, signatures, templates, classes, Fortran and Rust."""

from __future__ import annotations

from situation import ALL, Situation

CXX_MAIN = "$(CXX) -O1 -c -o main.o main.cpp\n"

SITUATIONS = [
    Situation(
        "header-without-extern-c", "language-linkage-mismatch", "a C++ program on a C library",
        CXX_MAIN + "$(CC) -O1 -c -o ring.o ring.c\n$(LINKXX) -o player main.o ring.o",
        {
            "ring.h": "int ring_push(int value);",
            "ring.c": '#include "ring.h"\nint ring_push(int value) { return value + 1; }',
            "main.cpp": '#include "ring.h"\nint main(int argc, char **) { return ring_push(argc); }',
        },
        symbol="ring_push(int)", not_causes="signature-mismatch definition-not-found object-not-linked",
    ),
    Situation(
        "c-calls-a-cxx-function", "language-linkage-mismatch", "a C program on a C++ library",
        "$(CC) -O1 -c -o main.o main.c\n$(CXX) -O1 -c -o mixer.o mixer.cpp\n$(AR) rcs libmixer.a mixer.o\n$(LINKXX) -o mix main.o libmixer.a",
        {
            "main.c": "int mixer_gain(int channel);\nint main(int argc, char **argv) { return mixer_gain(argc); }",
            "mixer.cpp": "int mixer_gain(int channel) { return channel * 2; }",
        },
        archs="amd64 arm64", symbol="mixer_gain", not_causes="definition-not-found static-link-order libstdcxx-not-linked",
    ),
    Situation(
        "another-parameter-type", "signature-mismatch", "a journal",
        CXX_MAIN + "$(CXX) -O1 -c -o journal.o journal.cpp\n$(LINKXX) -o app main.o journal.o",
        {
            "main.cpp": "namespace journal { int append(const char *line, unsigned long size); }\nint main(int argc, char **argv) { return journal::append(argv[0], argc); }",
            "journal.cpp": "namespace journal { int append(const char *line, unsigned int size) { return line[size]; } }",
        },
        archs=ALL, symbol="journal::append", not_causes="inline-namespace-version-mismatch language-linkage-mismatch definition-not-found cxx11-abi-mismatch",
    ),
    Situation(
        "const-method-missing", "signature-mismatch", "a gauge class",
        CXX_MAIN + "$(CXX) -O1 -c -o gauge.o gauge.cpp\n$(AR) rcs libgauge.a gauge.o\n$(LINKXX) -o app main.o libgauge.a",
        {
            "main.cpp": "struct Gauge { int level; int read() const; };\nint main(int argc, char **) { Gauge g{argc}; return g.read(); }",
            "gauge.cpp": "struct Gauge { int level; int read(); };\nint Gauge::read() { return level; }",
        },
        archs="amd64 arm64", symbol="Gauge::read() const", not_causes="language-linkage-mismatch template-not-instantiated static-link-order",
    ),
    Situation(
        "no-trailing-underscore", "fortran-name-mismatch", "a C driver of a Fortran solver",
        "gfortran -O1 -c -o solve.o solve.f90\n$(CC) -O1 -c -o main.o main.c\n$(LINK) -o run main.o solve.o -lgfortran",
        {
            "main.c": "void relax(double *u, int *n);\nint main(int argc, char **argv) { double u[4] = {1}; int n = 4; relax(u, &n); return u[0] > 0; }",
            "solve.f90": "subroutine relax(u, n)\n  integer, intent(in) :: n\n  real(8), intent(inout) :: u(n)\n  u = 0.5d0 * u\nend subroutine",
        },
        archs="amd64", symbol="relax", not_causes="definition-not-found library-not-linked language-linkage-mismatch",
    ),
    Situation(
        "function-without-no-mangle", "rust-symbol-mangled", "a C program on a Rust object",
        "rustc --edition 2021 --crate-type lib --crate-name digest --emit obj -C opt-level=1 -C panic=abort -o digest.o digest.rs\n"
        "$(CC) -O1 -c -o main.o main.c\n$(LINK) -o hash main.o digest.o",
        {
            "digest.rs": "#![no_std]\npub extern \"C\" fn digest_update(state: u32, byte: u8) -> u32 {\n    state.rotate_left(5) ^ byte as u32\n}\n",
            "main.c": "unsigned digest_update(unsigned state, unsigned char byte);\nint main(int argc, char **argv) { return digest_update(7, argc) == 0; }",
        },
        archs="amd64", symbol="digest_update", not_causes="definition-not-found language-linkage-mismatch native-library-not-declared",
    ),
    Situation(
        "extern-block-without-link", "native-library-not-declared", "a Rust program on a C library",
        "$(CC) -O1 -c -o codec.o codec.c\n$(AR) rcs libcodec.a codec.o\n"
        "rustc --edition 2021 --crate-name player -C linker=gcc $(RUST_FUSE) -L native=. -C strip=debuginfo -o player main.rs",
        {
            "codec.c": "int codec_init(int rate) { return rate / 100; }",
            "main.rs": 'extern "C" {\n    fn codec_init(rate: i32) -> i32;\n}\nfn main() {\n    std::process::exit(unsafe { codec_init(44100) });\n}\n',
        },
        archs="amd64", symbol="codec_init",
        variables={x: {"RUST_FUSE": f"-C link-arg=-fuse-ld={x}"} for x in ("bfd", "gold", "lld", "mold")},
        not_causes="rustflags-precedence-or-target-split definition-not-found rust-symbol-mangled kernel-object-not-built",
    ),
    Situation(
        "cgo-without-ldflags", "native-library-not-declared", "a Go program on a C library",
        "$(CC) -O1 -c -o native/codec.o native/codec.c\n$(AR) rcs native/libcodec.a native/codec.o\n"
        "CGO_ENABLED=1 CGO_LDFLAGS=$(FUSE) go build -o player .",
        {
            "native/codec.c": "int codec_init(int rate) { return rate / 100; }",
            "go.mod": "module player\n\ngo 1.19\n",
            "main.go": 'package main\n\n// int codec_init(int rate);\nimport "C"\n\nfunc main() { println(C.codec_init(44100)) }\n',
        },
        archs="amd64", linkers="bfd", symbol="codec_init", not_causes="definition-not-found cgo-cc-not-cross",
    ),
    Situation(
        "template-of-other-type", "template-not-instantiated", "a filter bank",
        CXX_MAIN + "$(CXX) -O1 -c -o fir.o fir.cpp\n$(LINKXX) -o bank main.o fir.o",
        {
            "fir.hpp": "template <typename T> T fir_step(T sample, int taps);",
            "fir.cpp": '#include "fir.hpp"\ntemplate <typename T> T fir_step(T s, int taps) { return s * taps; }\ntemplate float fir_step<float>(float, int);',
            "main.cpp": '#include "fir.hpp"\nint main(int argc, char **) { return (int)(fir_step(1.5, argc) + fir_step(2.5f, argc)); }',
        },
        archs="amd64 arm64 riscv64", symbol="double fir_step<double>(double, int)", not_causes="signature-mismatch definition-not-found",
    ),
    Situation(
        "constant-used-by-address", "static-member-not-defined", "a limits class",
        "$(CXX) -std=c++14 -O0 -c -o main.o main.cpp\n$(LINKXX) -o app main.o",
        {"main.cpp": "struct Limits { static const int depth = 12; };\nconst int &larger(const int &a, const int &b) { return a < b ? b : a; }\nint main(int argc, char **) { return larger(argc, Limits::depth); }"},
        archs=ALL, symbol="Limits::depth", not_causes="definition-not-found signature-mismatch template-not-instantiated",
    ),
    Situation(
        "c99-inline", "inline-not-emitted", "a clamp function",
        "$(CC) -std=c99 -O0 -c -o main.o main.c\n$(LINK) -o app main.o",
        {"main.c": "inline int clamp(int v, int hi) { return v < hi ? v : hi; }\nint main(int argc, char **argv) { return clamp(argc, 3); }"},
        archs=ALL, symbol="clamp", not_causes="object-not-linked static-link-order",
    ),
    Situation(
        "key-function-without-body", "vtable-key-function-missing", "a sink class",
        CXX_MAIN + "$(CXX) -O1 -c -o sink.o sink.cpp\n$(LINKXX) -o app main.o sink.o",
        {
            "sink.hpp": "struct Sink { virtual ~Sink(); virtual int write(int); int open(); int fd = 1; };",
            "sink.cpp": '#include "sink.hpp"\nint Sink::open() { return fd; }\nint Sink::write(int x) { return x; }',
            "main.cpp": '#include "sink.hpp"\nint main() { Sink s; return s.open(); }',
        },
        archs="amd64 arm64 armhf", symbol="vtable for Sink", not_causes="rtti-disabled",
    ),
    Situation(
        "base-without-rtti", "rtti-disabled", "a plugin base class",
        "$(CXX) -O1 -fno-rtti -c -o base.o base.cpp\n" + CXX_MAIN + "$(LINKXX) -o app main.o base.o",
        {
            "base.hpp": "struct Base { virtual ~Base(); virtual int id(); };",
            "base.cpp": '#include "base.hpp"\nBase::~Base() {}\nint Base::id() { return 1; }',
            "main.cpp": '#include "base.hpp"\nstruct Derived : Base { int id() override { return 2; } };\nint main() { Derived d; Base *b = &d; return b->id(); }',
        },
        archs="amd64 arm64", symbol="typeinfo for Base", not_causes="vtable-key-function-missing definition-not-found",
    ),
    Situation(
        "new-string-on-old-archive", "cxx11-abi-mismatch", "a parser library of the old ABI",
        CXX_MAIN + "$(LINKXX) -o app main.o vendor/libtable.a",
        {"main.cpp": "#include <string>\nint table_load(const std::string &path);\nint main(int, char **argv) { return table_load(argv[0]); }"},
        prepare="mkdir vendor; printf '#include <string>\\nint table_load(const std::string &path) { return path.size(); }\\n' > t.cpp;"
        " $CXX -O1 -D_GLIBCXX_USE_CXX11_ABI=0 -c -o table.o t.cpp; $AR rcs vendor/libtable.a table.o; rm t.cpp table.o",
        archs="amd64 arm64", symbol="table_load", not_causes="signature-mismatch static-link-order definition-not-found",
    ),
    Situation(
        "other-lts-tag", "inline-namespace-version-mismatch", "a status library of another release",
        "$(CXX) -O1 -Iinclude -c -o main.o main.cpp\n$(LINKXX) -o app main.o vendor/libstatus.a",
        {
            "include/status.hpp": "namespace store { inline namespace lts_20240116 { int code(int kind); } }",
            "main.cpp": '#include "status.hpp"\nint main(int argc, char **) { return store::code(argc); }',
        },
        prepare="mkdir vendor; echo 'namespace store { inline namespace lts_20230802 { int code(int kind) { return kind; } } }' > s.cpp;"
        " $CXX -O1 -c -o status.o s.cpp; $AR rcs vendor/libstatus.a status.o; rm s.cpp status.o",
        archs="amd64 arm64", symbol="store::lts_20240116::code(int)", not_causes="signature-mismatch cxx11-abi-mismatch static-link-order",
    ),
    Situation(
        "cxx-objects-by-cc", "libstdcxx-not-linked", "a C++ archive in a C program",
        "$(CC) -O1 -c -o main.o main.c\n$(CXX) -O1 -c -o store.o store.cpp\n$(LINK) -o app main.o store.o",
        {
            "main.c": "int store_size(int n);\nint main(int argc, char **argv) { return store_size(argc); }",
            "store.cpp": "#include <new>\nstruct Item { virtual ~Item() {} int v = 1; };\nextern \"C\" int store_size(int n) { Item *i = new Item[n]; int v = i[0].v; delete[] i; if (v > 9) throw v; return v; }",
        },
        archs=ALL, symbol="operator new[]", not_causes="unwind-runtime-missing definition-not-found language-linkage-mismatch library-not-linked vtable-key-function-missing",
    ),
    Situation(
        "no-main", "entry-point-missing", "a tool that lost its main file",
        "$(CC) -O1 -c -o lexer.o lexer.c\n$(LINK) -o reader lexer.o",
        {"lexer.c": "int lex_next(const char *text) { return text[0] == '#' ? 2 : 1; }"},
        archs=ALL, symbol="main", not_causes="sysroot-crt-missing object-not-linked definition-not-found",
    ),
    Situation(
        "wrap-without-wrapper", "wrap-target-missing", "a test with a wrapped clock",
        "$(CC) -O1 -c -o main.o main.c\n$(LINK) -Wl,--wrap=read_clock -o test main.o",
        {"main.c": "int read_clock(int zone);\nint main(int argc, char **argv) { return read_clock(argc); }"},
        prepare="true", archs="amd64 arm64", symbol="__wrap_read_clock", not_causes="definition-not-found undefined-ignored",
    ),
]  # fmt: skip
