"""Where the symbol tables of an ELF image are, and whether what the headers say of them holds.

Format: ELF gABI, chapter 4, "Symbol Table" and "String Table".
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from diag.read.elf import TRUNCATED, Bytes, Elf, Records
from diag.read.elf_dynamic import Described, described
from diag.read.elf_layout import ET_CORE, SHT_DYNSYM, SHT_NOBITS, SHT_STRTAB, SHT_SYMTAB
from diag.read.symbols_names import MAX_TABLE_BYTES, PAD_BYTES, padded
from diag.read.symbols_sections import comdat_groups, section_numbers, section_words
from diag.read.symbols_versions import version_words

TABLES = {SHT_SYMTAB: ".symtab", SHT_DYNSYM: ".dynsym"}


@dataclass
class Table:
    """One symbol table: records as they stand (without the reserved first one), names' bytes.

    `strings` has `strings_size` bytes of names and PAD_BYTES more behind them.
    """

    name: str
    records: Records
    strings: Bytes
    strings_size: int
    offset: int
    versions: Records = field(default_factory=lambda: np.empty(0, np.uint16))
    version_words: dict[int, str] = field(default_factory=dict)
    # On demand: number of each symbol's section, the words of the numbers, their COMDAT groups.
    section_numbers: Records = field(default_factory=lambda: np.empty(0, np.int64))
    section_words: dict[int, str] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)


def symbol_tables(elf: Elf, *, with_sections: bool = False) -> list[Table]:
    """The tables that can be read, .symtab first; faults of the others are noted on the image."""
    found: dict[str, Table] = {}
    if not len(elf.sections) and len(elf.segments) and elf.type != ET_CORE:
        elf = _by_segments(elf)
    for index in elf.of_type(*TABLES):
        kind = int(elf.sections["type"][index])
        name = TABLES[kind]
        if name in found:
            elf.fault(elf.header_offset(index), f"a second {name}: not read")
        elif table := _table(elf, index, name):
            found[name] = table
            if with_sections:
                table.section_numbers = section_numbers(elf, index, table.records)
                table.section_words = section_words(elf, table.section_numbers)
                if isinstance(elf, Described):  # the sections that numbers stand for are gone
                    table.section_words = {n: w for n, w in table.section_words.items() if n <= 0}
                table.groups = comdat_groups(elf)
            if kind == SHT_DYNSYM and len(table.records):
                codes, words = version_words(elf, index, len(table.records) + 1)
                table.versions, table.version_words = codes[1:], words
    return [found[name] for name in TABLES.values() if name in found]


def _by_segments(elf: Elf) -> Elf:
    """The image with the tables that its dynamic section names; a fault where it names none."""
    found = described(elf)
    if found is None:
        help = "give the file as the linker wrote it"
        elf.fault(0, "has no section headers and no dynamic section that names symbols", help)
    return found or elf


def _table(elf: Elf, index: int, name: str) -> Table | None:
    records, strings = _records(elf, index, name), _strings(elf, index, name)
    if records is None or strings is None:
        return None
    data, size = strings
    table = Table(name, records[1:], data, size, elf.extent(index)[0])
    _check_names(elf, table)
    return table


def _records(elf: Elf, index: int, name: str) -> Records | None:
    section, wanted = elf.sections[index], elf.layout.symbol.itemsize
    place = elf.header_offset(index)
    offset, present = elf.extent(index)
    entry, claimed = int(section["entsize"]), int(section["size"])
    if entry != wanted:
        elf.fault(place, f"{name} entries of {entry} bytes, {wanted} expected: not read")
        return None
    if present < claimed:  # what lies behind the file's end is not guessed from what is there
        reason = f"{name} claims {claimed} bytes, {present} are in the file: not read"
        elf.fault(place, reason, TRUNCATED)
        return None
    if claimed % wanted:
        elf.fault(place, f"{name} of {claimed} bytes is no whole number of entries")
    if present < wanted:
        return np.empty(0, elf.layout.symbol)
    return np.frombuffer(elf.data, elf.layout.symbol, present // wanted, offset)


def _strings(elf: Elf, index: int, name: str) -> tuple[Bytes, int] | None:
    """The bytes of the table's names and how many they are; None where they cannot be used."""
    link, place = int(elf.sections["link"][index]), elf.header_offset(index)
    if link >= len(elf.sections) or int(elf.sections["type"][link]) not in (
        SHT_STRTAB,
        SHT_NOBITS,
    ):
        reason = f"{name} takes its names from section {link}, which is no string table: not read"
        elf.fault(place, reason)
        return None
    offset, size = elf.extent(link)
    if size < int(elf.sections["size"][link]):
        elf.fault(
            elf.header_offset(link), f"the names of {name} are not all in the file", TRUNCATED
        )
    if size > MAX_TABLE_BYTES:
        elf.fault(place, f"{size} bytes of names are more than is read at once")
        return None
    end = offset + size + PAD_BYTES
    data = np.frombuffer(elf.data, np.uint8)
    return (data[offset:end] if end <= len(data) else padded(data[offset : offset + size])), size


def _check_names(elf: Elf, table: Table) -> None:
    """Point names that lie outside the table to its end, where every name is empty."""
    outside = table.records["name"] >= max(table.strings_size, 1)
    n_outside = int(outside.sum())
    if n_outside:
        elf.fault(table.offset, f"{n_outside} names of {table.name} lie outside its string table")
