"""Who refers to the functions of an image: code that calls or takes the address, and data.

Kept on the safe side for what stands on it: what only may be a reference counts as one. Read are
relocations (RELA), calls, jumps and addresses in x86-64 and AArch64 code, and words of data that
equal an address. Formats: ELF gABI, "Relocation"; System V ABI for AMD64; ELF for the Arm 64-bit
Architecture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from iced_x86 import Decoder

from diag.read.elf import Elf, Records
from diag.read.elf_layout import (
    EM_X86_64,
    ET_EXEC,
    ET_REL,
    SHF_ALLOC,
    SHF_EXECINSTR,
    SHT_DYNSYM,
    SHT_NOBITS,
    SHT_NOTE,
    SHT_SYMTAB,
)
from diag.read.isa_functions import Functions, Symbols, code_sections, functions_of

Places = npt.NDArray[np.int64]

SHT_RELA = 4
IRELATIVE = {62: 37, 183: 1032}
# Relocations of calls and jumps; all others take an address.
_BRANCHES = {62: (4,), 183: (279, 280, 282, 283)}
_PC_RELATIVE = {62: (2, 4, 9, 41, 42), 183: ()}  # from the end of the field of four bytes
DATA = -1  # in place of the function that refers
MAX_CODE_BYTES = 1 << 29
_BLOCK = 1 << 20
_SPACE = 1 << 40  # between sections of a relocatable file, which have no addresses yet


@dataclass(frozen=True)
class References:
    """Parallel arrays: number of the function referred to and of that which refers (or DATA)."""

    to: Places
    by: Places
    is_branch: npt.NDArray[np.bool_]


class Code:
    """All functions of an image, numbered by address."""

    def __init__(self, elf: Elf) -> None:
        self.elf, self.symbols = elf, Symbols(elf)
        self.bases: dict[int, int] = {}
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


def references(code: Code, wanted: Places) -> References:
    """Every reference from outside to the functions of these numbers."""
    of_address = _Wanted(code, wanted)
    found = [*_by_relocations(code, of_address), *_by_code(code, of_address)]
    if code.elf.type != ET_REL:
        found += _by_data(code, of_address)
    none = np.empty(0, np.int64)
    to, by, branch = (np.concatenate([none, *(each[n] for each in found)]) for n in range(3))
    outside = to != by
    return References(to[outside], by[outside], branch[outside].astype(bool))


class _Wanted:
    """Which of the wanted functions an address is in, or begins."""

    def __init__(self, code: Code, wanted: Places) -> None:
        self.code, self.wanted = code, np.sort(wanted)
        self.starts, self.ends = code.starts[self.wanted], code.ends[self.wanted]
        self._near = np.zeros(1 << 20, bool)  # a quick no for most addresses
        self._near[self.starts & 0xFFFFF] = True

    def begun_by(self, addresses: Places) -> tuple[Places, Places]:
        """(indexes of the addresses that begin one, its number)."""
        maybe = np.flatnonzero(self._near[addresses & 0xFFFFF])
        place = np.searchsorted(self.starts, addresses[maybe])
        place[place == len(self.starts)] = 0
        fits = self.starts[place] == addresses[maybe]
        return maybe[fits], self.wanted[place[fits]]

    def holding(self, addresses: Places) -> tuple[Places, Places]:
        """(indexes of the addresses that are inside of one, its number)."""
        place = np.searchsorted(self.starts, addresses, side="right") - 1
        fits = np.flatnonzero((place >= 0) & (addresses < self.ends[np.maximum(place, 0)]))
        return fits, self.wanted[place[fits]]


_Found = tuple[Places, Places, npt.NDArray[np.bool_]]


def _by_relocations(code: Code, wanted: _Wanted) -> list[_Found]:
    elf, found = code.elf, []
    for section, records in relocations(elf):
        is_rel = elf.type == ET_REL
        if is_rel and (section >= len(elf.sections) or not _is_loaded(elf, section)):
            continue
        kinds, addends = records["type"].astype(np.int64), records["addend"].astype(np.int64)
        symbols = records["symbol"].astype(np.int64) - 1  # the reserved first one is left out
        table = code.symbols.table
        count = len(table.records) if table is not None else 0
        if is_rel:
            addends = addends + 4 * np.isin(kinds, _PC_RELATIVE[elf.machine])
            keep = (symbols >= 0) & (symbols < count)
            targets = (
                np.where(keep, code.addresses_of(np.where(keep, symbols, 0)), -1)
                if count
                else kinds * 0 - 1
            )
            targets = np.where(targets >= 0, targets + addends, -1)
            places = records["offset"].astype(np.int64) + code.bases.get(section, -(1 << 62))
        else:
            targets = np.where(kinds == IRELATIVE[elf.machine], -1, addends)
            places = np.full(len(kinds), -1, np.int64)
        which, to = wanted.holding(targets)
        found.append(
            (to, code.holding(places[which]), np.isin(kinds[which], _BRANCHES[elf.machine]))
        )
    return found


def _is_loaded(elf: Elf, section: int) -> bool:
    """Whether a section's words can be references at run time: not those of debuggers and frames."""
    is_loaded = int(elf.sections["flags"][section]) & SHF_ALLOC
    return bool(is_loaded) and not elf.section_name(section).startswith(".eh_frame")


