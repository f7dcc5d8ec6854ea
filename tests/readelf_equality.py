"""Symbols of every ELF file and archive of some folders, ours beside those of `readelf -sW`.

    python -m tests.readelf_equality [--jobs 2] /usr/lib /usr/aarch64-linux-gnu ...

Compared are all symbols of .symtab and .dynsym of every file and member: value, size, type,
binding, visibility, section (by name, COM, ABS and UND as readelf has them) and name with version.
What readelf merely displays in another way is taken out by `shown` or named in `EXPLAINED`, and
counted; anything else is printed as a difference.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from diag.read.files import Problems, file_key, read_head, walk
from diag.read.magic import sniff
from diag.read.objects import scan_objects

Row = tuple[Any, ...]
TABLES = (".symtab", ".dynsym")
TIMEOUT_SECONDS = 600
SHOWN_DIFFERENCES = 40

_TABLE = re.compile(r"^Symbol table '(?P<name>[^']*)' contains")
_SECTION = re.compile(
    r"^  \[ *(?P<number>\d+)\] (?P<name>.*?) +(?P<type>[A-Z]\S*|<unknown>: \S+|\S+: \S+|[0-9a-f]{8}: \S+) +"
    r"[0-9a-f]{8,16} [0-9a-f]{6,} [0-9a-f]{6,} "
)
_SYMBOL = re.compile(
    r"^ *(?P<index>\d+): (?P<value>[0-9a-f]+) +(?P<size>\S+) "
    r"(?P<type><[^>]*>: \S+|\S+) +(?P<bind><[^>]*>: \S+|\S+) +(?P<visibility>\S+) +"
    r"(?:\[[^\]]*\] +)?(?P<section>[A-Z]+ *\[0x[0-9a-f]+\]|bad section index\[ *\d+\]|\S+) ?(?P<name>.*)$",
    re.DOTALL,
)
_VERSION_NUMBER = re.compile(r" \(\d+\)$")  # shown behind the version of a needed symbol
_CONTROL = re.compile("[\0-\x1f\x7f]")
# readelf names types of one operating system or machine; the frame has the number of others.
_WORDS = {"10": "IFUNC", "THUMB_FUNC": "13", "REGISTER": "13"}
_SPECIAL = {"LARGE_COM": "0xff02"}
_RESERVED = re.compile(r"(?:PRC|OS|RSV) *\[(0x[0-9a-f]+)\]")
_ABSENT = re.compile(r"bad section index\[ *(\d+)\]")


@dataclass(frozen=True)
class Outcome:
    """One file: how many symbols each side has, and the first place where they differ."""

    path: str
    arches: tuple[str, ...]
    is_archive: bool
    n_symbols: int
    difference: str = ""
    explained: str = ""


def readelf_rows(path: str) -> tuple[list[Row], str]:
    """(rows of every table of every member in order, what readelf complained of)."""
    command = ["readelf", "-SsW", path]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    text = done.stdout.decode("utf-8", "backslashreplace")
    # The frame has .symtab first, wherever it stands in the file.
    rows = sorted(_rows(text), key=lambda row: (row[0], TABLES.index(row[1])))
    return rows, done.stderr.decode("utf-8", "replace")


def _rows(text: str) -> Iterator[Row]:
    member, table, seen = -1, "", set[str]()
    names: dict[str, str] = {}
    for line in text.split("\n"):
        if table and (parts := _fields(line)):
            if parts[0] != "0":
                yield (max(member, 0), table, *_symbol(parts, names))
        elif line.startswith("File: "):
            member, table, names, seen = member + 1, "", {}, set()
        elif match := _TABLE.match(line):
            # A table that is there twice is read once, as the key of the frame demands.
            table = match["name"] if match["name"] in TABLES and match["name"] not in seen else ""
            seen.add(table)
        elif match := _SECTION.match(line):
            names[match["number"]] = match["name"]
        elif not line.startswith("   Num:"):
            table = ""


def _fields(line: str) -> list[str] | None:
    """Index, value, size, type, binding, visibility, section, name of a line of a table."""
    parts = line.split(None, 6)
    if len(parts) == 7 and parts[6][:1] not in "[bOPR" and "<" not in parts[3] + parts[4]:
        section, _, name = parts[6].partition(" ")
        parts[6:] = [section, name]
        return [parts[0][:-1], *parts[1:]] if parts[0][:-1].isdigit() else None
    match = _SYMBOL.match(line)
    return None if match is None else list(match.groups())


def _symbol(parts: list[str], sections: dict[str, str]) -> Row:
    index, value, size, kind, bind, visibility, section, name = parts
    if "@" in name:
        name = _VERSION_NUMBER.sub("", name)
    kind, bind = kind.rpartition(": ")[2], bind.rpartition(": ")[2]
    bind = "UNIQUE" if bind == "10" else bind
    if section.isdigit():
        section = sections.get(section, section)
    elif match := _RESERVED.fullmatch(section):
        section = match[1]
    elif match := _ABSENT.fullmatch(section):
        section = f"section {match[1]}, which does not exist"
    number = int(size, 16) if size.startswith("0x") else int(size)
    kind, section = _WORDS.get(kind, kind), _SPECIAL.get(section, section)
    return int(index), int(value, 16), number, kind, bind, visibility, section, name


def our_rows(symbols: pd.DataFrame) -> list[Row]:
    """The same rows out of a frame `symbols` that has sections."""
    is_named_by_section = (symbols["type"] == "SECTION") & (symbols["name"] == "")
    sections = symbols["section"].fillna("")
    names = symbols["name"].where(~is_named_by_section, sections)
    versions = symbols["version"].fillna("")
    columns = [
        symbols["member_no"], symbols["table"].astype(str), symbols["index"], symbols["value"],
        symbols["size_bytes"], symbols["type"], symbols["bind"], symbols["visibility"],
        sections, names, versions,
    ]  # fmt: skip
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        (m, t, i, value % (1 << 64), size % (1 << 64), *rest, section, shown(name, version))
        for m, t, i, value, size, *rest, section, name, version in rows
    ]


def shown(name: str, version: str = "") -> str:
    """A name as readelf displays it: control bytes as ^X; no version where it repeats the name."""
    if version.lstrip("@") == name and version.startswith("@@"):
        version = ""
    name += version
    if _CONTROL.search(name):
        return _CONTROL.sub(lambda found: "^" + chr(ord(found[0]) ^ 0x40), name)
    return name


def compare(path: str) -> Outcome:
    """One file through both; an exception of either is a difference."""
    try:
        scan = scan_objects([path], with_sections=True)
        ours = our_rows(scan.symbols)
        theirs, complaint = readelf_rows(path)
    except Exception as error:  # whatever it is, the run goes on and tells it
        return Outcome(path, (), False, 0, f"{type(error).__name__}: {error}")
    arches = tuple(sorted(set(scan.objects["arch"]) - {""}))
    is_archive = bool(len(scan.objects)) and scan.objects["kind"].iloc[0] == "archive"
    if ours == theirs:
        return Outcome(path, arches, is_archive, len(ours))
    difference = _difference(ours, theirs)
    told = [f"{row.member} {row.reason}".strip() for row in scan.errors.itertuples()]
    explained = _explained(ours, theirs, told, complaint)
    return Outcome(path, arches, is_archive, len(ours), difference, explained)


def _difference(ours: list[Row], theirs: list[Row]) -> str:
    for mine, other in zip_longest(ours, theirs):
        if mine != other:
            return f"{len(ours)} rows, readelf {len(theirs)}; ours {mine}, readelf {other}"
    return ""


def _explained(ours: list[Row], theirs: list[Row], told: list[str], complaint: str) -> str:
    """Why a difference is not ours; empty where that is not known."""
    if told and len(ours) < len(theirs):
        return f"refused with an error row: {told[0]}"
    if complaint and len(ours) != len(theirs):
        return f"readelf says: {complaint.splitlines()[0]}"
    if len(ours) != len(theirs):
        return ""
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    if all(a[:-1] == b[:-1] for a, b in pairs):
        if all(not a[-1].isascii() or "\\x" in a[-1] for a, b in pairs):
            return "names that are not ASCII, which readelf escapes"
        if all("<corrupt>" in b[-1] for _, b in pairs):
            return "readelf calls a name corrupt"
    return ""


def find_files(paths: list[str]) -> list[str]:
    """ELF files and archives under the paths, each file once, the largest first."""
    problems, seen, found = Problems(), set[Any](), []
    for path in paths:
        for file in walk(path, problems) if Path(path).is_dir() else [path]:
            key = file_key(file)
            if key is None or key in seen:
                continue
            seen.add(key)
            head, size = read_head(file)
            if sniff(head, size) in ("elf", "archive", "thin-archive"):
                found.append((size, file))
    return [file for _, file in sorted(found, reverse=True)]


def main() -> int:
    """Compare, print one line a difference and the sums; exit status 1 for one of ours."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    began = time.monotonic()
    files = find_files(options.paths)
    with multiprocessing.Pool(options.jobs, maxtasksperchild=200) as pool:
        outcomes = list(pool.imap_unordered(compare, files))
    return _tell(outcomes, time.monotonic() - began)


