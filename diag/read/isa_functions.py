"""The functions of an executable section: from symbols, else from .eh_frame.

A section is divided without remainder: what lies between functions is a function named by its
address, so that no instruction is left out of the count.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from diag.read.elf import Elf
from diag.read.elf_layout import (
    EM_ARM,
    ET_REL,
    SHF_EXECINSTR,
    SHT_DYNSYM,
    SHT_NOBITS,
    SHT_SYMTAB,
    STT_FUNC,
    STT_GNU_IFUNC,
)
from diag.read.isa_eh_frame import function_ranges
from diag.read.symbols_sections import section_numbers
from diag.read.symbols_tables import symbol_tables

Places = npt.NDArray[np.int64]

MAX_NAME_BYTES = 65_536
SHORT_NAME_BYTES = 256  # most names are shorter
MIN_TEXT_BYTES = 1 << 20
MAX_TEXT_FACTOR = 8  # text of the names beside the file's bytes
_BIND_RANK = np.array([2, 0, 1] + [0] * 13, np.int64)  # local last, global first, weak between


@dataclass
class Functions:
    """Ranges of one section, sorted: offsets in it, and the symbol of each (-1 for none)."""

    starts: Places
    ends: Places
    symbols: Places
    source: Symbols

    def name(self, number: int, address: int) -> str:
        """The function's symbol name, or its address in hexadecimal."""
        symbol = int(self.symbols[number])
        return (self.source.name_of(symbol) if symbol >= 0 else "") or f"{address:#x}"


def code_sections(elf: Elf) -> list[int]:
    """Indexes of the sections that hold machine code."""
    sections = elf.sections
    is_code = (sections["flags"] & SHF_EXECINSTR) != 0
    is_code &= (sections["type"] != SHT_NOBITS) & (sections["size"] > 0)
    return [int(index) for index in np.flatnonzero(is_code)]


class Symbols:
    """The symbols and frame descriptions that name and bound the functions of an image."""

    def __init__(self, elf: Elf) -> None:
        tables = symbol_tables(elf)
        self.elf = elf
        self.table = tables[0] if tables else None  # .symtab, else .dynsym
        # A hostile table may let all functions share one long name.
        self._left = max(MIN_TEXT_BYTES, MAX_TEXT_FACTOR * len(elf.data))
        self.is_arm = elf.machine == EM_ARM
        self.sections = self._section_numbers()
        self._order = np.argsort(self.sections, kind="stable")
        self._sorted = self.sections[self._order]

    def _section_numbers(self) -> Places:
        if self.table is None or not len(self.table.records):
            return np.empty(0, np.int64)
        kind = SHT_SYMTAB if self.table.name == ".symtab" else SHT_DYNSYM
        found = self.elf.of_type(kind)
        if not found:  # named by the dynamic section alone
            return self.table.records["shndx"].astype(np.int64)
        return section_numbers(self.elf, found[0], self.table.records)

    def in_section(self, section: int) -> Places:
        """Indexes of the symbols of a section, ascending."""
        first, end = np.searchsorted(self._sorted, (section, section + 1))
        return self._order[first:end].astype(np.int64)

    def name_of(self, symbol: int) -> str:
        """A symbol's raw name, cut at MAX_NAME_BYTES."""
        if self.table is None or self._left < 0:
            return ""
        at, size = int(self.table.records["name"][symbol]), self.table.strings_size
        raw = self.table.strings[at : min(size, at + SHORT_NAME_BYTES)].tobytes()
        if b"\0" not in raw:
            raw = self.table.strings[at : min(size, at + MAX_NAME_BYTES)].tobytes()
        raw = raw.split(b"\0", 1)[0]
        self._left -= len(raw)
        if self._left < 0:
            self.elf.fault(self.table.offset, "names of functions overlap: not all are shown")
            return ""
        return raw.decode("utf-8", "backslashreplace")

    @cached_property
    def frames(self) -> tuple[Places, Places]:
        """(start, size) by .eh_frame; none where .symtab has the functions."""
        if self.elf.type == ET_REL or (self.table is not None and self.table.name == ".symtab"):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        return function_ranges(self.elf)


