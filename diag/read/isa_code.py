"""All functions of an image by address, and which of them an address is in.

Formats: ELF gABI, "Relocation".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from diag.read.elf import Elf, Records
from diag.read.elf_layout import ET_REL
from diag.read.isa_functions import Functions, Symbols, code_sections, functions_of

Places = npt.NDArray[np.int64]
Displacements = dict[int, frozenset[int] | None]  # None for functions that do not decode

SHT_RELA = 4
DATA = -1  # in place of the function that refers
_SPACE = 1 << 40  # between sections of a relocatable file, which have no addresses yet


class Code:
    """All functions of an image, numbered by address."""

    def __init__(self, elf: Elf) -> None:
        self.elf, self.symbols = elf, Symbols(elf)
        self.bases: dict[int, int] = {}
        # Of functions where their addresses stand, and their branches; filled when asked for.
        self.displacements: tuple[Displacements, Displacements] = ({}, {})
        self.functions: dict[int, Functions] = {}
        starts, ends, sections, numbers = [], [], [], []
        for order, section in enumerate(code_sections(elf)):
            base = (
                (order + 1) * _SPACE if elf.type == ET_REL else int(elf.sections["addr"][section])
            )
            if base + elf.extent(section)[1] >= 1 << 62:
                continue
            found = functions_of(elf, section, self.symbols)
            self.bases[section], self.functions[section] = base, found
            starts.append(found.starts + base)
            ends.append(found.ends + base)
            sections.append(np.full(len(found.starts), section, np.int64))
            numbers.append(np.arange(len(found.starts), dtype=np.int64))
        columns = [
            np.concatenate([np.empty(0, np.int64), *each])
            for each in (starts, ends, sections, numbers)
        ]
        order_of = np.argsort(columns[0], kind="stable")
        self.starts, self.ends, self._sections, self._numbers = (each[order_of] for each in columns)

    def holding(self, addresses: Places) -> Places:
        """Number of the function that holds each address; DATA for none."""
        if not len(self.starts):
            return np.full(len(addresses), DATA, np.int64)
        found = np.searchsorted(self.starts, addresses, side="right") - 1
        inside = (found >= 0) & (addresses < self.ends[np.maximum(found, 0)])
        return np.where(inside, found, DATA).astype(np.int64)

    def of(self, section: int, start: int) -> int:
        """Number of the function at an offset of a section."""
        return int(self.holding(np.array([self.bases.get(section, 0) + start], np.int64))[0])

    def name(self, number: int) -> str:
        """The function's name, or its address."""
        section = int(self._sections[number])
        address = int(self.starts[number]) - (self.bases[section] if self.elf.type == ET_REL else 0)
        return self.functions[section].name(int(self._numbers[number]), address)

    def content(self, number: int) -> bytes:
        """The function's bytes."""
        section = int(self._sections[number])
        first = int(self.starts[number]) - self.bases[section]
        last = int(self.ends[number]) - self.bases[section]
        return bytes(self.elf.content(section)[first:last])

    def addresses_of(self, symbols: Places) -> Places:
        """Addresses of symbols, by their sections in a relocatable file; -1 where there is none."""
        table = self.symbols.table
        if table is None:
            return np.full(len(symbols), -1, np.int64)
        values = table.records["value"][symbols].astype(np.uint64).view(np.int64)
        if self.elf.type != ET_REL:
            return values
        bases = np.array(
            [self.bases.get(int(at), -1) for at in self.symbols.sections[symbols]], np.int64
        )
        return np.where(bases < 0, -1, bases + values)


def relocations(elf: Elf) -> list[tuple[int, Records]]:
    """(section that they apply to, records with offset, symbol, type and addend)."""
    order = "<" if elf.layout.byte_order == "little" else ">"
    record = np.dtype(
        [
            ("offset", f"{order}u8"),
            ("type", f"{order}u4"),
            ("symbol", f"{order}u4"),
            ("addend", f"{order}i8"),
        ]
    )
    if order == ">":
        record = np.dtype(
            [("offset", ">u8"), ("symbol", ">u4"), ("type", ">u4"), ("addend", ">i8")]
        )
    found = []
    for index in elf.of_type(SHT_RELA) if elf.layout.bits == 64 else ():
        offset, size = elf.extent(index)
        target = int(elf.sections["info"][index])
        if size >= record.itemsize:
            found.append((target, np.frombuffer(elf.data, record, size // record.itemsize, offset)))
    return found


class Wanted:
    """Which of the wanted functions an address is in, or begins."""

    def __init__(self, code: Code, wanted: Places) -> None:
        self.code, self.wanted = code, np.sort(wanted)
        self.starts, self.ends = code.starts[self.wanted], code.ends[self.wanted]
        self._near = np.zeros(1 << 20, bool)  # a quick no for most addresses
        self._near[self.starts & 0xFFFFF] = True

    def begun_by(self, addresses: Places) -> tuple[Places, Places]:
        """(indexes of the addresses that begin one, its number)."""
        if not len(self.wanted):
            return self.wanted, self.wanted
        maybe = np.flatnonzero(self._near[addresses & 0xFFFFF])
        place = np.searchsorted(self.starts, addresses[maybe])
        place[place == len(self.starts)] = 0
        fits = self.starts[place] == addresses[maybe]
        return maybe[fits], self.wanted[place[fits]]

    def holding(self, addresses: Places) -> tuple[Places, Places]:
        """(indexes of the addresses that are inside of one, its number)."""
        if not len(self.wanted):
            return self.wanted, self.wanted
        place = np.searchsorted(self.starts, addresses, side="right") - 1
        fits = np.flatnonzero((place >= 0) & (addresses < self.ends[np.maximum(place, 0)]))
        return fits, self.wanted[place[fits]]
