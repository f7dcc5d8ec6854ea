"""Sections and version records that lie or loop: told, and the symbols of sound tables are read."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest

from diag.read import elf_details
from diag.read.details import read_details
from diag.read.isa import read_isa
from tests import fuzz_giants as giants
from tests.bad_objects import LIBX, ONE, STRINGS, V1, names_of, object_with, scan_beside, told
from tests.elf_images import (
    ALLOC,
    DYNSYM,
    ET_DYN,
    NOBITS,
    VERDEF,
    VERNEED,
    VERSYM,
    Section,
    image,
    symbol,
    symtab,
)

# Sections that lie, and what is told of them; `one` stays readable in each.
SECTIONS_THAT_LIE = {
    "groups over the same bytes": (giants.groups_shared(300), "groups overlap"),
    "a second table that links to itself": (
        object_with(Section(b".symtab", 2, bytes(48), link=4, entsize=24)), "a second .symtab",
    ),
    "dynamic symbols that take their names from themselves": (
        object_with(Section(b".dynsym", DYNSYM, bytes(48), link=4, entsize=24)), "no string table",
    ),
    "dynamic symbols of no size": (
        object_with(Section(b".dynsym", DYNSYM, bytes(48), link=3)), "entries of 0 bytes",
    ),
    "dynamic symbols beyond the file": (
        object_with(Section(b".dynsym", DYNSYM, b"", link=3, entsize=24, size=1 << 62)),
        "are in the file",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lie", SECTIONS_THAT_LIE)
def test_a_section_that_lies_is_told_and_the_others_are_read(lie: str) -> None:
    """The symbols of the sound table and those of the next member are there, with a row why."""
    data, words = SECTIONS_THAT_LIE[lie]
    scan = scan_beside(data)
    assert words in told(scan.errors)
    assert names_of(scan) == ["one"]


def versioned(*, needs: bytes = b"", defines: bytes = b"", codes: tuple[int, ...] = (2,)) -> bytes:
    """A shared object whose only symbol has a version by these records."""
    sections = [
        giants.TEXT,
        *symtab([symbol(ONE)], STRINGS, 2, DYNSYM),
        Section(b".gnu.version", VERSYM, struct.pack(f"<{1 + len(codes)}H", 0, *codes), link=2),
        Section(b".gnu.version_r", VERNEED, needs, link=3),
        Section(b".gnu.version_d", VERDEF, defines, link=3),
    ]
    return image(sections, type=ET_DYN)


def verneed(count: int, aux: int = 16, following: int = 0) -> bytes:
    return struct.pack("<HHIII", 1, count, LIBX, aux, following)


def need_aux(following: int = 0, name: int = V1) -> bytes:
    return struct.pack("<IHHII", 0, 0, 2, name, following)


def define(count: int, aux: int = 20, following: int = 0) -> bytes:
    return struct.pack("<HHHHIII", 1, 0, 2, count, 0, aux, following)


def define_aux(following: int = 0) -> bytes:
    return struct.pack("<II", V1, following)


# Records, what is told of them, and the symbol's version all the same.
VERSION_LOOPS = {
    "count of 65,535 and no next": (versioned(needs=verneed(0xFFFF) + need_aux()), "", "@V1"),
    "next within the record": (
        versioned(needs=verneed(0xFFFF) + need_aux(1) * 40), "outside its section|overlap", None,
    ),
    "libraries that overlap": (
        versioned(needs=(verneed(0xFFFF, 16, 16) + need_aux(16)) * 400), "version records overlap", "@V1",
    ),
    "next beyond the section": (
        versioned(needs=verneed(2) + need_aux(0xFFFFFFF0)), "outside its section", "@V1",
    ),
    "names beyond the strings": (versioned(needs=verneed(1) + need_aux(name=9999)), "", "@"),
    "definition of 65,535 and no next": (
        versioned(defines=define(0xFFFF) + define_aux()), "", "@@V1",
    ),
    "parents that overlap": (
        versioned(defines=(define(0xFFFF, 20, 20) + define_aux(8)) * 400), "overlap|outside", None,
    ),
    "a number that nothing describes": (versioned(needs=verneed(0)), "is not described", None),
    "fewer versions than symbols": (versioned(codes=()), "not used", None),
}  # fmt: skip


@pytest.mark.parametrize("loop", VERSION_LOOPS)
def test_version_records_end(loop: str) -> None:
    """Chains that loop, overlap or lead away end, are told, and cost no symbol."""
    data, words, version = VERSION_LOOPS[loop]
    scan = scan_beside(data)
    assert names_of(scan) == ["one"]
    assert scan.errors["reason"].str.contains(words or "^$").any() == bool(words)
    found = scan.symbols.loc[scan.symbols["name"] == "one", "version"].iloc[0]
    assert version is None or found == version
    assert len(read_details(data)) < len(data) // 8


def test_compressed_sections_are_never_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A section that claims a terabyte is told; zlib is not called, whatever is read."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("something was expanded")

    for name in ("decompress", "decompressobj"):
        monkeypatch.setattr(zlib, name, refuse)
    data = giants.bombs(3)
    details = read_details(data)
    assert told(details.attrs["errors"]).count(f"claims to hold {1 << 40}") == 3
    assert details["value_text"].str.contains(f"(zlib, {1 << 40} bytes)", regex=False).sum() == 3
    assert names_of(scan_beside(data)) == ["one"]
    assert len(read_isa(data)) == 1
    assert elf_details.MAX_EXPANSION > 1000


def test_a_section_without_bits_takes_no_memory() -> None:
    """A .bss of 32 terabytes is a number, not bytes."""
    data = object_with(Section(b".bss", NOBITS, b"", ALLOC, size=1 << 45))
    row = read_details(data).query("name == '.bss'").iloc[0]
    assert (row["value_text"], row["size_bytes"]) == ("NOBITS A", 1 << 45)
    assert names_of(scan_beside(data)) == ["one"]
