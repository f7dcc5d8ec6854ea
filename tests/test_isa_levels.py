"""Baselines of files, and the functions that exceed one, against what the compiler was asked for."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from diag.cli_objects import isa_cmd
from diag.errors import InputError
from diag.join.isa_levels import baseline_of, df_baselines, df_exceeding, levels, parse_baseline
from diag.read.isa import read_isa
from tests.tools import need

SUM = "void sum(float *a, float *b) { for (int i = 0; i < 64; i++) a[i] += b[i] * 2; }\n"
GUARDED = """\
static void plain(int *a, int *b) { *a += *b; }
__attribute__((target("avx2"), noinline)) static void wide(int *a, int *b) {
  typedef int v __attribute__((vector_size(32), aligned(4))); *(v *)a += *(v *)b; }
static void (*pick(void))(int *, int *) {
  __builtin_cpu_init(); return __builtin_cpu_supports("avx2") ? wide : plain; }
void work(int *, int *) __attribute__((ifunc("pick")));
"""


CALLED = GUARDED + "void other(int *a, int *b) { wide(a, b); }\n"


def compiled(folder: Path, compiler: str, text: str, *flags: str) -> str:
    need(compiler)
    (folder / "a.c").write_text(text)
    subprocess.run([compiler, "-O3", *flags, "-c", "a.c"], cwd=folder, check=True)
    return str(folder / "a.o")


@pytest.mark.parametrize(
    ("compiler", "march", "baseline"),
    [
        ("gcc", "x86-64", "x86-64"),
        ("gcc", "x86-64-v3", "x86-64-v3"),
        ("gcc", "x86-64-v4", "x86-64-v4"),
        ("aarch64-linux-gnu-gcc", "armv8-a", "armv8-a"),
        ("aarch64-linux-gnu-gcc", "armv8.2-a+sve", "armv8-a+sve"),
    ],
)
def test_the_baseline_of_a_loop(tmp_path: Path, compiler: str, march: str, baseline: str) -> None:
    """A loop that vectorises needs what -march allowed, and no more is claimed than it uses."""
    path = compiled(tmp_path, compiler, SUM, f"-march={march}", "-mtune=generic")
    isa = read_isa(path, beyond_floor=True, with_guards=True)
    (code,) = isa.attrs["code"]
    assert baseline_of(isa["extension"], code[3]) in (baseline, f"{march.split('+')[0]}+sve")


def test_guarded_functions_are_told_apart(tmp_path: Path) -> None:
    """What only an IFUNC resolver refers to is guarded; the same function called by name is not."""
    path = compiled(tmp_path, "gcc", GUARDED)
    found = df_exceeding(read_isa(path, beyond_floor=True, with_guards=True), "x86-64-v2")
    assert found["function"].tolist() == ["wide"]
    assert found["guard"].tolist() == ["ifunc work"]
    path = compiled(tmp_path, "gcc", CALLED, "-fno-inline")
    found = df_exceeding(read_isa(path, beyond_floor=True, with_guards=True), "x86-64-v2")
    assert found.set_index("function")["guard"].isna().to_dict()["wide"]


def test_screen_of_baselines(tmp_path: Path) -> None:
    """A file with a guarded function, an archive, a plain file: each is told."""
    need("ar")
    guarded = compiled(tmp_path, "gcc", GUARDED)
    isa = read_isa(guarded, beyond_floor=True, with_guards=True)
    code = pd.DataFrame(isa.attrs["code"], columns=["file", "member", "member_no", "arch"])
    (row,) = df_baselines(isa, code).itertuples()
    assert (row.baseline, row.baseline_of_all) == ("x86-64", "x86-64-v3")
    assert (row.needs, row.needs_of_all) == ("x86-64", "x86-64+avx2")
    assert (row.n_functions, row.n_guarded) == (1, 1)
    subprocess.run(["ar", "rc", "lib.a", "a.o"], cwd=tmp_path, check=True)
    (tmp_path / "a.o").rename(tmp_path / "guarded.o")
    compiled(tmp_path, "gcc", "int plain(int x) { return x; }")
    done = CliRunner().invoke(isa_cmd, [str(tmp_path)], standalone_mode=False)
    assert done.exception is None
    assert "with the guarded ones x86-64+avx2, fits x86-64-v3" in done.output
    assert "x86_64, 1 member, 1 of them beyond the lowest level" in done.output
    assert "x86-64   (x86_64: nothing beyond it)" in done.output


@pytest.mark.parametrize(("text", "status"), [(GUARDED, 0), (CALLED, 1), ("int x;", 0)])
def test_status_is_1_where_an_unguarded_function_exceeds(
    tmp_path: Path, text: str, status: int
) -> None:
    """The gate: guarded functions may exceed the baseline, others may not."""
    path = compiled(tmp_path, "gcc", text, "-fno-inline")
    command = [path, "--baseline", "x86-64-v2", "--format", "json"]
    done = CliRunner().invoke(isa_cmd, command, standalone_mode=False)
    assert done.return_value == status
    done = CliRunner().invoke(isa_cmd, [path, "--baseline", "x86-64-v3"], standalone_mode=False)
    assert done.return_value == 0


def test_levels_grow_and_strange_ones_are_refused() -> None:
    """Each level holds the one below; a baseline that nobody knows is told with those known."""
    for arch in ("x86_64", "aarch64"):
        held = [has for _, has in levels(arch)]
        assert all(low <= high for low, high in itertools.pairwise(held))
    assert parse_baseline("x86-64-v3")[0] == "x86_64"
    assert parse_baseline("x86-64-v1") == parse_baseline("x86-64")
    for strange in ("x86-64-v9", "implied"):
        with pytest.raises(InputError):
            parse_baseline(strange)


def test_nothing_judged_is_no_success(tmp_path: Path) -> None:
    """A baseline of another machine than that of the code is an error, not a green light."""
    path = compiled(tmp_path, "gcc", CALLED)
    command = [path, "--baseline", "armv8.1-a+sve"]
    done = CliRunner().invoke(isa_cmd, command, standalone_mode=False)
    assert isinstance(done.exception, InputError)
    assert "nothing is judged" in str(done.exception)


DOTS = """int dots(signed char *a, signed char *b) {
  int s = 0; for (int i = 0; i < 256; i++) s += a[i] * b[i]; return s; }"""


@pytest.mark.parametrize(
    ("compiler", "flags", "needs"),
    [
        ("gcc", "-mavx2", "x86-64+avx2, fits x86-64-v3   (x86_64)"),
        ("aarch64-linux-gnu-gcc", "-march=armv8.2-a+dotprod", "armv8-a+dotprod, fits armv8.4-a"),
        ("arm-linux-gnueabihf-gcc", "-marm -march=armv6+fp", "at most armv7-a   (arm: nothing"),
    ],
)
def test_the_screen_says_what_is_needed_exactly(
    tmp_path: Path, compiler: str, flags: str, needs: str
) -> None:
    """Extensions by name, the level that has them beside it; of old ARM code only a bound."""
    path = compiled(tmp_path, compiler, DOTS, *flags.split())
    done = CliRunner().invoke(isa_cmd, [path], standalone_mode=False)
    assert needs in done.output


JUNK = """
.globl f
.type f, @function
f: ret
.byte {bytes}, 0xc3
.size f, . - f
"""
MOVES = "0x0f, 0x0f, 0xc1, 0x9e"  # PFADD mm0, mm1


@pytest.mark.parametrize(("before", "count"), [("0x90", 1), ("0x06", 0)])
def test_rare_extensions_beside_bytes_that_do_not_decode_are_tables(
    tmp_path: Path, before: str, count: int
) -> None:
    """3DNow! in code that decodes as a whole counts; beside a byte that begins nothing it does not."""
    need("gcc")
    (tmp_path / "a.s").write_text(JUNK.format(bytes=f"{before}, {MOVES}"))
    subprocess.run(["gcc", "-c", "a.s"], cwd=tmp_path, check=True)
    assert len(read_isa(tmp_path / "a.o", extension="d3now")) == count
