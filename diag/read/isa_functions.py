"""The functions of an executable section: from symbols, else from .eh_frame.

A section is divided without remainder: what lies between functions is a function named by its
address, so that no instruction is left out of the count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from diag.read.elf import Elf
from diag.read.elf_layout import (
    ET_REL,
    SHF_EXECINSTR,
    SHT_NOBITS,
    STT_FUNC,
    STT_GNU_IFUNC,
)
from diag.read.isa_eh_frame import function_ranges
from diag.read.symbols_tables import Table, symbol_tables

Places = npt.NDArray[np.int64]

MAX_NAME_BYTES = 65_536
_BIND_RANK = np.array([2, 0, 1] + [0] * 13, np.int64)  # local last, global first, weak between


@dataclass
class Functions:
    """Ranges of one section, sorted: offsets in it, and the symbol of each (-1 for none)."""

    starts: Places
    ends: Places
    symbols: Places
    table: Table | None

    def name(self, number: int, address: int) -> str:
        """The function's symbol name, or its address in hexadecimal."""
        symbol = int(self.symbols[number])
        if symbol < 0 or self.table is None:
            return f"{address:#x}"
        at = int(self.table.records["name"][symbol])
        end = min(self.table.strings_size, at + MAX_NAME_BYTES)
        raw = self.table.strings[at:end].tobytes().split(b"\0", 1)[0]
        return raw.decode("utf-8", "backslashreplace") or f"{address:#x}"


def code_sections(elf: Elf) -> list[int]:
    """Indexes of the sections that hold machine code."""
    sections = elf.sections
    is_code = (sections["flags"] & SHF_EXECINSTR) != 0
    is_code &= (sections["type"] != SHT_NOBITS) & (sections["size"] > 0)
    return [int(index) for index in np.flatnonzero(is_code)]


def symbol_source(elf: Elf) -> Table | None:
    """The table that names functions: .symtab, else .dynsym."""
    tables = symbol_tables(elf)
    return tables[0] if tables else None


def functions_of(elf: Elf, section: int, table: Table | None) -> Functions:
    """The ranges that a section's bytes fall into."""
    size = elf.extent(section)[1]
    base = 0 if elf.type == ET_REL else int(elf.sections["addr"][section])
    starts, sizes, symbols = _by_symbols(table, section, base, size)
    if elf.type != ET_REL and (table is None or table.name == ".dynsym"):
        more, lengths = _inside(*function_ranges(elf), base, size)
        new = ~np.isin(more, starts)
        starts = np.concatenate([starts, more[new]])
        sizes = np.concatenate([sizes, lengths[new]])
        symbols = np.concatenate([symbols, np.full(int(new.sum()), -1, np.int64)])
    return _divide(starts, sizes, symbols, size, table)


def _by_symbols(
    table: Table | None, section: int, base: int, size: int
) -> tuple[Places, Places, Places]:
    """Start, size and symbol of the functions that symbols give, one for each start."""
    none = np.empty(0, np.int64)
    if table is None or not len(table.records):
        return none, none, none
    records = table.records
    kind, bind = records["info"] & 0xF, records["info"] >> 4
    # Assembly may leave its global labels without a type.
    is_function = np.isin(kind, (STT_FUNC, STT_GNU_IFUNC)) | ((kind == 0) & (bind != 0))
    chosen = np.flatnonzero(is_function & (records["shndx"] == section))
    starts = records["value"][chosen].astype(np.uint64).view(np.int64) - base
    sizes = records["size"][chosen].astype(np.uint64).view(np.int64)
    keep = (starts >= 0) & (starts < size)
    chosen, starts, sizes = chosen[keep], starts[keep], sizes[keep]
    order = np.lexsort((chosen, _BIND_RANK[bind[chosen]], kind[chosen] == 0, starts))
    starts, first = np.unique(starts[order], return_index=True)
    return starts, _largest(sizes[order], first), chosen[order][first].astype(np.int64)


def _largest(sizes: Places, first: npt.NDArray[Any]) -> Places:
    return np.maximum.reduceat(sizes, first) if len(first) else sizes


def _inside(starts: Places, sizes: Places, base: int, size: int) -> tuple[Places, Places]:
    offsets = starts - base
    keep = (offsets >= 0) & (offsets < size)
    unique, first = np.unique(offsets[keep], return_index=True)
    return unique, sizes[keep][first]


def _divide(
    starts: Places, sizes: Places, symbols: Places, size: int, table: Table | None
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
    return Functions(all_starts[order], all_ends[order], all_symbols[order], table)
