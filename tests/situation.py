"""A small program with the line that links it, and what a real linker makes of that line."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

LINKERS = {"ld.bfd": "ld.bfd", "ld.gold": "gold", "ld.lld": "lld", "mold": "mold"}  # rules
MAIN = "int foo(void); int main(void) { return foo(); }"
FOO = "int foo(void) { return 1; }"
FOO_BAR = "int bar(void); int foo(void) { return bar(); }"
BAR_FOO = "int foo(void); int bar(void) { return 0; } int baz(void) { return foo(); }"
WEAK_FOO = "__attribute__((weak)) int foo(void) { return 2; }"
HIDDEN_FOO = '__attribute__((visibility("hidden"))) int foo(void) { return 1; }'
WEAK_MAIN = "__attribute__((weak)) int foo(void); int main(void) { return foo ? foo() : 0; }"
DATA_MAIN = "extern int foo; int main(void) { return foo; }"
TWO_MAIN = "int foo(void), bar(void); int main(void) { return foo() + bar(); }"
USE_BAR = "int bar(void); int main(void) { return bar(); }"
COMMON = {"c.o": ["-fcommon"]}
BAR_USES_FOO = "int foo(void); int bar(void) { return foo(); }"


@dataclass(frozen=True)
class Situation:
    """`sources`: object -> C text; `archives`: archive -> objects; `shared`: library -> objects.

    `names`: what is looked at; `flags`: object or library -> words for the compiler; `after`:
    commands before the link; `files`: other files. `driver`: link with gcc, which
    passes its plugin and makes a program that can stand anywhere.
    """

    line: str
    sources: dict[str, str]
    archives: dict[str, list[str]] = field(default_factory=dict)
    shared: dict[str, list[str]] = field(default_factory=dict)
    names: tuple[str, ...] = ("foo",)
    flags: dict[str, list[str]] = field(default_factory=dict)
    after: tuple[tuple[str, ...], ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    driver: bool = False


@dataclass(frozen=True)
class Linked:
    """What a linker said: name -> who defines it; names left open; names defined twice.

    `is_cut`: it gave up over a file before it had resolved the line. `is_linked`: it made a program.
    """

    by: dict[str, list[str]]
    open: frozenset[str]
    doubled: frozenset[str]
    is_cut: bool = False
    is_linked: bool = False


def build(situation: Situation, folder: Path) -> None:
    """Compile and archive what the situation needs."""
    for name, text in situation.files.items():
        (folder / name).write_text(text)
    for name, text in situation.sources.items():
        flags = ["-fno-stack-protector", "-fPIC", *situation.flags.get(name, [])]
        _object(text, tuple(flags), folder / name)
    for name, members in situation.archives.items():
        _run(folder, "ar", "rcs", name, *members)
    for name, members in situation.shared.items():
        words = [*situation.flags.get(name, []), "-nostdlib"]
        _run(folder, "gcc", "-shared", "-o", name, *members, *words)
    for command in situation.after:
        _run(folder, *command)


_MADE: dict[tuple[str, tuple[str, ...]], bytes] = {}


def _object(text: str, flags: tuple[str, ...], path: Path) -> None:
    """Most situations share their sources: each text is compiled once."""
    source = path.with_suffix(".c")
    source.write_text(text + "\n")
    if (text, flags) not in _MADE:
        _run(path.parent, "gcc", "-c", "-o", path.name, source.name, *flags)
        _MADE[text, flags] = path.read_bytes()
    path.write_bytes(_MADE[text, flags])


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


_DEFINED = re.compile(r"(?:\S*: )??(?P<by>\S+): (?:common |shared )?definition of (?P<name>\w+)")
_OPEN = re.compile(r"undefined (?:reference to|symbol:) [`']?(?P<name>\w+)")
_DOUBLED = re.compile(
    r"(?:multiple definition of [`']|duplicate symbol: (?:\S+: \S+: )?)(?P<name>\w+)"
)
# A file that a linker refuses, so that it stops or passes it over.
_CUT = re.compile(
    r"incompatible|no index|no archive symbol table|LTO object|lto object|wrong format|unsupported ELF"
)


def link(situation: Situation, linker: str, folder: Path) -> Linked:
    """Run a linker over the line of the situation."""
    trace = [word for name in situation.names for word in ("-y", name)]
    command = [linker, "-e", "main", "-o", "out", *trace, *situation.line.split()]
    if situation.driver:
        words = [f"-fuse-ld={linker.removeprefix('ld.')}", "-nostdlib", "-Wl,-e,main"]
        traced = [f"-Wl,{','.join(trace)}"]
        command = ["gcc", *words, *traced, "-o", "out", *situation.line.split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    text = done.stdout + done.stderr
    by: dict[str, list[str]] = {}
    for found in _DEFINED.finditer(text):
        by.setdefault(found["name"], []).append(found["by"])
    return Linked(
        by,
        frozenset(found["name"] for found in _OPEN.finditer(text)),
        frozenset(found["name"] for found in _DOUBLED.finditer(text)),
        _CUT.search(text) is not None,
        done.returncode == 0,
    )
