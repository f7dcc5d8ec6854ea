"""What is guarded by a test at run time and what is not, in what gcc and clang make of programs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from diag.read.isa import read_isa
from tests.elf_builder import build_elf
from tests.tools import need

FIRST = """
#define WIDE __attribute__((target("avx2"), noinline))
typedef int v __attribute__((vector_size(32), aligned(4)));
WIDE void f_wide(int *a) { *(v *)a += *(v *)(a + 8); }
__attribute__((noinline)) void f_base(int *a) { a[0] += a[8]; }
int arr[64];
#define HAS __builtin_cpu_supports("avx2")
"""
FIRST_A64 = """
#include <sys/auxv.h>
__attribute__((noinline)) void f_wide(int *a) {
  __asm__ volatile(".arch armv8-a+sve\\n ptrue p0.s\\n ld1w {z0.s}, p0/z, [%0]" ::"r"(a) : "memory"); }
__attribute__((noinline)) void f_base(int *a) { a[0] += a[8]; }
int arr[64];
#define HAS (getauxval(AT_HWCAP) & HWCAP_SVE)
"""
CALL = "int main(void) { if (HAS) f_wide(arr); else f_base(arr); return arr[1]; }"
EARLY = "int main(void) { if (!HAS) return 1; f_wide(arr); return arr[1]; }"
EITHER = "int main(int c, char **v) { if (HAS || HAS2) f_wide(arr); return arr[c]; }"
HELPER = """static __attribute__((noinline)) int has(void) { return HAS != 0; }
int main(void) { if (has()) f_wide(arr); else f_base(arr); return arr[1]; }"""
POINTER = """static void (*volatile work)(int *);
int main(void) { work = HAS ? f_wide : f_base; work(arr); return arr[1]; }"""
CPUID = """#include <cpuid.h>
int main(void) { unsigned a, b, c, d; __cpuid_count(7, 0, a, b, c, d);
  if (b & bit_AVX2) f_wide(arr); else f_base(arr); return arr[1]; }"""
# Not guarded: called without a test as well; the test behind the call, beside it, of something else.
AS_WELL = CALL + "\nvoid other(void) { f_wide(arr); }"
AFTER = "int main(void) { f_wide(arr); if (HAS) f_base(arr); return arr[1]; }"
BESIDE = "int main(void) { if (HAS) f_base(arr); f_wide(arr); return arr[1]; }"
NO_TEST = "int main(int c, char **v) { if (c > 1) f_wide(arr); return HAS != 0; }"
IN_TABLE = CALL + "\nvoid (*table[])(int *) = {f_base, f_wide};"
FROM_STORE = """static void (*volatile work)(int *) = f_wide;
int main(void) { if (HAS) work = f_base; work(arr); return arr[1]; }"""

TABLES = """struct ops { void (*one)(int *), (*two)(int *); };
static const struct ops wide = {f_wide, f_base}, plain = {f_base, f_base};
static const struct ops *volatile ops = %s;
int main(void) { ops = HAS ? &wide : &plain; ops->one(arr); return arr[1]; }"""

GUARDED = (CALL, EARLY, HELPER, POINTER)
UNGUARDED = (AS_WELL, AFTER, BESIDE, NO_TEST, IN_TABLE, FROM_STORE)


def guard(folder: Path, command: str, text: str, name: str = "f_wide") -> object:
    """What guards the function, in a program or object; None for nothing."""
    need(command.split()[0])
    (folder / "a.c").write_text(text)
    subprocess.run([*command.split(), "-w", "-o", "a.out", "a.c"], cwd=folder, check=True)
    isa = read_isa(folder / "a.out", beyond_floor=True, with_guards=True)
    (found,) = isa.loc[isa["function"] == name, "guard"].unique()
    return found if isinstance(found, str) else None


X86 = ("gcc -O0", "gcc -O2 -static", "gcc -O2 -c", "gcc -O2 -no-pie -fno-pie", "clang -O2", "clang -O0 -c")  # fmt: skip
A64 = tuple(f"aarch64-linux-gnu-gcc {flags}" for flags in ("-O0", "-O2", "-O0 -c", "-O2 -c"))  # fmt: skip


@pytest.mark.parametrize("command", [*X86, *A64])
def test_the_commonest_dispatch_is_guarded(tmp_path: Path, command: str) -> None:
    """The call behind a test of the processor, however it is compiled and linked."""
    first = FIRST if command in X86 else FIRST_A64
    assert guard(tmp_path, command, first + CALL) == "cpu test in main"


@pytest.mark.parametrize("command", ["gcc -O0 -c", "gcc -O2", A64[0]])
def test_shapes_of_tests_are_known(tmp_path: Path, command: str) -> None:
    """An early return, a helper that asks, a chosen pointer."""
    first = FIRST_A64 if command in A64 else FIRST
    for text in GUARDED:
        assert str(guard(tmp_path, command, first + text)).startswith("cpu test in main"), text


@pytest.mark.parametrize("command", ["gcc -O0", "clang -O2 -c", A64[1]])
def test_what_runs_without_a_test_is_not_guarded(tmp_path: Path, command: str) -> None:
    """A second caller, a test behind or beside the call or of something else, a table, a default."""
    first = FIRST_A64 if command in A64 else FIRST
    for text in UNGUARDED:
        assert guard(tmp_path, command, first + text) is None, text


def test_cpuid_by_hand_is_a_test(tmp_path: Path) -> None:
    """CPUID in the function that calls, and either of two features."""
    for command in ("gcc -O0", "clang -O2"):
        assert guard(tmp_path, command, FIRST + CPUID) == "cpu test in main"
        either = EITHER.replace("HAS2", '__builtin_cpu_supports("avx512f")')
        assert guard(tmp_path, command, FIRST + either) == "cpu test in main"


def test_another_word_of_the_kernel_is_no_test(tmp_path: Path) -> None:
    """getauxval tells of the processor only for AT_HWCAP and its like."""
    text = (FIRST_A64 + CALL).replace("AT_HWCAP)", "AT_PAGESZ)")
    for command in A64[:2]:
        assert guard(tmp_path, command, text) is None


def test_the_test_itself_is_no_use(tmp_path: Path) -> None:
    """XGETBV of libgcc, in the function that executes CPUID, is guarded by that."""
    name = "get_available_features.constprop.0"
    assert guard(tmp_path, "gcc -O0", FIRST + CALL, name) == f"cpuid in {name}"


def test_another_object_that_calls_takes_the_guard_away(tmp_path: Path) -> None:
    """A global function is guarded as long as no object of those given wants it."""
    assert guard(tmp_path, "gcc -O2 -c", FIRST + CALL) == "cpu test in main"
    (tmp_path / "b.c").write_text("void f_wide(int *); void g(int *a) { f_wide(a); }")
    subprocess.run(["gcc", "-c", "b.c"], cwd=tmp_path, check=True)
    isa = read_isa(tmp_path / "a.out", tmp_path / "b.o", beyond_floor=True, with_guards=True)
    assert len(isa)
    assert isa["guard"].isna().all()


def test_exported_functions_are_open(tmp_path: Path) -> None:
    """Others may call what a shared library exports; what is hidden only the library itself."""
    text = FIRST + CALL.replace("main", "work")
    assert guard(tmp_path, "gcc -O2 -shared -fPIC", text) is None
    hidden = text.replace("WIDE void", 'WIDE __attribute__((visibility("hidden"))) void')
    assert guard(tmp_path, "gcc -O2 -shared -fPIC", hidden) == "cpu test in work"


def test_a_table_that_only_a_test_chooses(tmp_path: Path) -> None:
    """Pointers of a table are guarded as the table is; where it is the default too, they are not."""
    for command in ("gcc -O0", "gcc -O2 -no-pie -fno-pie"):
        by_pointer = guard(tmp_path, command, FIRST + TABLES % "&plain")
        assert by_pointer == "cpu test in main, by pointer", command
        assert guard(tmp_path, command, FIRST + TABLES % "&wide") is None


def test_junk_that_asks_for_features_is_read_to_its_end() -> None:
    """CPUID among any bytes, and a value that is stored without end: in bounded time, no exception."""
    stores = b"".join(b"\x89\x84\x24" + (4 * n).to_bytes(4, "little") for n in range(9000))
    junk = b"\x0f\xa2" + bytes(range(256)) * 64 + bytes.fromhex("c5fc58c1")
    for code in (junk, b"\x0f\xa2" + stores + bytes.fromhex("c5fc58c1c3")):
        for machine in (62, 183):
            image = build_elf([(b"f", 0x12, 0, 1, 0, len(code))], code=code, machine=machine)
            read_isa(image, beyond_floor=True, with_guards=True)
