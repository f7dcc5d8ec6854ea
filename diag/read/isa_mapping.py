"""Which bytes of an ARM or AArch64 section are code, and of which kind.

Mapping symbols say where it changes: `$x` (A64), `$a` (A32), `$t` (Thumb), `$d` (data), each also
with a dot and more behind it. Sources: ELF for the Arm 64-bit Architecture, "Mapping symbols"; ELF
for the Arm Architecture, the same. Where a file has none (they go with .symtab) all is code, and in
32-bit files bit 0 of a function's address says that it is Thumb.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from diag.read.elf import Elf
from diag.read.elf_layout import EM_ARM, ET_REL, STT_FUNC, STT_GNU_IFUNC
from diag.read.isa_functions import Symbols

Places = npt.NDArray[np.int64]
Kinds = npt.NDArray[np.uint8]

A64, A32, THUMB, DATA = (ord(letter) for letter in "xatd")


@dataclass(frozen=True)
class Regions:
    """Offsets in a section where its kind begins, the first being 0, and the kind of each."""

    starts: Places
    kinds: Kinds

    def kind_at(self, places: Places) -> Kinds:
        """The kind of the bytes at these offsets."""
        kinds: Kinds = self.kinds[np.searchsorted(self.starts, places, side="right") - 1]
        return kinds


def regions(elf: Elf, section: int, symbols: Symbols) -> Regions:
    """The kinds of a section's bytes, from mapping symbols, else from its functions."""
    starts, kinds = _mapping_symbols(symbols, section)
    if elf.machine == EM_ARM and not len(starts):
        starts, kinds = _thumb_functions(symbols, section)
    if elf.type != ET_REL:
        starts = starts - np.uint64(elf.sections["addr"][section]).view(np.int64)
    first = _first_kind(elf, kinds)
    keep = (starts >= 0) & (starts < elf.extent(section)[1])
    starts, kinds = starts[keep], kinds[keep]
    order = np.argsort(starts, kind="stable")
    return Regions(np.append(0, starts[order]), np.append(np.uint8(first), kinds[order]))


def _first_kind(elf: Elf, kinds: Kinds) -> int:
    """What stands before the first symbol: A64, or A32 unless the file has only Thumb functions."""
    if elf.machine != EM_ARM:
        return A64
    return THUMB if len(kinds) and (kinds == THUMB).all() else A32


def _mapping_symbols(symbols: Symbols, section: int) -> tuple[Places, Kinds]:
    chosen = symbols.in_section(section)
    if symbols.table is None or not len(chosen):
        return chosen, np.empty(0, np.uint8)
    text, records = symbols.table.strings, symbols.table.records[chosen]
    names = records["name"].astype(np.int64)
    keep = (records["info"] == 0) & (names < len(text) - 3)
    names, places = names[keep], records["value"][keep].astype(np.uint64).view(np.int64)
    is_mapping = (text[names] == ord("$")) & np.isin(text[names + 1], (A64, A32, THUMB, DATA))
    is_mapping &= (text[names + 2] == 0) | (text[names + 2] == ord("."))
    return places[is_mapping], text[names[is_mapping] + 1]


def _thumb_functions(symbols: Symbols, section: int) -> tuple[Places, Kinds]:
    chosen = symbols.in_section(section)
    if symbols.table is None or not len(chosen):
        return chosen, np.empty(0, np.uint8)
    records = symbols.table.records[chosen]
    is_function = np.isin(records["info"] & 0xF, (STT_FUNC, STT_GNU_IFUNC))
    values = records["value"][is_function].astype(np.int64)
    return values & ~1, np.where(values & 1, THUMB, A32).astype(np.uint8)