def _by_code(code: Code, wanted: _Wanted) -> list[_Found]:
    found: list[_Found] = []
    if sum(code.elf.extent(section)[1] for section in code.bases) > MAX_CODE_BYTES:
        number = len(wanted.wanted)  # more is not looked at: nothing there is guarded
        return [(wanted.wanted, np.full(number, DATA, np.int64), np.zeros(number, bool))]
    is_x86 = code.elf.machine == EM_X86_64
    scan, relocated = _x86_block if is_x86 else _a64_block, _relocated(code)
    for section, base in code.bases.items():
        content = np.frombuffer(code.elf.content(section), np.uint8)
        for at in range(0, len(content), _BLOCK):
            block = content[at : at + _BLOCK + 8]
            found_here = scan(block, base + at, wanted)
            if is_x86 and code.elf.type == ET_EXEC:
                found_here += _x86_absolute(block, base + at, wanted)
            for places, to, is_branch in found_here:
                own = np.isin(places, relocated, invert=True)
                places, to = places[own], to[own]
                by = code.holding(places)
                real = by != to
                if is_x86 and real.any():
                    real &= _is_instruction(code, places, by, is_branch=is_branch)
                found.append((to[real], by[real], np.full(int(real.sum()), is_branch)))
    return found


def _relocated(code: Code) -> Places:
    """Places in code that relocations fill: what stands there is no reference yet."""
    if code.elf.type != ET_REL:
        return np.empty(0, np.int64)
    places = [
        records["offset"].astype(np.int64) + code.bases[section]
        for section, records in relocations(code.elf)
        if section in code.bases
    ]
    return np.unique(np.concatenate([np.empty(0, np.int64), *places]))


def _is_instruction(
    code: Code, places: Places, by: Places, *, is_branch: bool
) -> npt.NDArray[np.bool_]:
    """Whether the places are displacements of instructions, as far as decoding can tell."""
    known: dict[int, frozenset[int] | None] = {}
    answers = []
    for place, number in zip(places.tolist(), by.tolist(), strict=True):
        if number not in known:
            known[number] = _displacements(code, number, is_branch=is_branch)
        found = known[number]
        answers.append(found is None or place in found)
    return np.array(answers, bool)


def _displacements(code: Code, number: int, *, is_branch: bool) -> frozenset[int] | None:
    """Where a function has the displacements of its branches, or else its addresses.

    A short branch stands for its first byte. None where the function does not decode as a whole.
    """
    if number == DATA:
        return None
    decoder = Decoder(64, code.content(number), ip=int(code.starts[number]))
    found = set()
    for instruction in decoder:
        if instruction.is_invalid:
            return None
        if instruction.is_jcc_short or instruction.is_jmp_short:
            found.add(instruction.ip if is_branch else DATA)
            continue
        offsets = decoder.get_constant_offsets(instruction)
        is_near = instruction.is_call_near or instruction.is_jmp_near or instruction.is_jcc_near
        if is_near != is_branch:
            continue
        if offsets.has_displacement:
            found.add(instruction.ip + offsets.displacement_offset)
        if offsets.has_immediate:
            found.add(instruction.ip + offsets.immediate_offset)
    return frozenset(found)


