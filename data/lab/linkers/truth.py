"""What a reader should find in a log: computed from the inputs, by the rules of each linker.

The references of an object are read from its relocations by llvm-objdump, the functions round
them from llvm-nm, the source lines from llvm-addr2line. How many of them a linker prints, and
which of object, member and function it names, is the linker's own rule, written down here from
its source and not from what the kit reads.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from toolbox import BOOKWORM, QUIET, Linker

Row = dict[str, Any]
OBJECT_TOOLS = {"h8300": BOOKWORM / "h8300-hms-", "avr": BOOKWORM / "avr-"}
OWN_SYMBOLS = {".TOC.", "__stack_pointer"}  # the linker defines them
GNU_SHOWN, GOLD_SHOWN, LLD_SHOWN, LLD_LIMIT = 5, 4, 3, 20


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


def row(kind: str, linker: Linker, **columns: Any) -> Row:
    """A row with everything that the tests compare; what is not told is missing."""
    blank = dict.fromkeys(("symbol", "object", "member", "function"))
    return {
        "linker": linker.family,
        "kind": kind,
        **blank,
        "n_refs": 1,
        "is_lower_bound": False,
        **columns,
    }


def slim(one: Row) -> Row:
    """The row without what most rows have: see LEFT_OUT in tests/linkers/lab.py."""
    usual = {"n_refs": 1, "is_lower_bound": False}
    return {
        key: value for key, value in one.items() if value is not None and usual.get(key) != value
    }


def counted(kind: str, linker: Linker, refs: Iterable[Ref], keys: tuple[str, ...]) -> list[Row]:
    """One row for each symbol and place; `keys` are the parts of a place that the linker tells."""
    rows: dict[tuple[Any, ...], Row] = {}
    for ref in refs:
        place = {key: getattr(ref, key) for key in keys}
        key = (ref.symbol, *place.values())
        if key in rows:
            rows[key]["n_refs"] += 1
        else:
            rows[key] = row(kind, linker, symbol=ref.symbol, **place)
    return list(rows.values())


PLACE = ("object", "member", "function")


def undefined_rows(linker: Linker, refs: list[Ref]) -> list[Row]:
    """The rows of undefined symbols, by the rules of the linker."""
    if linker.family == "ld.bfd":
        return _gnu(linker, refs)
    if linker.family == "gold":
        return _gold(linker, refs)
    if linker.flavour == "wasm" or (linker.flavour == "macho" and linker.major < 15):
        return _each(linker, refs)
    return _first_three(linker, refs)


def _gnu(linker: Linker, refs: list[Ref]) -> list[Row]:
    """Five in a row of one symbol, then one `more follow` that names no function, then silence."""
    rows: dict[tuple[Any, ...], Row] = {}
    last, shown, doubted = "", 0, set()
    for ref in refs:
        shown = shown + 1 if ref.symbol == last else 1
        last = ref.symbol
        if shown > GNU_SHOWN + 1:
            continue
        follows = shown == GNU_SHOWN + 1
        function = None if follows or not _names_function(linker, ref) else ref.function
        if follows:
            doubted.add(ref.symbol)
            [r for r in rows.values() if r["symbol"] == ref.symbol][-1]["is_lower_bound"] = True
        key = (ref.symbol, ref.object, ref.member, function)
        if key in rows:
            rows[key]["n_refs"] += 1
        else:
            rows[key] = row(
                "undefined",
                linker,
                symbol=ref.symbol,
                object=ref.object,
                member=ref.member,
                function=function,
            )
        rows[key]["is_lower_bound"] |= ref.symbol in doubted
    return list(rows.values())


def _names_function(linker: Linker, ref: Ref) -> bool:
    """ld's own search knows functions only; without types (hand-written assembly) any symbol."""
    return linker.flavour == "avr" or (
        linker.flavour != "h8300" and ref.section.startswith(".text")
    )


def _gold(linker: Linker, refs: list[Ref]) -> list[Row]:
    """The first four of each symbol; with debug information the line and not the object."""
    shown: list[Ref] = []
    for ref in refs:
        if sum(one.symbol == ref.symbol for one in shown) < GOLD_SHOWN:
            shown.append(ref)
    if any(ref.line for ref in shown):
        rows = counted("undefined", linker, [r for r in shown if r.line], ("line",))
        symbols: dict[str, Row] = {}
        for one in rows:  # the places of one file are one row: that of the first
            first = symbols.setdefault(
                one["symbol"], one | {"n_refs": 0, "source_line": one["line"]}
            )
            first["n_refs"] += one["n_refs"]
        rows = [{k: v for k, v in one.items() if k != "line"} for one in symbols.values()]
        rows += counted("undefined", linker, [r for r in shown if not r.line], PLACE)
    else:
        rows = counted("undefined", linker, shown, PLACE)
    for one in rows:
        one["is_lower_bound"] = sum(r.symbol == one["symbol"] for r in shown) >= GOLD_SHOWN
    return rows


def _each(linker: Linker, refs: list[Ref]) -> list[Row]:
    """A message a reference that names the object, up to the limit of errors."""
    rows = counted("undefined", linker, refs[:LLD_LIMIT], ("object", "member"))
    return _limited(rows, len(refs))


def _first_three(linker: Linker, refs: list[Ref]) -> list[Row]:
    """Three places a symbol, then the number of the rest."""
    symbols = list(dict.fromkeys(ref.symbol for ref in refs))
    rows: list[Row] = []
    for symbol in symbols:
        own = [ref for ref in refs if ref.symbol == symbol]
        rows += counted("undefined", linker, own[:LLD_SHOWN], PLACE)
        if len(own) > LLD_SHOWN:
            rows.append(row("undefined", linker, symbol=symbol, n_refs=len(own) - LLD_SHOWN))
    if linker.family == "mold":
        return [r | {"function": None} if r["function"] in ("p", "s") else r for r in rows]
    return _limited(rows, len(symbols))


def _limited(rows: list[Row], n_messages: int) -> list[Row]:
    if n_messages <= LLD_LIMIT:
        return rows
    return [one | {"is_lower_bound": True} for one in rows[:LLD_LIMIT]]
