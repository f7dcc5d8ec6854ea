"""What an object does with the names that it wants weakly: only call them, or ask for the address.

A caller that tests `if (hook)` has a relocation for the address beside that of the call; one that calls
without a test has the call's alone. Sources: the psABIs of x86-64, i386, AArch64, ARM and RISC-V.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from diag.read.elf import Elf, Records
from diag.read.elf_layout import ET_REL, SHF_ALLOC, SHT_SYMTAB

SHT_RELA, SHT_REL = 4, 9
STB_WEAK = 2
_RISCV = ("riscv64", "riscv32")
GOT_HI20 = 20  # R_RISCV_GOT_HI20
MAX_CODE = 48  # bytes of code after it that are looked at
MAX_WEAK = 500  # names of one object; sound ones have a few
MAX_NAME = 4096  # bytes of a symbol's name
_USE = np.dtype([("symbol", "u8"), ("type", "u8"), ("offset", "u8"), ("section", "u8")])
# Branches that a machine's compilers emit for a call: of x86, older ones left out the PLT.
CALLS: dict[str, frozenset[int]] = {
    "x86_64": frozenset([2, 4]),  # PC32, PLT32
    "i386": frozenset([2, 4]),
    "aarch64": frozenset([282, 283]),  # JUMP26, CALL26
    "arm": frozenset([1, 10, 27, 28, 29, 30]),  # PC24, THM_CALL, PLT32, CALL, JUMP24, THM_JUMP24
    "riscv64": frozenset([18, 19, 51]),  # CALL, CALL_PLT, and RELAX, which goes with any
    "riscv32": frozenset([18, 19, 51]),
}


def weak_uses(elf: Elf) -> list[tuple[str, str]]:
    """(name, `called` or `asked for`) of each undefined weak name that loaded sections refer to.

    Empty for linked files, and for machines whose calls are not known here.
    """
    calls = CALLS.get(elf.arch)
    tables = elf.of_type(SHT_SYMTAB)
    if elf.type != ET_REL or calls is None or len(tables) != 1:
        return []
    symbols = _records(elf, tables[0], elf.layout.symbol)
    is_weak = (symbols["info"] >> 4 == STB_WEAK) & (symbols["shndx"] == 0)
    weak = np.flatnonzero(is_weak)[:MAX_WEAK]
    if not len(weak):
        return []
    uses = _uses(elf, tables[0])
    names = _names_of(elf, tables[0])
    told = {int(i): uses[uses["symbol"] == i] for i in weak}
    return [
        (
            _name(names, int(symbols[i]["name"])),
            "called" if all(_is_call(elf, use, calls) for use in own) else "asked for",
        )
        for i, own in told.items()
        if len(own)
    ]


def _is_call(elf: Elf, use: np.void, calls: frozenset[int]) -> bool:
    if elf.arch in _RISCV and int(use["type"]) == GOT_HI20:
        start = int(use["offset"])
        return _jumps_at_once(bytes(elf.content(int(use["section"]))[start : start + MAX_CODE]))
    return int(use["type"]) in calls


def _jumps_at_once(code: bytes) -> bool:
    """RISC-V: whether the address that auipc and a load take from the GOT is jumped to, and no branch
    comes before: such machines' compilers call a weak name in this way alone."""
    if len(code) < 8:
        return False
    register = int.from_bytes(code[4:8], "little") >> 7 & 31
    place = 8
    while place + 2 <= len(code):
        word = int.from_bytes(code[place : place + 4], "little")
        half = word & 0xFFFF
        is_short = half & 3 != 3
        if is_short and half & 0xE07F == 0x8002 and half >> 7 & 31:  # c.jr, c.jalr
            return half >> 7 & 31 == register
        if not is_short and word & 0x7F == 0x67:  # jalr
            return word >> 15 & 31 == register
        is_branch = half & 3 == 1 and half >> 13 >= 5 if is_short else word & 0x7F in (0x63, 0x6F)
        if is_branch:
            return False
        place += 2 if is_short else 4
    return False


def _names_of(elf: Elf, table: int) -> bytes:
    """The string table of a symbol table; empty where it names none."""
    index = int(elf.sections[table]["link"])
    return bytes(elf.content(index)) if index < len(elf.sections) else b""


def _name(names: bytes, start: int) -> str:
    raw = names[start : start + MAX_NAME].split(b"\0", 1)[0]
    return raw.decode("utf-8", "backslashreplace")


def _records(elf: Elf, index: int, dtype: np.dtype[Any]) -> Records:
    raw = elf.content(index)
    return np.frombuffer(raw[: len(raw) // dtype.itemsize * dtype.itemsize], dtype)


def _uses(elf: Elf, table: int) -> Records:
    """Symbol, type and place of every relocation of a section that is loaded: no debug information."""
    order = "<" if elf.layout.byte_order == "little" else ">"
    wide, shift = ("u8", 32) if elf.layout.bits == 64 else ("u4", 8)
    found = []
    for index in elf.of_type(SHT_RELA, SHT_REL):
        section = elf.sections[index]
        target = int(section["info"])
        if int(section["link"]) != table or target >= len(elf.sections):
            continue
        if not int(elf.sections[target]["flags"]) & SHF_ALLOC:
            continue
        fields = [("offset", order + wide), ("info", order + wide)]
        if int(section["type"]) == SHT_RELA:
            fields.append(("addend", order + wide))
        own = _records(elf, index, np.dtype(fields))
        info = own["info"].astype(np.uint64)
        uses = np.zeros(len(own), _USE)
        uses["symbol"] = info >> np.uint64(shift)
        uses["type"] = info & np.uint64((1 << shift) - 1)
        uses["offset"], uses["section"] = own["offset"], target
        found.append(uses)
    return np.concatenate(found) if found else np.zeros(0, _USE)
