"""Inputs of the link: what is not on the line, not there, broken, or of another machine."""

from __future__ import annotations

from situation import ALL, Situation

LEXER = {
    "main.c": "int lex_next(const char *text);\nint main(int argc, char **argv) { return lex_next(argv[argc - 1]); }",
    "lexer.c": "int lex_next(const char *text) { return text[0] == '#' ? 2 : 1; }",
}
COMPILE = "$(CC) -O1 -c -o main.o main.c\n"

SITUATIONS = [
    Situation(
        "object-left-out", "object-not-linked", "a config reader",
        COMPILE + "$(CC) -O1 -c -o lexer.o lexer.c\n$(LINK) -o reader main.o",
        LEXER, archs=ALL, symbol="lex_next",
        not_causes="definition-not-found static-link-order library-not-linked",
    ),
    Situation(
        "archive-left-out", "object-not-linked", "an image scaler",
        COMPILE + "$(CC) -O1 -c -o scale.o scale.c\n$(AR) rcs libscale.a scale.o\n$(LINK) -o thumb main.o -L.",
        {
            "main.c": "int scale_rows(int rows, int by);\nint main(int argc, char **argv) { return scale_rows(argc, 3) == 9; }",
            "scale.c": "int scale_rows(int rows, int by) { return rows * by; }",
        },
        archs="amd64 arm64", symbol="scale_rows",
        not_causes="definition-not-found static-link-order library-not-found",
    ),
    Situation(
        "nothing-defines-it", "definition-not-found", "a queue client",
        COMPILE + "$(CC) -O1 -c -o queue.o queue.c\n$(AR) rcs libqueue.a queue.o\n$(LINK) -o client main.o libqueue.a",
        {
            "main.c": "int queue_open(int id), queue_drain(int id);\nint main(int argc, char **argv) { return queue_open(argc) + queue_drain(argc); }",
            "queue.c": "int queue_open(int id) { return id & 7; }\nint queue_flush(int id) { return id >> 3; }",
        },
        archs=ALL, symbol="queue_drain",
        not_causes="kernel-object-not-built object-not-linked static-link-order signature-mismatch",
    ),
    Situation(
        "libm-not-named", "library-not-linked", "a wave table",
        "$(CC) -O1 -fno-builtin -c -o wave.o wave.c\n$(LINK) -o wave wave.o",
        {"wave.c": "#include <math.h>\n#include <stdlib.h>\nint main(int argc, char **argv) { return sin(atof(argv[argc - 1])) > exp2(argc); }"},
        archs=ALL, symbol="sin", not_causes="definition-not-found object-not-linked",
    ),
    Situation(
        "openmp-not-linked", "library-not-linked", "a parallel sum",
        "$(CC) -O1 -fopenmp -c -o sum.o sum.c\n$(LINK) -o sum sum.o",
        {"sum.c": "int main(int argc, char **argv) {\n  long total = 0;\n#pragma omp parallel for reduction(+ : total)\n  for (int i = 0; i < 1000 * argc; i++) total += i;\n  return total == 0;\n}"},
        archs="amd64 arm64 armhf", symbol="GOMP_parallel", not_causes="definition-not-found",
    ),
    Situation(
        "fortran-runtime-not-linked", "library-not-linked", "a solver in two languages",
        "gfortran -O1 -c -o report.o report.f90\n$(CC) -O1 -c -o main.o main.c\n$(LINK) -o solve main.o report.o",
        {
            "main.c": "void report_(int *n);\nint main(int argc, char **argv) { report_(&argc); return 0; }",
            "report.f90": "subroutine report(n)\n  integer, intent(in) :: n\n  print *, 'steps', n\nend subroutine",
        },
        archs="amd64", symbol="_gfortran_st_write",
        not_causes="definition-not-found fortran-name-mismatch",
    ),
    Situation(
        "no-such-library", "library-not-found", "a sensor daemon",
        COMPILE + "$(LINK) -o sensord main.o -Lthird_party/lib -lsensorbus",
        {"main.c": "int bus_open(void);\nint main(void) { return bus_open(); }", "third_party/lib/README": "empty"},
        archs=ALL, symbol="sensorbus", not_causes="definition-not-found static-library-missing sysroot-crt-missing",
    ),
    Situation(
        "no-such-object", "library-not-found", "a sensor daemon",
        COMPILE + "$(LINK) -o sensord main.o build/bus.o",
        {"main.c": "int bus_open(void);\nint main(void) { return bus_open(); }"},
        archs="amd64 arm64", symbol="build/bus.o", not_causes="thin-archive-broken definition-not-found object-not-linked",
    ),
    Situation(
        "static-of-shared-only", "static-library-missing", "a meter reader",
        COMPILE + "$(LINK) -static -o meter main.o -Llib -lmeter",
        {"main.c": "int meter_read(void);\nint main(void) { return meter_read(); }"},
        prepare="mkdir lib; echo 'int meter_read(void) { return 4; }' > m.c; $CC -shared -fPIC $SMALL -o lib/libmeter.so m.c; rm m.c",
        symbol="meter", not_causes="library-not-found definition-not-found object-not-linked",
    ),
    Situation(
        "archive-by-wrong-tool", "archive-without-index", "a small archive",
        COMPILE + "$(CC) -O1 -c -o lexer.o lexer.c\n$(AR) rcS liblexer.a lexer.o\n$(LINK) -o reader main.o -L. -llexer",
        LEXER, archs="amd64 arm64 armhf", passes="lld mold", symbol="lex_next", says="lexer",
        not_causes="static-link-order ar-without-lto-plugin definition-not-found",
    ),
    Situation(
        "thin-archive-moved", "thin-archive-broken", "a thin archive from another stage",
        COMPILE + "$(LINK) -o reader main.o out/liblexer.a",
        LEXER,
        prepare="mkdir out objs; $CC -O1 -c -o objs/lexer.o lexer.c; $AR rcsT out/liblexer.a objs/lexer.o; rm -r objs",
        archs="amd64 arm64 armhf", symbol="lexer.o", not_causes="archive-without-index library-not-found object-not-linked",
    ),
    Situation(
        "object-cut-short", "object-truncated", "an interrupted build",
        COMPILE + "$(LINK) -o reader main.o cache/lexer.o",
        LEXER,
        prepare="mkdir cache; $CC -O1 -c -o whole.o lexer.c; head -c 400 whole.o > cache/lexer.o; rm whole.o",
        archs="amd64 arm64 armhf", symbol="cache/lexer.o", not_causes="wrong-arch-object lto-foreign-bytecode",
    ),
    Situation(
        "object-of-no-bytes", "object-truncated", "a full disk yesterday",
        COMPILE + "$(LINK) -o reader main.o cache/lexer.o",
        LEXER, prepare="mkdir cache; : > cache/lexer.o",
        archs="amd64", symbol="cache/lexer.o", not_causes="wrong-arch-object definition-not-found",
    ),
    Situation(
        "blob-of-other-machine", "wrong-arch-object", "a firmware table as an object",
        COMPILE + "$(LINK) -o flash main.o firmware/table.o",
        {"main.c": "extern const unsigned char table[16];\nint main(int argc, char **argv) { return table[argc & 15]; }"},
        prepare="mkdir firmware; echo 'const unsigned char table[16] = {1, 2, 3};' > t.c; $OTHER -c -o firmware/table.o t.c; rm t.c",
        archs="amd64 arm64 armhf",
        variables={"all": {"OTHER": "gcc"}, "amd64": {"OTHER": "aarch64-linux-gnu-gcc"}},
        symbol="firmware/table.o", not_causes="artefacts-disagree object-truncated wrong-arch-prebuilt-archive target-linker-not-set",
    ),
    Situation(
        "class-32-among-64", "wrong-arch-object", "one file with -m32",
        COMPILE + "$(CC) -m32 -O1 -c -o lexer.o lexer.c\n$(LINK) -o reader main.o lexer.o",
        LEXER, archs="amd64", symbol="lexer.o", not_causes="artefacts-disagree object-truncated wrong-arch-prebuilt-archive",
    ),
    Situation(
        "prebuilt-for-the-host", "wrong-arch-prebuilt-archive", "a client with a vendored library",
        COMPILE + "$(LINK) -o producer main.o vendor/lib/libbroker.a",
        {"main.c": "int broker_send(const char *topic);\nint main(int argc, char **argv) { return broker_send(argv[0]); }"},
        prepare="mkdir -p vendor/lib; echo 'int broker_send(const char *t) { return t[0]; } int broker_poll(void) { return 0; }' > b.c;"
        " $OTHER -O1 -c -o broker.o b.c; ar rcs vendor/lib/libbroker.a broker.o; rm b.c broker.o",
        archs=ALL, variables={"all": {"OTHER": "gcc"}, "amd64": {"OTHER": "aarch64-linux-gnu-gcc"}},
        causes={"amd64": "wrong-arch-prebuilt-archive"},
        symbol="broker.o", says="libbroker.a", not_causes="cgo-cc-not-cross target-linker-not-set wrong-cc-for-c-deps archive-without-index definition-not-found",
    ),
    Situation(
        "prebuilt-found-by-name", "wrong-arch-prebuilt-archive", "a client with -L and -l",
        COMPILE + "$(LINK) -o producer main.o -Lvendor/lib -lbroker",
        {"main.c": "int broker_send(const char *topic);\nint main(int argc, char **argv) { return broker_send(argv[0]); }"},
        prepare="mkdir -p vendor/lib; echo 'int broker_send(const char *t) { return t[0]; }' > b.c;"
        " gcc -O1 -c -o broker.o b.c; ar rcs vendor/lib/libbroker.a broker.o; rm b.c broker.o",
        archs="arm64 armhf", symbol="broker",
        not_causes="cross-pkgconfig-host-library target-linker-not-set",
    ),
    Situation(
        "deps-by-the-host-cc", "wrong-cc-for-c-deps", "a tool with a C dependency",
        COMPILE + "$(MAKE) -C deps CC=gcc AR=ar\n$(LINK) -o hashit main.o deps/libhash.a",
        {
            "main.c": "int hash_one(const char *text);\nint main(int argc, char **argv) { return hash_one(argv[0]); }",
            "deps/hash.c": "int hash_one(const char *text) { int h = 7; while (*text) h = h * 31 + *text++; return h; }",
            "deps/Makefile": "libhash.a: hash.o\n\t$(AR) rcs $@ $<\nhash.o: hash.c\n\t$(CC) -O2 -c -o $@ $<\n",
        },
        archs="arm64 armhf riscv64", symbol="hash.o",
        not_causes="wrong-arch-prebuilt-archive target-linker-not-set archive-without-index stale-build-output",
    ),
    Situation(
        "host-library-by-pkg-config", "cross-pkgconfig-host-library", "a TLS client",
        "PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 pkg-config --libs openssl\n" + COMPILE
        + "$(LINK) -o tls main.o -L/usr/lib/x86_64-linux-gnu -lssl -lcrypto",
        {"main.c": "void *SSL_CTX_new(void *m);\nint main(void) { return SSL_CTX_new(0) == 0; }"},
        archs="arm64 armhf riscv64", symbol="ssl",
        not_causes="library-not-found wrong-arch-prebuilt-archive target-linker-not-set",
    ),
    Situation(
        "symbol-of-a-dso-behind", "transitive-dso-missing", "a viewer on a codec",
        "$(CC) -shared -fPIC $(SMALL) -o libpixel.so pixel.c\n$(CC) -shared -fPIC $(SMALL) -o libcodec.so codec.c -L. -lpixel\n"
        + COMPILE + "$(LINK) -o viewer main.o -L. -lcodec -Wl,-rpath-link,.",
        {
            "main.c": "int codec_open(void), pixel_depth(void);\nint main(void) { return codec_open() + pixel_depth(); }",
            "codec.c": "int pixel_depth(void);\nint codec_open(void) { return pixel_depth() * 2; }",
            "pixel.c": "int pixel_depth(void) { return 24; }",
        },
        archs="amd64 arm64 riscv64", symbol="pixel_depth", not_causes="dso-underlinked library-not-found definition-not-found cxx11-abi-mismatch",
    ),
    Situation(
        "dso-names-no-library", "dso-underlinked", "a plugin host",
        "$(CC) -shared -fPIC $(SMALL) -o libengine.so engine.c\n" + COMPILE + "$(LINK) -o host main.o -L. -lengine",
        {
            "main.c": "int engine_start(void);\nint main(void) { return engine_start(); }",
            "engine.c": "int torque_limit(int rpm);\nint engine_start(void) { return torque_limit(900); }",
        },
        archs="amd64 arm64 riscv64", passes="mold", symbol="torque_limit",
        not_causes="transitive-dso-missing definition-not-found library-not-found kernel-object-not-built",
    ),
    Situation(
        "dso-with-z-defs", "dso-underlinked", "a plugin with -z defs",
        "$(LINK) -shared -fPIC -Wl,-z,defs -o libengine.so engine.c",
        {"engine.c": "double cbrt(double x);\nint torque(double x) { return (int)cbrt(x); }"},
        archs="amd64 arm64", causes={"amd64": "library-not-linked", "arm64": "library-not-linked"},
        symbol="cbrt", not_causes="dso-underlinked transitive-dso-missing",
    ),
]  # fmt: skip
