"""What GNU readelf says of a file, as rows that can be compared: the oracle of the ELF tests."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd

_TABLE = re.compile(r"^Symbol table '(?P<name>[^']*)' contains")
_SYMBOL = re.compile(
    r"^ *(?P<index>\d+): (?P<value>[0-9a-f]+) +(?P<size>\S+) (?P<type>\S+) +(?P<bind>\S+) +"
    r"(?P<visibility>\S+) +(?:\[.*?\] +)?(?P<section>\S+) ?(?P<name>.*)$"
)
_VERSION_NUMBER = re.compile(r" \(\d+\)$")  # shown behind the version of a needed symbol
_FACT = re.compile(r"^ *(?P<key>[A-Za-z ]+): +(?P<value>.*)$", re.MULTILINE)
TABLES = (".symtab", ".dynsym")
KEY = ["member_no", "table", "index", "value", "size", "type", "bind", "visibility", "undefined"]


def run(*arguments: str | Path) -> str:
    """The standard output of readelf."""
    done = subprocess.run(["readelf", "-W", *map(str, arguments)], capture_output=True, check=False)
    return done.stdout.decode("utf-8", "backslashreplace")


def header(path: Path) -> dict[str, str]:
    """The facts of `readelf -h`."""
    return {match["key"]: match["value"] for match in _FACT.finditer(run("-h", path))}


def symbols(path: Path, *, by_segments: bool = False) -> list[tuple[Any, ...]]:
    """Rows of `readelf -s`: KEY and the name with its version. The reserved entry is left out.

    With `by_segments`, those of `readelf -sD`: what PT_DYNAMIC leads to, as .dynsym.

    readelf shows a section's name for a section symbol, and hides the version of a symbol that is
    named as its version is: such names are left out of the comparison by `normal`.
    """
    rows, table, member_no = [], None, -1
    for line in run("-sD" if by_segments else "-s", path).splitlines():
        if line.startswith("Symbol table for image"):
            table = ".dynsym"
        elif line.startswith("File: "):
            member_no, table = member_no + 1, None
        elif match := _TABLE.match(line):
            table = match["name"]
        elif table in TABLES and (match := _SYMBOL.match(line)) and match["index"] != "0":
            rows.append(_row(max(member_no, 0), table, match))
    return sorted(rows)


def _row(member_no: int, table: str, match: re.Match[str]) -> tuple[Any, ...]:
    size = match["size"]
    name = match["name"]
    name = _VERSION_NUMBER.sub("", name) if "@" in name else name
    number = int(size, 16) if size.startswith("0x") else int(size)
    return normal(
        (
            member_no, table, int(match["index"]), int(match["value"], 16), number, match["type"],
            match["bind"], match["visibility"], match["section"] == "UND", name,
        )
    )  # fmt: skip


def normal(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row with what is readelf's own display taken out of the name."""
    name = row[-1]
    bare, _, version = name.partition("@@")
    return (*row[:-1], "" if row[5] == "SECTION" else bare if bare == version else name)


def from_frame(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The same rows out of a frame `symbols`."""
    names = frame["name"] + frame["version"].fillna("")
    columns = zip(
        frame["member_no"], frame["table"].astype(str), frame["index"], frame["value"],
        frame["size_bytes"], frame["type"], frame["bind"], frame["visibility"],
        ~frame["is_defined"], names, strict=True,
    )  # fmt: skip
    return sorted(normal((m, t, i, value % (1 << 64), *rest)) for m, t, i, value, *rest in columns)
