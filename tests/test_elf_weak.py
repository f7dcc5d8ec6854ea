"""What objects do with their weak names: real compilers' output, of three machines."""

from __future__ import annotations

import subprocess

import pytest

from diag.read.details import read_details
from tests.tools import need

CALLS = "extern void hook(void) __attribute__((weak)); void f(void) { hook(); }"
TESTS = "extern void hook(void) __attribute__((weak)); void f(void) { if (hook) hook(); }"
PLAIN = "extern void hook(void); void f(void) { hook(); }"


@pytest.mark.parametrize("compiler", ["gcc", "aarch64-linux-gnu-gcc", "arm-linux-gnueabihf-gcc", "riscv64-linux-gnu-gcc"])  # fmt: skip
@pytest.mark.parametrize("flags", ["-O0", "-O2", "-O2 -fPIC -g"])
@pytest.mark.parametrize(
    ("source", "use"), [(CALLS, ["called"]), (TESTS, ["asked for"]), (PLAIN, [])]
)
def test_a_call_alone_is_told_from_a_test(tmp_path, compiler, flags, source, use):
    """The test has a relocation of its own; debug information and unwind tables are no uses."""
    need(compiler)
    (tmp_path / "a.c").write_text(source)
    subprocess.run([compiler, *flags.split(), "-c", "a.c", "-o", "a.o"], cwd=tmp_path, check=True)
    details = read_details(str(tmp_path / "a.o"))
    rows = details[details["kind"] == "weak"]
    assert rows["value_text"].tolist() == use
    assert rows["name"].tolist() == ["hook"] * len(use)


def test_a_linked_program_has_no_such_rows(tmp_path):
    """Only objects have relocations that tell."""
    need("gcc")
    (tmp_path / "a.c").write_text(CALLS + " int main(void) { return 0; }")
    subprocess.run(["gcc", "a.c", "-o", "a"], cwd=tmp_path, check=True)
    assert "weak" not in set(read_details(str(tmp_path / "a"))["kind"])
