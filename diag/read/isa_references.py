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

from diag.read.elf import Elf
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
from diag.read.isa_branches import a64_block, x86_absolute, x86_block
from diag.read.isa_code import DATA, SHT_RELA, Code, Places, Wanted, relocations

IRELATIVE = {62: 37, 183: 1032}
# Relocations of calls and jumps; all others take an address.
_BRANCHES = {62: (4,), 183: (279, 280, 282, 283)}
_PC_RELATIVE = {62: (2, 4, 9, 41, 42), 183: ()}  # from the end of the field of four bytes
MAX_CODE_BYTES = 1 << 29
_BLOCK = 1 << 20


@dataclass(frozen=True)
class References:
    """Parallel arrays: number of the function referred to and of that which refers (or DATA).

    `at` is the address of a byte of the instruction or of the word of data, -1 where none is known.
    """

    to: Places
    by: Places
    is_branch: npt.NDArray[np.bool_]
    at: Places

    def where(self, keep: npt.NDArray[np.bool_]) -> References:
        """Those that are kept."""
        return References(self.to[keep], self.by[keep], self.is_branch[keep], self.at[keep])


def references(code: Code, wanted: Places) -> References:
    """Every reference from outside to the functions of these numbers."""
    return references_to(code, Wanted(code, wanted))


def references_to(code: Code, of_address: Wanted) -> References:
    """Every reference to what the addresses are looked up in."""
    found = [*_by_relocations(code, of_address), *_by_code(code, of_address)]
    if code.elf.type != ET_REL:
        found += _by_data(code, of_address)
    none = np.empty(0, np.int64)
    to, by, branch, at = (np.concatenate([none, *(each[n] for each in found)]) for n in range(4))
    return References(to, by, branch.astype(bool), at).where(to != by)


_Found = tuple[Places, Places, npt.NDArray[np.bool_], Places]


def _by_relocations(code: Code, wanted: Wanted) -> list[_Found]:
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
        is_branch = np.isin(kinds[which], _BRANCHES[elf.machine])
        # In linked files they fill data, as their words may show again.
        at = places if is_rel else records["offset"].astype(np.int64)
        found.append((to, code.holding(places[which]), is_branch, at[which]))
    return found


def _is_loaded(elf: Elf, section: int) -> bool:
    """Whether a section's words can be references at run time: not those of debuggers and frames."""
    is_loaded = int(elf.sections["flags"][section]) & SHF_ALLOC
    return bool(is_loaded) and not elf.section_name(section).startswith(".eh_frame")


def _by_code(code: Code, wanted: Wanted) -> list[_Found]:
    found: list[_Found] = []
    if sum(code.elf.extent(section)[1] for section in code.bases) > MAX_CODE_BYTES:
        number = len(wanted.wanted)  # more is not looked at: nothing there is guarded
        data = np.full(number, DATA, np.int64)
        return [(wanted.wanted, data, np.zeros(number, bool), data)]
    is_x86 = code.elf.machine == EM_X86_64
    scan, relocated = x86_block if is_x86 else a64_block, _relocated(code)
    for section, base in code.bases.items():
        content = np.frombuffer(code.elf.content(section), np.uint8)
        for at in range(0, len(content), _BLOCK):
            block = content[at : at + _BLOCK + 8]
            found_here = scan(block, base + at, wanted)
            if is_x86 and code.elf.type == ET_EXEC:
                found_here += x86_absolute(block, base + at, wanted)
            for places, to, is_branch in found_here:
                own = np.isin(places, relocated, invert=True)
                places, to = places[own], to[own]
                by = code.holding(places)
                real = by != to
                if is_x86 and real.any():
                    real &= _is_instruction(code, places, by, is_branch=is_branch)
                branch = np.full(int(real.sum()), is_branch)
                found.append((to[real], by[real], branch, places[real]))
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
    known, answers = code.displacements[is_branch], []
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


def _by_data(code: Code, wanted: Wanted) -> list[_Found]:
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
        which, to = wanted.begun_by(words)
        at = int(elf.sections["addr"][section]) + 8 * which
        found.append((to, np.full(len(to), DATA, np.int64), np.zeros(len(to), bool), at))
    return found
