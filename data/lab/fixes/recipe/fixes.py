"""The changes: a small project that fails for one cause, and what somebody did about it.

Each is built before and after, and in some once more with the change taken out again. What came of
it is stated here, because the change was made for it; nothing here comes from what the kit says.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Lines = str
Ends = dict[str, int | None]


@dataclass(frozen=True)
class State:
    """One build. `ends`: machine -> how its program ends (-1: badly), or None where it is not linked.

    `tail`: of the log only the last lines are kept, and no object. `says`: what stands in the log.
    """

    build: Lines
    files: dict[str, str]
    ends: Ends
    prepare: str = ""
    tail: int = 0
    says: str = ""


@dataclass(frozen=True)
class Fix:
    """One change. `result` and `by` are what it really did, `cause` is what was wrong before."""

    name: str
    title: str
    cause: str
    changed: str
    result: str
    before: State
    after: State
    by: str = ""
    reverted: State | None = None
    variables: dict[str, dict[str, str]] = field(default_factory=dict)

    def states(self) -> dict[str, State]:
        """The builds by the names of their folders."""
        told = {"before": self.before, "after": self.after}
        return told | ({"reverted": self.reverted} if self.reverted else {})


RUN = "\n$(RUN) ./app"
MAIN = "$(CC) -O1 -c -o main.o main.c\n"
FAILS: Ends = {"amd64": None}
RUNS: Ends = {"amd64": 0}
DIES: Ends = {"amd64": -1}
FAILS_ARM: Ends = {"arm64": None}
RUNS_ARM: Ends = {"arm64": 0}


def _queue(order: str) -> Lines:
    return (
        f"{MAIN}$(CC) -O1 -c -o deque.o deque.c\n$(CC) -O1 -c -o cell.o cell.c\n$(AR) rcs libdeque.a deque.o\n"
        f"$(AR) rcs libcell.a cell.o\n$(LINK) -o app -L. {order}{RUN}"
    )


QUEUE = {
    "main.c": "int deque_push(int);\nint main(int argc, char **argv) { return deque_push(argc) != 4; }",
    "deque.c": "int cell_grow(int);\nint deque_push(int n) { return cell_grow(n) + 1; }",
    "cell.c": "int cell_grow(int n) { return n + 2; }",
}
WAVE = {
    "main.c": "#include <math.h>\n#include <stdlib.h>\nint main(int argc, char **argv) { return cbrt(argc * 8.0) != 2.0; }"
}
MOON = {
    "main.c": "int moon_phase(int);\nint main(int argc, char **argv) { return moon_phase(argc) != 8; }",
    "phase.c": "int moon_phase(int day) { return day + 7; }",
}
MOON_OBJECTS = MAIN + "$(CC) -O1 -c -o phase.o phase.c\n$(AR) rcs libphase.a phase.o\n"
FADER = {
    "main.c": "int fader_level(int channel);\nint main(int argc, char **argv) { return fader_level(argc) != 2; }",
    "fader.cpp": "int fader_level(int channel) { return channel * 2; }",
}
FADER_BUILD = "$(CC) -O1 -c -o main.o main.c\n$(CXX) -O1 -c -o fader.o fader.cpp\n$(AR) rcs libfader.a fader.o\n$(LINKXX) $(SMALL) -o app main.o libfader.a\n$(RUN) ./app"
HAMMING = {
    "main.c": "int hamming_simd(const unsigned char *, int);\nint main(int argc, char **argv) { unsigned char b[16] = {1, 3}; return hamming_simd(b, argc) != 2; }",
    "hamming_simd.c": "int hamming_simd(const unsigned char *a, int n) { return a[0] + n; }",
    "build.sh": "#!/bin/sh\n# Compiles the kernel; goes on without it.\nif $CC $KERNEL_FLAGS -O2 -c -o hamming_simd.o hamming_simd.c; then\n  $AR rcs libhamming.a hamming_simd.o\nelse\n"
    '  echo "build.sh: warning: unable to compile hamming_simd.c, kernel skipped"\n  $AR rcs libhamming.a\nfi\n',
}


def _kernel(flags: str) -> Lines:
    return f'CC="$(CC)" AR=$(AR) KERNEL_FLAGS="{flags}" ./build.sh\n{MAIN}$(LINK) $(SMALL) -o app main.o libhamming.a{RUN}'


WIDE = {
    "main.c": "void wide_sum_simd(int *);\nint main(void) { int b[64] = {5, 1}; wide_sum_simd(b); return b[0] != 6; }",
    "wide_sum_simd.c": "void wide_sum_simd(int *b) { for (int i = 0; i < 63; i++) b[i] += b[i + 1]; }",
    "build.sh": HAMMING["build.sh"]
    .replace("hamming", "wide_sum")
    .replace("libwide_sum", "libwide"),
}


def _wide(flags: str) -> Lines:
    return f'CC="$(CC)" AR=$(AR) KERNEL_FLAGS="{flags}" ./build.sh\n{MAIN}$(LINK) -o app main.o libwide.a{RUN}'


def _vendored(cc: str, ar: str) -> str:
    return f"mkdir vendor; echo 'int tide_at(int h) {{ return h * 6; }}' > t.c; {cc} -O1 -c -o tide.o t.c; {ar} rcs vendor/libtide.a tide.o; rm t.c tide.o"


TIDE = {
    "main.c": "int tide_at(int);\nint main(int argc, char **argv) { return tide_at(argc) != 6; }"
}
TIDE_BUILD = MAIN + "$(LINK) -o app main.o vendor/libtide.a" + RUN
GRID = {
    "grid.c": "int grid_cells[64] = {4};\nint grid_at(int i) { return grid_cells[i & 63]; }",
    "main.c": "int grid_at(int);\nint main(void) { return grid_at(0) != 4; }",
}


def _shared(flags: str) -> Lines:
    return (
        f"$(CC) -O1 {flags} -c -o grid.o grid.c\n$(LINK) -shared -Wl,-soname,libgrid.so -o libgrid.so grid.o\n"
        f"{MAIN}$(LINK) -o app main.o -L. -lgrid -Wl,-rpath,.{RUN}"
    )


VAULT = {
    "vault.c": "int vault_seal(int n) { return n ^ 1; }\nint vault_open(int n) { return vault_seal(n) + 3; }",
    "main.c": "int vault_seal(int);\nint main(int argc, char **argv) { return vault_seal(argc); }",
}
VAULT_BUILD = (
    "$(CC) -O1 -fPIC -c -o vault.o vault.c\n$(LINK) -shared -Wl,-soname,libvault.so -Wl,--version-script=vault.map -o libvault.so vault.o\n"
    f"{MAIN}$(LINK) -o app main.o -L. -lvault -Wl,-rpath,.{RUN}"
)
TRACE = {
    "main.c": "int trace_open(int);\nint main(int argc, char **argv) { return trace_open(argc) != 2; }",
    "trace_file.c": "int trace_open(int x) { return x; }",
    "trace_net.c": "int trace_open(int x) { return x + 1; }",
}
# Both definitions are of one size.
TRACE_LIKE = TRACE | {"trace_file.c": "int trace_open(int x) { return x + 3; }"}
TRACE_OBJECTS = (
    MAIN + "$(CC) -O1 -c -o trace_file.o trace_file.c\n$(CC) -O1 -c -o trace_net.o trace_net.c\n"
)
LEASE = {
    "main.c": "int lease_renew(int);\nint main(int argc, char **argv) { return lease_renew(argc) != 1; }"
}


def _lease(flags: str = "", objects: str = "main.o", arm: str = "") -> Lines:
    more = "".join(f"$(CC) -O1 -c -o {o} {o[:-2]}.c\n" for o in objects.split() if o != "main.o")
    return f"{MAIN}{more}$(LINK) {arm}{flags}-o app {objects}{RUN}"


CRC = {
    "probe.c": "#ifndef __SSE4_2__\n#error no crc instructions\n#endif\nint main(void) { return 0; }",
    "config.h": "/* filled by the probe */",
    "main.c": '#include "config.h"\nunsigned crc_table(unsigned, unsigned char);\nunsigned crc_bits(unsigned, unsigned char);\nint main(int argc, char **argv) {\n'
    "#ifdef HAVE_CRC_TABLE\n  return crc_table(argc, 2) == 0;\n#else\n  return crc_bits(argc, 2) == 0;\n#endif\n}",
    "crc_bits.c": "unsigned crc_bits(unsigned c, unsigned char b) { return (c ^ b) * 3 + 1; }",
    "crc_table.c": "#ifdef __SSE4_2__\nunsigned crc_table(unsigned c, unsigned char b) { return __builtin_ia32_crc32qi(c, b); }\n#endif\nint crc_table_version = 2;",
}

# The kernel is built for one machine of two, and called on both.
PARITY = {
    "main.c": "int parity_simd(const unsigned char *, int);\nint main(int argc, char **argv) {\n  unsigned char b[16] = {1, 3};\n"
    "#if defined(WITH_SIMD) || defined(__x86_64__)\n  return parity_simd(b, argc + 1) != 4;\n#else\n  return b[argc] != 3;\n#endif\n}",
    "parity_simd.c": "int parity_simd(const unsigned char *a, int n) {\n  int sum = 0;\n  for (int i = 0; i < n; i++) sum += a[i];\n  return sum;\n}",
    "build.sh": HAMMING["build.sh"].replace("hamming", "parity"),
}


def _parity(flags: str) -> Lines:
    build = 'CC="$(CC)" AR=$(AR) KERNEL_FLAGS=-msse4.2 ./build.sh'
    return f"{build}\n$(CC) -O1 {flags}-c -o main.o main.c\n$(LINK) $(SMALL) -o app main.o libparity.a{RUN}"


# In a variable of make a bare hash begins a comment.
PROBE = '$(CC) -msse4.2 -o probe probe.c && echo "checking for CRC instructions... yes" && echo "\\#define HAVE_CRC_TABLE 1" > config.h && rm probe'


def _crc(flags: str) -> Lines:
    objects = "".join(f"$(CC) -O2 {flags}-c -o {n}.o {n}.c\n" for n in ("crc_table", "crc_bits"))
    return f"$(PROBE)\n{objects}{MAIN}$(LINK) $(SMALL) -o app main.o crc_bits.o crc_table.o{RUN}"


RIGHT = "main.o -ldeque -lcell"
FIXES = [
    Fix(
        "archive-order-mended", "a queue in two archives", "static-link-order",
        "the archives stand after the objects that want them", "cured",
        State(_queue("-lcell -ldeque main.o"), QUEUE, FAILS, says="deque_push"),
        State(_queue(RIGHT), QUEUE, RUNS),
        reverted=State(_queue("-lcell -ldeque main.o"), QUEUE, FAILS, says="deque_push"),
    ),
    Fix(
        "one-archive-moved", "a queue in two archives", "static-link-order",
        "one of two archives stands after its user", "moved", by="static-link-order",
        before=State(_queue("-lcell -ldeque main.o"), QUEUE, FAILS, says="deque_push"),
        after=State(_queue("-lcell main.o -ldeque"), QUEUE, FAILS, says="cell_grow"),
    ),
    Fix(
        "two-changes-at-once", "a queue in two archives", "static-link-order",
        "--start-group, and in the same commit the order", "unproven",
        before=State(_queue("-lcell -ldeque main.o"), QUEUE, FAILS, says="deque_push"),
        after=State(_queue("-Wl,--start-group main.o -ldeque -lcell -Wl,--end-group"), QUEUE, RUNS),
        reverted=State(_queue(RIGHT), QUEUE, RUNS),
    ),
    Fix(
        "only-the-tail-of-the-log", "a queue in two archives", "static-link-order",
        "somebody says that it works now, and shows the last lines", "unproven",
        before=State(_queue("-lcell -ldeque main.o"), QUEUE, FAILS, says="deque_push"),
        after=State(_queue(RIGHT) + "\necho installing into /usr/local/bin\necho all done", QUEUE, RUNS, tail=2),
    ),
    Fix(
        "library-named", "a program that takes cube roots", "library-not-linked", "-lm", "cured",
        State("$(CC) -O1 -fno-builtin -c -o main.o main.c\n$(LINK) $(SMALL) -o app main.o" + RUN, WAVE, FAILS_ARM, says="cbrt"),
        State("$(CC) -O1 -fno-builtin -c -o main.o main.c\n$(LINK) $(SMALL) -o app main.o -lm" + RUN, WAVE, RUNS_ARM),
    ),
    Fix(
        "archive-added", "phases of the moon", "object-not-linked", "the archive stands on the link line", "cured",
        State(MOON_OBJECTS + "$(LINK) -o app main.o" + RUN, MOON, FAILS, says="moon_phase"),
        State(MOON_OBJECTS + "$(LINK) -o app main.o libphase.a" + RUN, MOON, RUNS),
    ),
    Fix(
        "extern-c-added", "a C program on a C++ library", "language-linkage-mismatch", 'extern "C" before the definition', "cured",
        State(FADER_BUILD, FADER, FAILS, says="fader_level"),
        State(FADER_BUILD, FADER | {"fader.cpp": 'extern "C" ' + FADER["fader.cpp"]}, RUNS),
    ),
    Fix(
        "kernel-with-explicit-march", "a bit counter with a kernel", "kernel-object-not-built",
        "-march=armv8-a instead of -march=native for the kernel", "cured",
        State(_kernel("-march=native"), HAMMING, FAILS_ARM, says="hamming_simd"),
        State(_kernel("-march=armv8-a"), HAMMING, RUNS_ARM),
        reverted=State(_kernel("-march=native"), HAMMING, FAILS_ARM, says="hamming_simd"),
    ),
    Fix(
        "kernel-for-a-newer-cpu", "a sum with a wide kernel", "kernel-object-not-built",
        "the kernel is compiled for Sapphire Rapids, and the machine is a Haswell", "moved",
        before=State(_wide("-march=graniterapids"), WIDE, FAILS, says="wide_sum_simd"),
        after=State(_wide("-march=sapphirerapids -mprefer-vector-width=512 -ftree-vectorize -fvect-cost-model=unlimited"), WIDE, DIES),
        variables={"amd64": {"RUN": "qemu-x86_64-static -cpu Haswell"}},
    ),
    Fix(
        "archive-of-the-right-machine", "a tide table", "wrong-arch-prebuilt-archive", "the vendored archive is replaced by one for amd64", "cured",
        State(TIDE_BUILD, TIDE, FAILS, prepare=_vendored("aarch64-linux-gnu-gcc", "aarch64-linux-gnu-ar"), says="libtide.a"),
        State(TIDE_BUILD, TIDE, RUNS, prepare=_vendored("$CC", "$AR")),
    ),
    Fix(
        "compiled-with-fpic", "a grid in a shared library", "non-pic-archive-in-shared", "-fPIC", "cured",
        State(_shared("-fno-pic -fno-pie"), GRID, FAILS, says="recompile with -fPIC"),
        State(_shared("-fPIC"), GRID, RUNS),
    ),
    Fix(
        "exported-by-the-map", "a vault with a version script", "symbol-hidden", "the version script exports the function", "cured",
        State(VAULT_BUILD, VAULT | {"vault.map": "VAULT_1 { global: vault_open; local: *; };"}, FAILS, says="vault_seal"),
        State(VAULT_BUILD, VAULT | {"vault.map": "VAULT_1 { global: vault_open; vault_seal; local: *; };"}, RUNS),
    ),
    Fix(
        "one-definition-removed", "a tracer in two files", "duplicate-definition", "one of the two files leaves the link", "cured",
        State(TRACE_OBJECTS + "$(LINK) -o app main.o trace_net.o trace_file.o" + RUN, TRACE, FAILS, says="trace_open"),
        State(MAIN + "$(CC) -O1 -c -o trace_net.o trace_net.c\n$(LINK) -o app main.o trace_net.o" + RUN, TRACE, RUNS),
    ),
    Fix(
        "duplicates-allowed", "a tracer in two files", "duplicate-definition", "-Wl,-z,muldefs", "masked", by="duplicate-ignored",
        before=State(TRACE_OBJECTS + "$(LINK) -o app main.o trace_net.o trace_file.o" + RUN, TRACE, FAILS, says="trace_open"),
        after=State(TRACE_OBJECTS + "$(LINK) -Wl,-z,muldefs -o app main.o trace_net.o trace_file.o" + RUN, TRACE, RUNS),
    ),
    Fix(
        "duplicates-allowed-unseen", "a tracer in two files", "duplicate-definition", "-Wl,-z,muldefs, in a makefile that prints no commands", "unproven",
        before=State(TRACE_OBJECTS + "$(LINK) -o app main.o trace_net.o trace_file.o" + RUN, TRACE_LIKE, FAILS, says="trace_open"),
        after=State(TRACE_OBJECTS + "@$(LINK) -Wl,-z,muldefs -o app main.o trace_net.o trace_file.o" + RUN, TRACE_LIKE, RUNS),
    ),
    Fix(
        "undefined-ignored-by-the-linker", "a client of a lease server", "definition-not-found", "-Wl,--unresolved-symbols=ignore-all", "masked", by="undefined-ignored",
        before=State(_lease(arm="$(SMALL) "), LEASE, FAILS_ARM, says="lease_renew"),
        after=State(_lease("-Wl,--unresolved-symbols=ignore-all ", arm="$(SMALL) "), LEASE, {"arm64": -1}),
    ),
    Fix(
        "defined-as-zero", "a client of a lease server", "definition-not-found", "-Wl,--defsym=lease_renew=0", "masked", by="undefined-ignored",
        before=State(_lease(), LEASE, FAILS, says="lease_renew"),
        after=State(_lease("-no-pie -Wl,--defsym=lease_renew=0 "), LEASE, DIES),
    ),
    Fix(
        "weak-stub", "a client of a lease server", "definition-not-found", "a weak function that only aborts", "masked",
        before=State(_lease(), LEASE, FAILS, says="lease_renew"),
        after=State(
            _lease(objects="main.o stub.o"),
            LEASE | {"stub.c": "#include <stdlib.h>\n__attribute__((weak)) int lease_renew(int id) { (void)id; abort(); }"}, DIES,
        ),
    ),
    Fix(
        "stub-that-returns", "a client of a lease server", "definition-not-found", "a new file with a function that returns 1", "cured",
        State(_lease(), LEASE, FAILS, says="lease_renew"),
        State(_lease(objects="main.o stub.o"), LEASE | {"stub.c": "int lease_renew(int id) { (void)id; return 1; }"}, RUNS),
    ),
    Fix(
        "call-left-out", "a checksum for two machines", "kernel-object-not-built",
        "the call is compiled for one machine of two only", "cured",
        before=State(_parity("-DWITH_SIMD "), PARITY, {"amd64": 0, "arm64": None}, says="parity_simd"),
        after=State(_parity(""), PARITY, {"amd64": 0, "arm64": 0}),
    ),
    Fix(
        "weak-declaration", "a client of a lease server", "definition-not-found", "the declaration is weak", "masked", by="weak-undefined",
        before=State(_lease(), LEASE, FAILS, says="lease_renew"),
        after=State(_lease("-no-pie "), {"main.c": "__attribute__((weak)) " + LEASE["main.c"]}, DIES),
    ),
    Fix(
        "flag-for-all-machines", "a checksum for two machines", "probe-and-guard-disagree",
        "-msse4.2 for every machine", "worse",
        before=State(_crc(""), CRC, {"amd64": None, "arm64": 0}, says="crc_table"),
        after=State(_crc("-msse4.2 "), CRC, {"amd64": 0, "arm64": None}, says="-msse4.2"),
        variables={"amd64": {"PROBE": PROBE}, "arm64": {"PROBE": "@echo checking for CRC instructions... no"}},
    ),
    Fix(
        "clean-build", "a client of a lease server", "definition-not-found", "rm -rf of all objects, built again", "unproven",
        before=State(_lease(), LEASE, FAILS, says="lease_renew"),
        after=State("rm -rf *.o app\n" + _lease(), LEASE, FAILS, says="lease_renew"),
    ),
]  # fmt: skip
