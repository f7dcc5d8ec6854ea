"""Number tables and record layouts of ELF: no logic.

Source: the ELF gABI (System V Application Binary Interface, chapters 4 and 5), its machine
registry, and the processor supplements named beside each table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from diag.platforms import PLATFORMS

ORDERS = {1: "little", 2: "big"}
BITS = {1: 32, 2: 64}
IDENT_BYTES = 16

SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_DYNAMIC, SHT_NOTE = 1, 2, 3, 6, 7
SHT_NOBITS, SHT_DYNSYM, SHT_GROUP, SHT_SYMTAB_SHNDX = 8, 11, 17, 18
SHT_GNU_VERDEF, SHT_GNU_VERNEED, SHT_GNU_VERSYM = 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
SHT_ATTRIBUTES = 0x70000003  # of ARM and RISC-V alike
SHF_ALLOC, SHF_EXECINSTR, SHF_COMPRESSED = 0x2, 0x4, 0x800
SHN_UNDEF, SHN_LORESERVE, SHN_XINDEX = 0, 0xFF00, 0xFFFF
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 1, 2, 3, 4
PT_GNU_STACK, PT_GNU_RELRO = 0x6474E551, 0x6474E552
DF_1_PIE = 0x08000000

ET_REL, ET_EXEC, ET_CORE = 1, 2, 4
KINDS = {1: "relocatable", 2: "executable", 3: "shared", 4: "core"}
BINDS = {0: "LOCAL", 1: "GLOBAL", 2: "WEAK", 10: "UNIQUE"}
TYPES = {
    0: "NOTYPE", 1: "OBJECT", 2: "FUNC", 3: "SECTION", 4: "FILE", 5: "COMMON", 6: "TLS",
    10: "IFUNC",
}  # fmt: skip
VISIBILITIES = ("DEFAULT", "INTERNAL", "HIDDEN", "PROTECTED")
STT_FUNC, STT_GNU_IFUNC = 2, 10

EM_386, EM_MIPS, EM_PPC64, EM_ARM, EM_X86_64 = 3, 8, 21, 40, 62
EM_AARCH64, EM_RISCV, EM_LOONGARCH = 183, 243, 258
ARCHES = {platform.elf_machine: platform.elf_arch for platform in PLATFORMS}


def arch_of(machine: int) -> str:
    """The machine as platforms.py names it; EM:N for others; empty for EM_NONE."""
    return ARCHES.get(machine, f"EM:{machine}") if machine else ""


@dataclass(frozen=True)
class Layout:
    """Record types of one class and byte order."""

    bits: int
    byte_order: str
    header: np.dtype[Any]
    section: np.dtype[Any]
    segment: np.dtype[Any]
    symbol: np.dtype[Any]
    dynamic: np.dtype[Any]


def _record(order: str, *fields: str) -> np.dtype[Any]:
    """A packed dtype of fields written as name:code."""
    pairs = [field.split(":") for field in fields]
    return np.dtype([(name, order + code) for name, code in pairs])


def _layout(bits: int, byte_order: str) -> Layout:
    o, w = ("<" if byte_order == "little" else ">"), ("u8" if bits == 64 else "u4")
    half, word, wide = "u2", "u4", w
    header = _record(
        o, f"type:{half}", f"machine:{half}", f"version:{word}", f"entry:{wide}", f"phoff:{wide}",
        f"shoff:{wide}", f"flags:{word}", f"ehsize:{half}", f"phentsize:{half}", f"phnum:{half}",
        f"shentsize:{half}", f"shnum:{half}", f"shstrndx:{half}",
    )  # fmt: skip
    section = _record(
        o, f"name:{word}", f"type:{word}", f"flags:{wide}", f"addr:{wide}", f"offset:{wide}",
        f"size:{wide}", f"link:{word}", f"info:{word}", f"addralign:{wide}", f"entsize:{wide}",
    )  # fmt: skip
    if bits == 64:
        segment = _record(
            o, "type:u4", "flags:u4", "offset:u8", "vaddr:u8", "paddr:u8", "filesz:u8", "memsz:u8",
            "align:u8",
        )  # fmt: skip
        symbol = _record(o, "name:u4", "info:u1", "other:u1", "shndx:u2", "value:u8", "size:u8")
    else:
        segment = _record(
            o, "type:u4", "offset:u4", "vaddr:u4", "paddr:u4", "filesz:u4", "memsz:u4", "flags:u4",
            "align:u4",
        )  # fmt: skip
        symbol = _record(o, "name:u4", "value:u4", "size:u4", "info:u1", "other:u1", "shndx:u2")
    return Layout(
        bits, byte_order, header, section, segment, symbol, _record(o, f"tag:{w}", f"value:{w}")
    )


LAYOUTS = {
    (class_code, data_code): _layout(bits, order)
    for class_code, bits in BITS.items()
    for data_code, order in ORDERS.items()
}
