"""Instruction sets: libraries to look at, and the objdump and awk that a person would use."""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sides import DIAG, Pair, Side

FOLDERS = (
    "/usr/lib",
    "/usr/local/lib",
    "/usr/aarch64-linux-gnu/lib",
    sysconfig.get_path("purelib"),
)
LARGE_TEXT = 100 << 20
LEAST_FILE = 1 << 20
_MACHINE_AT, _X86_64, _AARCH64 = 18, 62, 183

_COUNT = "/>:$/ {{f = $2}} {pattern} {{n[f]++}} END {{for (f in n) print f, n[f]}}"
_MASK = r"k(mov|or|and|andn|xor|xnor|not|test|ortest|add|shiftl|shiftr|unpck)[bwdq]"
_ATOMIC = r"(casp?|swp|(ld|st)(add|clr|eor|set|[su]max|[su]min))a?l?[bh]?"


@dataclass(frozen=True)
class Sought:
    """An extension, of which machine's library, how awk knows it, and the ratio aimed at."""

    extension: str
    machine: int
    pattern: str
    aim: str


SOUGHT = (
    Sought("avx512", _X86_64, rf"/\t62 |\t{_MASK}/", "ratio up to 0.067"),
    Sought("avx2", _X86_64, r"/\tvp[a-z0-9]+ .*%ymm|\tv[a-z]+i128/", "ratio up to 0.25"),
    Sought("lse", _AARCH64, rf"/\t{_ATOMIC}\t/", "ratio up to 0.25"),
)


def pairs(given: Sequence[str]) -> Iterator[Pair | str]:
    """Functions that use an extension, beside objdump and awk; or a line where no file is found."""
    for sought in SOUGHT:
        path = library(sought.machine, given)
        if path is None:
            yield f"{sought.extension}: no library of that machine is found here: give --library FILE"
            continue
        size = text_bytes(path)
        less = "" if size >= LARGE_TEXT else ", little: the start of Python counts; --library"
        yield f"  {path}: {size / (1 << 20):.1f} MB of code{less}"
        kit = (*DIAG, "isa", str(path), "--extension", sought.extension, "--format", "csv")
        yield Pair(
            Side(f"CPU: functions with {sought.extension}", kit, is_cpu=True),
            Side("objdump -dw | awk", pipeline(sought, path), is_cpu=True),
            sought.aim,
            runs=1,
        )


def library(machine: int, given: Iterable[str]) -> Path | None:
    """The largest of the given libraries of a machine, or else of those in the usual folders."""
    own = [Path(path) for path in given if _machine(Path(path)) == machine]
    found = own or [path for path in shared_objects() if _machine(path) == machine]
    return max(found, key=lambda path: path.stat().st_size, default=None)


def shared_objects() -> Iterator[Path]:
    """Large libraries in the usual folders."""
    for folder in FOLDERS:
        for path in Path(folder).glob("**/*.so*"):
            if path.is_file() and not path.is_symlink() and path.stat().st_size >= LEAST_FILE:
                yield path


def _machine(path: Path) -> int | None:
    with path.open("rb") as file:
        head = file.read(_MACHINE_AT + 2)
    is_elf = head[:4] == b"\x7fELF" and head[4:6] == b"\x02\x01"
    return int.from_bytes(head[_MACHINE_AT:], "little") if is_elf else None


def text_bytes(path: Path) -> int:
    """Size of the code."""
    from diag.read.files import Problems
    from diag.read.isa_functions import code_sections
    from diag.read.objects import iter_elves

    elves = [elf for _, elf in iter_elves([path], Problems()) if elf is not None]
    return sum(elf.extent(section)[1] for elf in elves for section in code_sections(elf))


def objdump_of(machine: int) -> str:
    """The disassembler for a machine."""
    cross = "aarch64-linux-gnu-objdump"
    return cross if machine == _AARCH64 and shutil.which(cross) else "objdump"


def pipeline(sought: Sought, path: Path) -> tuple[str, ...]:
    """objdump and awk: functions that use the extension, with the count of each."""
    script = f'{objdump_of(sought.machine)} -dw "$1" | awk "$2"'
    return ("sh", "-c", script, "sh", str(path), _COUNT.format(pattern=sought.pattern))