def _tell(outcomes: list[Outcome], seconds: float) -> int:
    different = [o for o in outcomes if o.difference and not o.explained]
    for outcome in [o for o in outcomes if o.difference][:SHOWN_DIFFERENCES]:
        print(f"{outcome.path}: {outcome.explained or 'DIFFERS'}: {outcome.difference[:400]}")
    counts: dict[tuple[str, str], Counter[str]] = {}
    for outcome in outcomes:
        kind = "archives" if outcome.is_archive else "files"
        state = "identical" if not outcome.difference else "explained" if outcome.explained else "?"
        key = ("+".join(outcome.arches) or "none", kind)
        counts.setdefault(key, Counter()).update({state: 1, "symbols": outcome.n_symbols})
    for (arch, kind), count in sorted(counts.items()):
        numbers = ", ".join(f"{count[s]} {s}" for s in ("identical", "explained", "?"))
        print(f"{arch} {kind}: {numbers}; {count['symbols']:,} symbols")
    total = sum(o.n_symbols for o in outcomes)
    same = sum(not o.difference for o in outcomes)
    explained = sum(bool(o.explained) for o in outcomes)
    print(
        f"{len(outcomes)} compared, {same} identical, {explained} explained, {len(different)} ours;"
        f" {total:,} symbols, {seconds:.0f} s"
    )
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())
