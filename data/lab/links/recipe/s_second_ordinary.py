"""The second set, once held out: ordinary mistakes in other words, languages and machines."""

from __future__ import annotations

from situation import Situation

C = "$(CC) -O1 -c -o "
X = "$(CXX) -O1 -c -o "

SITUATIONS = [
    Situation(
        "h-geometry", "object-not-linked", "a geometry program in C++",
        X + "app/main.o app/main.cc\n" + X + "app/hull.o app/hull.cc\n" + X + "app/area.o app/area.cc\n$(LINKXX) -o geo app/main.o app/area.o",
        {
            "app/shape.h": "namespace geo { struct Point { double x, y; }; double area(const Point *p, int n); int hull(Point *p, int n); }",
            "app/main.cc": '#include "shape.h"\nint main(int argc, char **) { geo::Point p[3] = {{0, 0}, {1, 0}, {0, 1}}; return geo::hull(p, 3) + (int)geo::area(p, argc); }',
            "app/hull.cc": '#include "shape.h"\nint geo::hull(Point *p, int n) { return p[0].x < p[n - 1].x ? n : 0; }',
            "app/area.cc": '#include "shape.h"\ndouble geo::area(const Point *p, int n) { return p[n].x * p[n].y; }',
        },
        archs="armhf riscv64", symbol="geo::hull(geo::Point*, int)", not_causes="definition-not-found signature-mismatch",
    ),
    Situation(
        "h-telemetry", "definition-not-found", "a telemetry sender",
        C + "send.o send.c\n$(AR) rcs libsend.a send.o\n" + C + "main.o main.c\n$(LINK) -o tele main.o -L. -Wl,--start-group -lsend -Wl,--end-group",
        {"main.c": "int tele_send(const char *m);\nint main(int c, char **v) { return tele_send(v[0]); }", "send.c": "extern int tele_crypt(const char *m);\nint tele_send(const char *m) { return tele_crypt(m) ^ 3; }"},
        archs="amd64 armhf", symbol="tele_crypt", not_causes="static-link-order kernel-object-not-built object-not-linked tls-library-collision",
    ),
    Situation(
        "h-inflate", "library-not-linked", "a program that inflates",
        C + "z.o z.c\n$(LINK) -o z z.o", {"z.c": "#include <zlib.h>\nint main(int c, char **v) { unsigned long n = c; return uncompress((Bytef *)v[0], &n, (Bytef *)v[0], c) + (crc32(0, 0, 0) != 0); }"},
        archs="amd64", symbol="uncompress", not_causes="definition-not-found",
    ),
    Situation(
        "h-fft", "library-not-linked", "a Fortran transform linked by gcc",
        "gfortran -O2 -fopenmp -c -o fft.o fft.f90\n$(LINK) -o fft fft.o -lm",
        {"fft.f90": "program fft\n  real(8) :: a(100)\n  integer :: i\n!$omp parallel do\n  do i = 1, 100\n    a(i) = sqrt(real(i, 8))\n  end do\n  write (*, *) sum(a)\nend program"},
        archs="amd64", symbol="_gfortran_", not_causes="definition-not-found fortran-name-mismatch entry-point-missing",
    ),
    Situation(
        "h-scanner", "library-not-found", "a scanner front end", C + "s.o s.c\n$(LINK) -o scan s.o -Lbuild -Wl,-Bstatic -lscanhw -Wl,-Bdynamic -lm",
        {"s.c": "int hw(void); int main(void) { return hw(); }"}, archs="riscv64 arm64", symbol="scanhw", not_causes="definition-not-found cross-pkgconfig-host-library",
    ),
    Situation(
        "h-radio", "static-library-missing", "a radio with -Bstatic", C + "r.o r.c\n$(LINK) -o radio r.o -Ldeps -Wl,-Bstatic -ltuner -Wl,-Bdynamic",
        {"r.c": "int tune(int); int main(int c, char **v) { return tune(c); }"}, prepare="mkdir deps; echo 'int tune(int x) { return x; }' > t.c; $CC -shared -fPIC $SMALL -o deps/libtuner.so.2 t.c; ln -s libtuner.so.2 deps/libtuner.so; cp --remove-destination deps/libtuner.so.2 deps/libtuner.so; rm t.c deps/libtuner.so.2",
        archs="amd64 armhf", symbol="tuner", not_causes="library-not-found definition-not-found",
    ),
    Situation(
        "h-race", "instrumentation-runtime-missing", "a test build with -fsanitize=thread", X + "r.o r.cpp\n$(CXX) -O1 -fsanitize=thread -c -o t.o t.cpp\n$(LINKXX) -o race r.o t.o",
        {"r.cpp": "int shared_value; void touch(int); int main(int c, char **) { touch(c); return shared_value; }", "t.cpp": "extern int shared_value; void touch(int x) { shared_value += x; }"},
        archs="amd64 arm64", linkers="bfd lld", symbol="__tsan_", not_causes="definition-not-found library-not-linked",
    ),
    Situation(
        "h-checked", "instrumentation-runtime-missing", "objects that check arithmetic", "$(CC) -O1 -fsanitize=undefined -c -o p.o p.c\n$(LINK) -o p p.o",
        {"p.c": "int main(int c, char **v) { return c << v[0][0]; }"}, archs="amd64 riscv64", linkers="bfd mold", symbol="__ubsan_", not_causes="definition-not-found nostdlib-drops-runtime",
    ),
    Situation(
        "h-drum", "language-linkage-mismatch", "a C++ file that a C plugin calls", "$(CC) -O1 -c -o host.o host.c\n" + X + "drum.o drum.cc\n$(LINKXX) -o host host.o drum.o",
        {"host.c": "struct beat { int at; };\nint drum_hit(struct beat *b, unsigned n);\nint main(int c, char **v) { struct beat b = {c}; return drum_hit(&b, 1); }", "drum.cc": "struct beat { int at; };\nint drum_hit(beat *b, unsigned n) { return b->at + n; }"},
        archs="riscv64 armhf", symbol="drum_hit", not_causes="signature-mismatch definition-not-found libstdcxx-not-linked",
    ),
    Situation(
        "h-ledger", "signature-mismatch", "a ledger with another width", X + "m.o m.cc\n" + X + "l.o l.cc\n$(AR) rcs libledger.a l.o\n$(LINKXX) -o ledger m.o libledger.a",
        {"m.cc": "struct Entry { long id; };\nnamespace ledger { bool post(Entry &e, double amount); }\nint main(int c, char **) { Entry e{c}; return ledger::post(e, 2.5); }", "l.cc": "struct Entry { long id; };\nnamespace ledger { bool post(Entry &e, float amount) { return e.id > amount; } }"},
        archs="amd64 riscv64", symbol="ledger::post(Entry&, double)", not_causes="language-linkage-mismatch static-link-order inline-namespace-version-mismatch",
    ),
    Situation(
        "h-eigen", "fortran-name-mismatch", "a C program with the name in capitals", "gfortran -O1 -c -o e.o e.f\n" + C + "m.o m.c\n$(LINK) -o e m.o e.o",
        {"m.c": "void EIGSYS(double *a, int *n);\nint main(int c, char **v) { double a[9] = {1}; EIGSYS(a, &c); return a[0] > 1; }", "e.f": "      SUBROUTINE EIGSYS(A, N)\n      INTEGER N\n      DOUBLE PRECISION A(*)\n      A(1) = 2D0 * N\n      END\n"},
        archs="amd64", symbol="EIGSYS", not_causes="definition-not-found library-not-linked",
    ),
    Situation(
        "h-token", "rust-symbol-mangled", "a C program on a Rust archive, new mangling",
        "rustc --edition 2021 --crate-type lib --crate-name token --emit obj -C symbol-mangling-version=v0 -C opt-level=2 -C panic=abort -o token.o token.rs\n$(AR) rcs libtoken.a token.o\n" + C + "m.o m.c\n$(LINK) -o t m.o libtoken.a",
        {"token.rs": "#![no_std]\npub mod ffi {\n    pub extern \"C\" fn token_next(p: *const u8, n: usize) -> usize {\n        if n == 0 { 0 } else { p as usize ^ n }\n    }\n}\n", "m.c": "#include <stddef.h>\nsize_t token_next(const char *p, size_t n); int main(int c, char **v) { return token_next(v[0], c) != 0; }"},
        archs="amd64", symbol="token_next", not_causes="definition-not-found static-link-order language-linkage-mismatch",
    ),
    Situation(
        "h-serial", "native-library-not-declared", "a cargo package on a C library", "$(CC) -O1 -c -o native/serial.o native/serial.c\n$(AR) rcs native/libserial.a native/serial.o\nRUSTFLAGS=\"-L native=native -C linker=gcc -C link-arg=$(FUSE) -C strip=debuginfo\" cargo build --offline --target-dir out",
        {
            "Cargo.toml": '[package]\nname = "port"\nversion = "0.1.0"\nedition = "2021"\n', "native/serial.c": "int serial_open(int baud) { return baud / 300; }",
            "src/main.rs": 'mod ffi {\n    extern "C" {\n        pub fn serial_open(baud: i32) -> i32;\n    }\n}\nfn main() {\n    println!("{}", unsafe { ffi::serial_open(9600) });\n}\n',
        },
        archs="amd64", linkers="bfd lld", symbol="serial_open", not_causes="definition-not-found rust-symbol-mangled kernel-object-not-built",
    ),
    Situation(
        "h-matrix", "template-not-instantiated", "a matrix class with one instance", X + "m.o m.cc\n" + X + "mat.o mat.cc\n$(LINKXX) -o mat m.o mat.o",
        {"mat.hh": "template <class T, int N> struct Mat { T v[N]; T trace() const; };", "mat.cc": '#include "mat.hh"\ntemplate <class T, int N> T Mat<T, N>::trace() const { return v[0] + v[N - 1]; }\ntemplate struct Mat<double, 3>;', "m.cc": '#include "mat.hh"\nint main(int c, char **) { Mat<int, 4> m{{c, 2, 3, 4}}; return m.trace(); }'},
        archs="armhf arm64", linkers="bfd gold lld", symbol="Mat<int, 4>::trace() const", not_causes="signature-mismatch definition-not-found vtable-key-function-missing",
    ),
    Situation(
        "h-palette", "static-member-not-defined", "a palette table", X + "m.o m.cc\n$(LINKXX) -o pal m.o",
        {"m.cc": "class Palette { public: static int used; static const char *names[4]; };\nint main(int c, char **) { Palette::used = c; return Palette::names[c & 3] != nullptr; }"},
        archs="riscv64 amd64", linkers="bfd mold", symbol="Palette::", not_causes="definition-not-found signature-mismatch",
    ),
    Situation(
        "h-swap", "inline-not-emitted", "a byte swap in a header", "$(CC) -std=gnu11 -O0 -c -o a.o a.c\n$(CC) -std=gnu11 -O0 -c -o b.o b.c\n$(LINK) -o swap a.o b.o",
        {"swap.h": "inline unsigned swap16(unsigned v) { return (v >> 8 & 255) | (v & 255) << 8; }", "a.c": '#include "swap.h"\nunsigned twice(unsigned);\nint main(int c, char **v) { return swap16(twice(c)); }', "b.c": '#include "swap.h"\nunsigned twice(unsigned v) { return swap16(swap16(v)); }'},
        archs="arm64", symbol="swap16", not_causes="object-not-linked definition-not-found",
    ),
    Situation(
        "h-stream", "vtable-key-function-missing", "a stream whose destructor has no body", X + "m.o m.cc\n" + X + "s.o s.cc\n$(AR) rcs libstream.a s.o\n$(LINKXX) -o stream m.o libstream.a",
        {"s.hh": "namespace io { class Stream { public: Stream(); virtual ~Stream(); virtual long read(char *, long) { return 0; } }; }", "s.cc": '#include "s.hh"\nio::Stream::Stream() {}', "m.cc": '#include "s.hh"\nint main() { io::Stream s; return (int)s.read(nullptr, 0); }'},
        archs="amd64 riscv64", symbol="vtable for io::Stream", not_causes="rtti-disabled static-link-order",
    ),
    Situation(
        "h-codec-base", "rtti-disabled", "an exception class of a library without rtti", "$(CXX) -O1 -fno-rtti -c -o c.o c.cc\n$(AR) rcs libc2.a c.o\n" + X + "m.o m.cc\n$(LINKXX) -o c m.o libc2.a",
        {"c.hh": "struct Codec { virtual ~Codec(); virtual int run() = 0; }; Codec *make();", "c.cc": '#include "c.hh"\nCodec::~Codec() {}\nstruct Plain : Codec { int run() { return 1; } };\nCodec *make() { return new Plain; }', "m.cc": '#include "c.hh"\nstruct Mine : Codec { int run() { return 2; } };\nint main() { Codec *c = make(); return dynamic_cast<Mine *>(c) != nullptr; }'},
        archs="armhf amd64", symbol="typeinfo for Codec", not_causes="vtable-key-function-missing definition-not-found",
    ),
    Situation(
        "h-guests", "duplicate-definition", "a function in a header of C++", X + "a.o a.cc\n" + X + "b.o b.cc\n$(LINKXX) -o guests a.o b.o",
        {"g.hh": "int seats(int rows) { return rows * 8; }", "a.cc": '#include "g.hh"\nint late(int);\nint main(int c, char **) { return seats(c) + late(c); }', "b.cc": '#include "g.hh"\nint late(int n) { return seats(n) / 2; }'},
        archs="armhf arm64", linkers="bfd gold mold", symbol="seats(int)", not_causes="duplicate-native-crate duplicate-ignored tls-library-collision",
    ),
    Situation(
        "h-main-twice", "entry-point-missing", "a static library linked as a program", C + "u.o u.c\n$(AR) rcs libu.a u.o\n$(LINK) -o u -Wl,--whole-archive libu.a -Wl,--no-whole-archive",
        {"u.c": "int util_main(int c, char **v) { return c; }"}, archs="amd64 armhf", symbol="main", not_causes="sysroot-crt-missing definition-not-found object-not-linked",
    ),
    Situation(
        "h-clock-wrap", "wrap-target-missing", "a test that wraps malloc", C + "m.o m.c\n$(LINK) -Wl,--wrap,malloc -Wl,--wrap,free -o m m.o", {"m.c": "#include <stdlib.h>\nvoid *keep;\nint main(int c, char **v) { keep = malloc(c); free(keep); return 0; }"},
        archs="riscv64 amd64", linkers="bfd lld mold", symbol="__wrap_malloc", not_causes="definition-not-found glibc-archive-on-musl",
    ),
    Situation(
        "h-errno", "tls-mismatch", "a library with its own errno", C + "m.o m.c\n" + C + "e.o e.c\n$(LINK) -o e m.o e.o", {"m.c": "extern int net_errno;\nint net(void);\nint main(void) { net(); return net_errno; }", "e.c": "_Thread_local int net_errno = 4;\nint net(void) { return net_errno--; }"},
        archs="amd64 arm64", linkers="bfd gold", symbol="net_errno", not_causes="definition-not-found symbol-version-missing",
    ),
    Situation(
        "h-index", "archive-without-index", "an archive from which strip took the index", C + "m.o m.c\n" + C + "x.o x.c\n$(AR) qS lib/libx.a x.o\n$(LINK) -o x m.o lib/libx.a", {"m.c": "int xval(void); int main(void) { return xval(); }", "x.c": "int xval(void) { return 6; }", "lib/README": "out"},
        archs="riscv64 arm64", linkers="bfd gold lld", passes="lld", symbol="libx.a", not_causes="ar-without-lto-plugin static-link-order definition-not-found",
    ),
    Situation(
        "h-cut-archive", "object-truncated", "an archive that a download cut", C + "m.o m.c\n$(LINK) -o x m.o dl/libx.a", {"m.c": "int xval(void); int main(void) { return xval(); }"},
        prepare="mkdir dl; echo 'int xval(void) { return 6; }' > x.c; $CC -c -o x.o x.c; $AR rcs x.a x.o; head -c 700 x.a > dl/libx.a; rm x.c x.o x.a", archs="amd64 armhf", linkers="bfd gold lld mold", symbol="", not_causes="archive-without-index thin-archive-broken wrong-arch-prebuilt-archive",
    ),
    Situation(
        "h-other-class", "wrong-arch-object", "a 64-bit table in a 32-bit program", C + "m.o m.c\n$(LINK) -o x m.o gen/tab.o", {"m.c": "extern const int tab[4]; int main(int c, char **v) { return tab[c & 3]; }"},
        prepare="mkdir gen; echo 'const int tab[4] = {1, 2, 3, 4};' > t.c; gcc -c -o gen/tab.o t.c; rm t.c", archs="i386", symbol="tab.o", not_causes="object-truncated wrong-arch-prebuilt-archive target-linker-not-set",
    ),
    Situation(
        "h-plugin", "dso-underlinked", "a filter library of another team", "$(CXX) -O1 -fPIC -shared $(SMALL) -o libflt.so f.cc\n" + X + "m.o m.cc\n$(LINKXX) -o flt m.o ./libflt.so", {"f.cc": "namespace dsp { double window(int i, int n); double run(int n) { return window(n, 8); } }", "m.cc": "namespace dsp { double run(int); } int main(int c, char **) { return (int)dsp::run(c); }"},
        archs="armhf amd64", linkers="bfd gold lld", symbol="dsp::window(int, int)", not_causes="transitive-dso-missing definition-not-found",
    ),
    Situation(
        "h-old-map", "version-script-undefined-symbol", "an export list with a C++ name", "$(CXX) -O1 -fPIC -c -o a.o a.cc\n$(LINKXX) -shared -Wl,--no-undefined-version -Wl,--version-script,exports.ver -o liba.so a.o", {"a.cc": "extern \"C\" int api_open(int x) { return x; }", "exports.ver": "API_3 {\n  global:\n    api_open;\n    api_close;\n  local: *;\n};"},
        archs="riscv64 arm64", linkers="bfd lld", symbol="api_close", passes="riscv64-lld", not_causes="symbol-hidden definition-not-found",
    ),
    Situation(
        "h-muldefs", "duplicate-ignored", "a program with -z muldefs", C + "m.o m.c\n" + C + "a.o a.c\n" + C + "b.o b.c\n$(LINK) $(SMALL) -z muldefs -o m m.o b.o a.o\n$(RUN) ./m", {"m.c": "int rate(void); int main(void) { return rate() == 44 ? 0 : 7; }", "a.c": "int rate(void) { return 44; }", "b.c": "int rate(void) { return 48; }"},
        archs="amd64 armhf", linkers="bfd lld", symbol="rate", ended=7, not_causes="duplicate-definition", note="links; the program takes the wrong one",
    ),
    Situation(
        "h-defsym", "undefined-ignored", "a program with a symbol set to zero", C + "m.o m.c\n$(LINK) $(SMALL) -no-pie -Wl,--defsym,probe_cpu=0 -o m m.o\n$(RUN) ./m", {"m.c": "int probe_cpu(int); int main(int c, char **v) { return probe_cpu(c); }"},
        archs="amd64 armhf", linkers="bfd mold", symbol="probe_cpu", ended=-1, not_causes="weak-undefined definition-not-found", note="links; dies at the call",
    ),
    Situation(
        "h-observer", "weak-undefined", "a weak observer", X + "m.o m.cc\n$(LINKXX) $(SMALL) -no-pie -o m m.o\n$(RUN) ./m", {"m.cc": "namespace obs { __attribute__((weak)) void changed(int); } int main(int c, char **) { obs::changed(c); return 5; }"},
        archs="riscv64 amd64", linkers="bfd", symbol="obs::changed", ended=-1, not_causes="undefined-ignored definition-not-found", note="links; dies at the call",
    ),
    Situation(
        "h-visibility", "symbol-hidden", "a C++ library with hidden members", "$(CXX) -O1 -fPIC -fvisibility=hidden -shared $(SMALL) -o libw.so w.cc\n" + X + "m.o m.cc\n$(LINKXX) -o w m.o -L. -lw", {"w.cc": "namespace w { int width(int n) { return n; } __attribute__((visibility(\"default\"))) int height(int n) { return width(n); } }", "m.cc": "namespace w { int width(int); int height(int); } int main(int c, char **) { return w::width(c) + w::height(c); }"},
        archs="armhf amd64", linkers="bfd lld mold", symbol="w::width(int)", not_causes="definition-not-found signature-mismatch dso-underlinked",
    ),
]  # fmt: skip
