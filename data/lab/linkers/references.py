"""The references of an object to symbols that it does not define, as LLVM's tools tell them.

Relocations by llvm-objdump (the target's own for the oldest binutils), functions by the symbol
table, source lines by llvm-addr2line.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from toolbox import BOOKWORM, QUIET, Linker

OBJECT_TOOLS = {"h8300": BOOKWORM / "h8300-hms-", "avr": BOOKWORM / "avr-"}
OWN_SYMBOLS = {".TOC.", "__stack_pointer"}  # the linker defines them


@dataclass(frozen=True)
class Ref:
    """One relocation against an undefined symbol."""

    symbol: str
    object: str
    member: str | None
    function: str | None
    section: str
    offset: int
    line: int | None = None


@cache
def tool(flavour: str, name: str, *arguments: str, folder: Path) -> str:
    prefix = OBJECT_TOOLS.get(flavour)
    program = f"{prefix}{name}" if prefix else f"llvm-{name}"
    done = subprocess.run(
        [program, *arguments], cwd=folder, env=QUIET, capture_output=True, text=True
    )
    return done.stdout


@cache
def references(linker: Linker, folder: Path, name: str, archive: str | None = None) -> list[Ref]:
    """The references of an object to symbols that it does not define, in the order of the file."""
    undefined = set(
        re.findall(r"^\s+U (\S+)$", tool(linker.flavour, "nm", "-u", name, folder=folder), re.M)
    )
    undefined |= set(
        re.findall(r"^\s*U (\S+)$", tool(linker.flavour, "nm", name, folder=folder), re.M)
    )
    starts = _starts(linker, folder, name)
    if linker.flavour == "coff":
        return _coff_references(linker, folder, name, archive, starts)
    found, section = [], ""
    for line in tool(linker.flavour, "objdump", "-r", name, folder=folder).splitlines():
        if heading := re.match(r"RELOCATION RECORDS FOR \[(.+)\]:", line):
            section = heading[1]
        entry = re.match(r"([0-9a-f]+)\s+\S+\s+(\S+?)(?:[+-](?:0x)?[0-9a-f]+)?$", line)
        if entry is None or entry[2] not in undefined - OWN_SYMBOLS:
            continue
        place = int(entry[1], 16)
        within = max((s for s in starts if s[0] == section and s[1] <= place), default=None)
        owner = within[2] if within else None
        found.append(Ref(str(spelled(linker, entry[2])), archive or name, name if archive else None, spelled(linker, owner), section, place,
                         _line(linker, folder, name, section, place)))  # fmt: skip
    if linker.flavour == "macho":  # the file tells them from its end; lld, symbol by symbol
        order = {symbol: number for number, (_, _, symbol) in enumerate(sorted(starts))}
        found.sort(key=lambda ref: order.get(ref.function or "", 0))
    return found


def _starts(linker: Linker, folder: Path, name: str) -> list[tuple[str, int, str]]:
    """(section, address, symbol) of each function and variable."""
    listed = tool(linker.flavour, "objdump", "-t", name, folder=folder)
    if linker.flavour == "coff":
        return _coff_starts(listed)
    pattern = r"^([0-9a-f]+) [ \w!]{7} (\S+)(?:\t[0-9a-f]+)? (?:\.\w+ |0x[0-9a-f]+ )*(\S+)$"
    bases = _bases(folder, name) if linker.flavour == "macho" else {}
    return [(s := m[2].rpartition(",")[2], int(m[1], 16) - bases.get(s, 0), m[3]) for m in re.finditer(pattern, listed, re.M)
            if m[2] != "*UND*" and m[3] != m[2] and not m[3].startswith((".L", "$", "ltmp", "l_"))]  # fmt: skip


def _bases(folder: Path, name: str) -> dict[str, int]:
    """Where Mach-O's sections begin: its symbols count from the file's start, its relocations do not."""
    listed = tool("macho", "objdump", "-h", name, folder=folder)
    return {
        m[1]: int(m[2], 16)
        for m in re.finditer(r"^ +\d+ (\S+) +[0-9a-f]+ ([0-9a-f]+)", listed, re.M)
    }


def _coff_references(
    linker: Linker, folder: Path, name: str, archive: str | None, starts: list[tuple[str, int, str]]
) -> list[Ref]:
    """llvm-objdump tells sections by name, and a comdat's name is that of others: by number here."""
    listed = tool("coff", "readobj", "-r", name, folder=folder)
    defined = {symbol for _, _, symbol in starts}
    found, section = [], ""
    for line in listed.splitlines():
        if heading := re.match(r"\s+Section \((\d+)\)", line):
            section = heading[1]
        entry = re.match(r"\s+0x([0-9A-F]+) \S+ (\S+) \(\d+\)$", line)
        if entry is None or entry[2] in defined or entry[2].startswith("."):
            continue
        place = int(entry[1], 16)
        within = max((s for s in starts if s[0] == section and s[1] <= place), default=None)
        owner = spelled(linker, within[2]) if within else None
        found.append(
            Ref(
                str(spelled(linker, entry[2])),
                archive or name,
                name if archive else None,
                owner,
                "",
                place,
            )
        )
    return found


def _coff_starts(listed: str) -> list[tuple[str, int, str]]:
    """(number of the section, address, symbol)."""
    pattern = r"^\[ *\d+\]\(sec +(\d+)\).*\(scl +(\d+)\).* 0x([0-9a-f]+) (\S+)$"
    entries = [
        (int(m[1]), int(m[2]), int(m[3], 16), m[4]) for m in re.finditer(pattern, listed, re.M)
    ]
    return [(str(number), place, name) for number, _, place, name in entries
            if number > 0 and not name.startswith((".", "@"))]  # fmt: skip


def _line(linker: Linker, folder: Path, name: str, section: str, place: int) -> int | None:
    if name != "debugged.o" or section != ".text":
        return None
    said = tool(linker.flavour, "addr2line", "-e", name, hex(place), folder=folder)
    found = re.search(r"debugged\.c:(\d+)", said)
    return int(found[1]) if found else None


@cache
def spelled(linker: Linker, name: str | None) -> str | None:
    """A name as this linker prints it: most demangle what C++ mangled."""
    if name is None or linker.flavour == "macho":
        return name
    if linker.family == "mold" and linker.major >= 3 and name == "_ZTVN1n1SE":
        return "{vtable(n::S)}"  # it has a demangler of its own
    program = "llvm-undname" if name.startswith("?") else "llvm-cxxfilt"
    said = subprocess.run(
        [program, name], env=QUIET, capture_output=True, text=True, check=True
    ).stdout
    return said.strip().splitlines()[-1]