def _x86_block(
    block: npt.NDArray[np.uint8], base: int, wanted: _Wanted
) -> list[tuple[Places, Places, bool]]:
    """Displacements of four bytes behind a branch or a byte that says RIP-relative; of one byte."""
    found: list[tuple[Places, Places, bool]] = []
    if len(block) < 6:
        return found
    opcode = block[1:-4]
    is_near = ((opcode & 0xFE) == 0xE8) | (((opcode & 0xF0) == 0x80) & (block[:-5] == 0x0F))
    for at, is_branch in (
        (np.flatnonzero(is_near) + 2, True),
        (np.flatnonzero((opcode & 0xC7) == 0x05) + 2, False),
    ):
        words = sum(block[at + n].astype(np.int64) << 8 * n for n in range(4))
        targets = ((words ^ 0x80000000) - 0x80000000) + at + base + 4
        if is_branch:
            which, to = wanted.holding(targets)
            found.append((at[which] + base, to, True))
            continue
        for more in (0, 1, 2, 4):  # an immediate may follow
            which, to = wanted.begun_by(targets + more)
            found.append((at[which] + base, to, False))
    short = np.flatnonzero(((block[:-1] & 0xF0) == 0x70) | (block[:-1] == 0xEB))
    targets = block[short + 1].astype(np.int8).astype(np.int64) + short + base + 2
    which, to = wanted.holding(targets)
    found.append((short[which] + base, to, True))
    return found


def _x86_absolute(
    block: npt.NDArray[np.uint8], base: int, wanted: _Wanted
) -> list[tuple[Places, Places, bool]]:
    """Addresses as they stand, of programs that are linked to a fixed place."""
    at = np.arange(max(0, len(block) - 3), dtype=np.int64)
    words = sum(block[n : len(block) - 3 + n].astype(np.int64) << 8 * n for n in range(4))
    which, to = wanted.begun_by(np.asarray(words, np.int64))
    return [(at[which] + base, to, False)]


def _a64_block(
    block: npt.NDArray[np.uint8], base: int, wanted: _Wanted
) -> list[tuple[Places, Places, bool]]:
    words = np.frombuffer(block[: len(block) // 4 * 4].tobytes(), "<u4").astype(np.int64)
    places = np.arange(len(words), dtype=np.int64) * 4 + base
    found = []
    for mask, value, width, shift in (
        (0x7C000000, 0x14000000, 26, 0), (0xFF000000, 0x54000000, 19, 5),
        (0x7E000000, 0x34000000, 19, 5), (0x7E000000, 0x36000000, 14, 5),
    ):  # fmt: skip
        at = np.flatnonzero((words & mask) == value)
        half = 1 << (width - 1)
        distance = ((words[at] >> shift & (2 * half - 1)) ^ half) - half
        which, to = wanted.holding(places[at] + 4 * distance)
        found.append((places[at[which]], to, True))
    at = np.flatnonzero((words & 0x1F000000) == 0x10000000)  # ADR and ADRP
    number = (words[at] >> 3 & 0x1FFFFC) | (words[at] >> 29 & 3)
    number = (number ^ 0x100000) - 0x100000
    is_page = words[at] >> 31 == 1
    low = places[at] + number
    which, to = wanted.begun_by(low)
    which, to = which[~is_page[which]], to[~is_page[which]]
    found.append((places[at[which]], to, False))
    found.append(
        _pages(
            words,
            places,
            at[is_page],
            (places[at] & ~0xFFF)[is_page] + (number << 12)[is_page],
            wanted,
        )
    )
    return found


def _pages(
    words: Places, places: Places, at: Places, pages: Places, wanted: _Wanted
) -> tuple[Places, Places, bool]:
    """ADRP and an ADD of the lower twelve bits within the next instructions."""
    all_at, all_to = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for ahead in range(1, 17):
        inside = at + ahead < len(words)
        following = words[np.where(inside, at + ahead, 0)]
        is_add = (
            inside
            & ((following & 0xFFC00000) == 0x91000000)
            & ((following >> 5 & 31) == (words[at] & 31))
        )
        which, to = wanted.begun_by(np.where(is_add, pages + (following >> 10 & 0xFFF), -1))
        all_at.append(places[at[which]])
        all_to.append(to)
    return np.concatenate(all_at), np.concatenate(all_to), False


def _by_data(code: Code, wanted: _Wanted) -> list[_Found]:
    """Words of loaded data that equal the address of a function: tables, slots of the GOT."""
    elf, found = code.elf, []
    for section in range(len(elf.sections)):
        flags, kind = int(elf.sections["flags"][section]), int(elf.sections["type"][section])
        if not flags & SHF_ALLOC or flags & SHF_EXECINSTR:
            continue
        if kind in (SHT_NOBITS, SHT_NOTE, SHT_RELA, SHT_SYMTAB, SHT_DYNSYM):
            continue
        content = elf.content(section)
        order = "<" if elf.layout.byte_order == "little" else ">"
        words = np.frombuffer(content, f"{order}i8", len(content) // 8).astype(np.int64)
        _, to = wanted.begun_by(words)
        found.append((to, np.full(len(to), DATA, np.int64), np.zeros(len(to), bool)))
    return found