def functions_of(elf: Elf, section: int, symbols: Symbols) -> Functions:
    """The ranges that a section's bytes fall into."""
    size = elf.extent(section)[1]
    base = 0 if elf.type == ET_REL else int(elf.sections["addr"][section])
    starts, sizes, chosen = _by_symbols(symbols, section, base, size)
    more, lengths = _inside(*symbols.frames, base, size)
    new = ~np.isin(more, starts)
    starts = np.concatenate([starts, more[new]])
    sizes = np.concatenate([sizes, lengths[new]])
    chosen = np.concatenate([chosen, np.full(int(new.sum()), -1, np.int64)])
    return _divide(starts, sizes, chosen, size, symbols)


def _by_symbols(
    symbols: Symbols, section: int, base: int, size: int
) -> tuple[Places, Places, Places]:
    """Start, size and symbol of the functions that symbols give, one for each start."""
    chosen = symbols.in_section(section)
    if symbols.table is None or not len(chosen):
        return chosen, chosen, chosen
    records = symbols.table.records[chosen]
    kind, bind = records["info"] & 0xF, records["info"] >> 4
    # Assembly may leave its global labels without a type.
    is_function = np.isin(kind, (STT_FUNC, STT_GNU_IFUNC)) | ((kind == 0) & (bind != 0))
    starts = _shifted(records["value"].astype(np.uint64).view(np.int64), base)
    if symbols.is_arm:  # bit 0 says that the function is Thumb
        starts = np.where(is_function, starts & ~1, starts)
    keep = np.flatnonzero(is_function & (starts >= 0) & (starts < size))
    chosen, starts, kind, bind = chosen[keep], starts[keep], kind[keep], bind[keep]
    sizes = records["size"][keep].astype(np.uint64).view(np.int64)
    order = np.lexsort((chosen, _BIND_RANK[bind], kind == 0, starts))
    starts, first = np.unique(starts[order], return_index=True)
    return starts, _largest(sizes[order], first), chosen[order][first].astype(np.int64)


def _shifted(addresses: Places, base: int) -> Places:
    """Addresses as offsets from a base of up to 64 bits."""
    return addresses - np.uint64(base).view(np.int64)


def _largest(sizes: Places, first: npt.NDArray[Any]) -> Places:
    return np.maximum.reduceat(sizes, first) if len(first) else sizes


def _inside(starts: Places, sizes: Places, base: int, size: int) -> tuple[Places, Places]:
    offsets = _shifted(starts, base)
    keep = (offsets >= 0) & (offsets < size)
    unique, first = np.unique(offsets[keep], return_index=True)
    return unique, sizes[keep][first]


def _divide(
    starts: Places, sizes: Places, symbols: Places, size: int, source: Symbols
) -> Functions:
    """Ranges that cover 0..size: each ends at its size or where the next begins; gaps between."""
    order = np.argsort(starts, kind="stable")
    starts, sizes, symbols = starts[order], sizes[order], symbols[order]
    following = np.append(starts[1:], size) if len(starts) else starts
    room = following - starts
    ends = starts + np.where((sizes <= 0) | (sizes > room), room, sizes)
    gap_starts = np.concatenate([[0], ends]).astype(np.int64)
    gap_ends = np.concatenate([starts, [size]]).astype(np.int64)
    is_gap = gap_starts < gap_ends
    all_starts = np.concatenate([starts, gap_starts[is_gap]])
    all_ends = np.concatenate([ends, gap_ends[is_gap]])
    all_symbols = np.concatenate([symbols, np.full(int(is_gap.sum()), -1, np.int64)])
    order = np.argsort(all_starts, kind="stable")
    return Functions(all_starts[order], all_ends[order], all_symbols[order], source)
