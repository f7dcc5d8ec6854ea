"""Which bytes of an ARM or AArch64 section are code, and of which kind.

Mapping symbols say where it changes: `$x` (A64), `$a` (A32), `$t` (Thumb), `$d` (data), each also
with a dot and more behind it. Sources: ELF for the Arm 64-bit Architecture, "Mapping symbols"; ELF
for the Arm Architecture, the same. Where a file has none (they go with .symtab) all is code, and in
32-bit files bit 0 of a function's address says that it is Thumb; what no function covers is then a
guess.
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

SAMPLE_BYTES = 1 << 20
EF_ARM_BE8 = 0x00800000  # code is little-endian in a big-endian file
A64, A32, THUMB, DATA = (ord(letter) for letter in "xatd")


@dataclass(frozen=True)
class Regions:
    """Offsets in a section where its kind begins, the first being 0, and the kind of each.

    `is_guess`: the file has no mapping symbols.
    """

    starts: Places
    kinds: Kinds
    is_guess: bool

    def kind_at(self, places: Places) -> Kinds:
        """The kind of the bytes at these offsets."""
        kinds: Kinds = self.kinds[np.searchsorted(self.starts, places, side="right") - 1]
        return kinds


def regions(elf: Elf, section: int, symbols: Symbols) -> Regions:
    """The kinds of a section's bytes, from mapping symbols, else from its functions."""
    starts, kinds = _mapping_symbols(symbols, section)
    is_guess = elf.machine == EM_ARM and not len(starts)
    if is_guess:
        starts, kinds = _thumb_functions(symbols, section)
    if elf.type != ET_REL:
        starts = starts - np.uint64(elf.sections["addr"][section]).view(np.int64)
    keep = (starts >= 0) & (starts < elf.extent(section)[1])
    starts, kinds = starts[keep], kinds[keep]
    order = np.argsort(starts, kind="stable")
    until = int(starts.min()) if len(starts) else elf.extent(section)[1]
    first = _guessed_kind(elf, section, until) if is_guess else _first_kind(elf, kinds)
    all_kinds = np.append(np.uint8(first), kinds[order])
    return Regions(np.append(0, starts[order]), all_kinds, is_guess)


def _first_kind(elf: Elf, kinds: Kinds) -> int:
    """What stands before the first symbol: A64, or A32 unless the file has only Thumb functions."""
    if elf.machine != EM_ARM:
        return A64
    return THUMB if len(kinds) and (kinds == THUMB).all() else A32


def _guessed_kind(elf: Elf, section: int, until: int) -> int:
    """Of what stands before the first function that is known: A32 where most words have the
    condition "always", as its instructions do, else Thumb."""
    content = elf.content(section)[: min(until, SAMPLE_BYTES)]
    order = "<" if elf.layout.byte_order == "little" or elf.flags & EF_ARM_BE8 else ">"
    words = np.frombuffer(content, f"{order}u4", len(content) // 4)
    return A32 if 2 * np.count_nonzero(words >> 28 == 0xE) >= len(words) else THUMB


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
