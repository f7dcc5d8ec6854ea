"""What was given and has no symbols that are read here: what it is, and what reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from diag import schema
from diag.show.text import counted, printable

MAX_TOLD = 8
FOREIGN = {
    "coff": "COFF or PE (Windows)",
    "macho": "Mach-O (Apple)",
    "bitcode": "LLVM bitcode in place of code",
}
READER = "llvm-nm"


def unread_lines(objects: pd.DataFrame, symbols: pd.DataFrame) -> list[str]:
    """A line for each file with objects of other formats, or ELF images without symbols."""
    lines = [*_foreign(objects), *_bare(objects, symbols)]
    more = len(lines) - MAX_TOLD
    return (
        lines if more <= 0 else [*lines[:MAX_TOLD], f"diag: {more} further files without symbols"]
    )


def _foreign(objects: pd.DataFrame) -> Iterator[str]:
    rows = objects[objects["format"].isin(list(FOREIGN))]
    for (file, format_, arch), own in rows.groupby(["file", "format", "arch"], sort=False):
        what = FOREIGN[str(format_)] + (f" for {arch}" if arch else "")
        yield _line(
            str(file),
            own,
            what,
            "symbols are not read",
            f"{READER} {printable(str(file))} lists them",
        )


def _bare(objects: pd.DataFrame, symbols: pd.DataFrame) -> Iterator[str]:
    """ELF images of which no table holds a symbol."""
    elves = objects[objects["format"] == "elf"]
    if elves.empty:
        return
    keys = ["file", "member_no"]
    owners = symbols[keys].drop_duplicates()
    has = set(zip(owners["file"], owners["member_no"], strict=True))
    bare = schema.keep(elves, [pair not in has for pair in zip(*map(elves.get, keys), strict=True)])
    for (file, arch), own in bare.groupby(["file", "arch"], sort=False):
        help = "strip, or the linker's -s, takes it away: give the file from before"
        yield _line(str(file), own, f"ELF for {arch}", "there is no symbol table", help)


def _line(file: str, rows: pd.DataFrame, what: str, fault: str, help: str) -> str:
    numbers = rows["member_no"]
    count = f"{counted(len(rows), 'member')}: " if (numbers >= 0).any() and _is_member(rows) else ""
    return f"diag: {printable(file)}: {count}{what}: {fault}\n  help: {help}"


def _is_member(rows: pd.DataFrame) -> bool:
    return bool((rows["member"] != "").any())
