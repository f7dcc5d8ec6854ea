"""Section types and flags in the words and letters of readelf: number tables.

Source: ELF gABI, chapter 4, "Section Header"; GNU and processor ranges by their supplements.
"""

from __future__ import annotations

from diag.read.elf_layout import EM_AARCH64, EM_ARM, EM_RISCV, EM_X86_64

_TYPES = {
    0: "NULL", 1: "PROGBITS", 2: "SYMTAB", 3: "STRTAB", 4: "RELA", 5: "HASH", 6: "DYNAMIC",
    7: "NOTE", 8: "NOBITS", 9: "REL", 10: "SHLIB", 11: "DYNSYM", 14: "INIT_ARRAY",
    15: "FINI_ARRAY", 16: "PREINIT_ARRAY", 17: "GROUP", 18: "SYMTAB SECTION INDICES", 19: "RELR",
    0x6FFF4700: "GNU_INCREMENTAL_INPUTS", 0x6FFFFFF5: "GNU_ATTRIBUTES", 0x6FFFFFF6: "GNU_HASH",
    0x6FFFFFF7: "GNU_LIBLIST", 0x6FFFFFFD: "VERDEF", 0x6FFFFFFE: "VERNEED", 0x6FFFFFFF: "VERSYM",
}  # fmt: skip
_OF_MACHINE = {
    EM_X86_64: {0x70000001: "X86_64_UNWIND"},
    EM_ARM: {0x70000001: "ARM_EXIDX", 0x70000002: "ARM_PREEMPTMAP", 0x70000003: "ARM_ATTRIBUTES"},
    EM_AARCH64: {0x70000003: "AARCH64_ATTRIBUTES"},
    EM_RISCV: {0x70000003: "RISCV_ATTRIBUTES"},
}
_FLAGS = (
    (0x1, "W"), (0x2, "A"), (0x4, "X"), (0x10, "M"), (0x20, "S"), (0x40, "I"), (0x80, "L"),
    (0x100, "O"), (0x200, "G"), (0x400, "T"), (0x800, "C"), (0x80000000, "E"),
)  # fmt: skip


def section_type(machine: int, kind: int) -> str:
    """The type of a section by name; its number where it has none here."""
    return _TYPES.get(kind) or _OF_MACHINE.get(machine, {}).get(kind) or f"{kind:#x}"


def section_flags(flags: int) -> str:
    """One letter a flag, in the order of readelf's key; flags without a letter are left out."""
    return "".join(letter for bit, letter in _FLAGS if flags & bit)
