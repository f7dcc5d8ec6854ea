"""Symbols of what every compiler brings along, equal to readelf's: a sample of the long run.

The run over whole systems is `python -m tests.readelf_equality PATH...`.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from diag.read.objects import scan_objects
from tests.readelf_equality import compare
from tests.tools import need

COMPILERS = ("gcc", "aarch64-linux-gnu-gcc", "arm-linux-gnueabihf-gcc")
START_FILES = ("crt1.o", "Scrt1.o", "crti.o", "crtn.o", "crtbegin.o", "crtbeginS.o", "crtend.o")
LIBRARIES = ("libgcc.a", "libgcc_s.so.1", "libc_nonshared.a", "libm.so.6")


def brought_by(compiler: str, names: tuple[str, ...]) -> list[Path]:
    """Where the compiler has these files; those that it has not are left out."""
    found = []
    for name in names:
        command = [compiler, f"-print-file-name={name}"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        path = Path(done.stdout.strip())
        found += [path.resolve()] if path.is_absolute() and path.is_file() else []
    return found


@pytest.mark.parametrize("compiler", COMPILERS)
def test_files_of_a_compiler_read_as_readelf_reads_them(compiler: str) -> None:
    """Every symbol of start files and libraries, section and version included."""
    need(compiler, "readelf")
    paths = brought_by(compiler, (*START_FILES, *LIBRARIES))
    assert len(paths) >= 8
    outcomes = [compare(str(path)) for path in paths]
    assert [outcome for outcome in outcomes if outcome.difference and not outcome.explained] == []
    assert sum(outcome.is_archive for outcome in outcomes) >= 2
    assert sum(outcome.n_symbols for outcome in outcomes) > 2000
    assert len({arch for outcome in outcomes for arch in outcome.arches}) == 1


def test_the_comparison_sees_a_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One changed name is told as a difference, and is not explained away."""
    need("gcc", "readelf")
    path = brought_by("gcc", ("crtbegin.o",))[0]
    (tmp_path / "c.o").write_bytes(path.read_bytes())

    def renamed(*arguments: object, **options: object) -> object:
        scan = scan_objects(*arguments, **options)  # type: ignore[arg-type]
        scan.symbols.loc[3, "name"] = "another"
        return scan

    monkeypatch.setattr("tests.readelf_equality.scan_objects", renamed)
    outcome = compare(str(tmp_path / "c.o"))
    assert "another" in outcome.difference
    assert not outcome.explained
