"""What was given and has no symbols that are read here: what it is, and what reads it."""

from __future__ import annotations

import pandas as pd

from diag import schema
from diag.show.text import counted, listed, printable

FOREIGN = {
    "coff": "COFF or PE (Windows)",
    "macho": "Mach-O (Apple)",
    "bitcode": "LLVM bitcode in place of code",
}
READER = "llvm-nm"


def unread_lines(objects: pd.DataFrame, symbols: pd.DataFrame) -> list[str]:
    """A line for each other format, and for ELF images without symbols: the first file with such,
    and how many more have some."""
    lines = []
    for format_, what in FOREIGN.items():
        own = schema.keep(objects, objects["format"] == format_)
        help = f"{READER} {_first(own)} lists them"
        lines += _line(own, what, "symbols are not read", help)
    help = "strip, or the linker's -s, takes it away: give the file from before"
    return [*lines, *_line(_bare(objects, symbols), "ELF", "there is no symbol table", help)]


def _bare(objects: pd.DataFrame, symbols: pd.DataFrame) -> pd.DataFrame:
    """ELF images of which no table holds a symbol; metadata of Rust's archives never has one."""
    elves = schema.keep(objects, (objects["format"] == "elf") & (objects["kind"] != "other"))
    keys = ["file", "member_no"]
    owners = symbols[keys].drop_duplicates()
    has = set(zip(owners["file"], owners["member_no"], strict=True))
    return schema.keep(elves, [pair not in has for pair in zip(*map(elves.get, keys), strict=True)])


def _line(rows: pd.DataFrame, what: str, fault: str, help: str) -> list[str]:
    if rows.empty:
        return []
    own = rows[rows["file"] == rows["file"].iloc[0]]
    count = f"{counted(len(own), 'member')}: " if (own["member"] != "").any() else ""
    arches = [arch for arch in own["arch"].unique() if arch]
    machine = f" for {listed(arches)}" if arches else ""
    more = rows["file"].nunique() - 1
    others = f"; so it is in {counted(more, 'further file')}" if more else ""
    return [f"diag: {_first(rows)}: {count}{what}{machine}: {fault}{others}\n  help: {help}"]


def _first(rows: pd.DataFrame) -> str:
    return printable(str(rows["file"].iloc[0])) if len(rows) else ""
