"""GNU program properties in words: what an object needs, uses and can bear.

Formats: Linux Extensions to the gABI, "Program Property"; x86-64 psABI, AArch64 "ELF for the Arm
64-bit Architecture", RISC-V psABI for the processor's own. Words are those of readelf -n.
"""

from __future__ import annotations

from collections.abc import Iterator

from diag.read.elf import Elf
from diag.read.elf_layout import EM_386, EM_AARCH64, EM_RISCV, EM_X86_64
from diag.read.elf_linked import Note

MAX_PROPERTIES = 256

_ISA = ((1, "x86-64-baseline"), (2, "x86-64-v2"), (4, "x86-64-v3"), (8, "x86-64-v4"))
_STATE = (
    (0x1, "x86"), (0x2, "x87"), (0x4, "MMX"), (0x8, "XMM"), (0x10, "YMM"), (0x20, "ZMM"),
    (0x40, "FXSR"), (0x80, "XSAVE"), (0x100, "XSAVEOPT"), (0x200, "XSAVEC"), (0x400, "TMM"),
    (0x800, "MASK"),
)  # fmt: skip
_Bits = tuple[tuple[int, str], ...]
_X86: dict[int, tuple[str, _Bits]] = {
    0xC0000002: ("x86 feature", ((1, "IBT"), (2, "SHSTK"), (4, "LAM_U48"), (8, "LAM_U57"))),
    0xC0008001: ("x86 feature needed", _STATE),
    0xC0008002: ("x86 ISA needed", _ISA),
    0xC0010001: ("x86 feature used", _STATE),
    0xC0010002: ("x86 ISA used", _ISA),
}
_OF_MACHINE: dict[int, dict[int, tuple[str, _Bits]]] = {
    EM_386: _X86,
    EM_X86_64: _X86,
    EM_AARCH64: {0xC0000000: ("AArch64 feature", ((1, "BTI"), (2, "PAC"), (4, "GCS")))},
    EM_RISCV: {0xC0000000: ("RISC-V feature", ((1, "CFI_LP_UNLABELED"), (2, "CFI_SS")))},
}
_OF_ALL: dict[int, tuple[str, _Bits]] = {
    1: ("stack size", ()),
    2: ("no copy on protected", ()),
    0xB0008000: ("1_needed", ((1, "indirect external access"),)),
}


def properties(elf: Elf, notes: list[Note]) -> Iterator[tuple[str, str]]:
    """(property, its bits in words or its number) of each GNU property."""
    order = "big" if elf.layout.byte_order == "big" else "little"
    known = {**_OF_ALL, **_OF_MACHINE.get(elf.machine, {})}
    for note in notes:
        if note.owner == "GNU" and note.type == "NT_GNU_PROPERTY_TYPE_0":
            for kind, value in _pairs(note.data, order, elf.layout.bits // 8):
                name, bits = known.get(kind, (f"property {kind:#x}", ()))
                yield name, _words(value, bits)


def _pairs(data: bytes, order: str, align: int) -> Iterator[tuple[int, int]]:
    """(type, value as a number) of each property, as far as sizes hold."""
    at = 0
    for _ in range(MAX_PROPERTIES):
        if at + 8 > len(data):
            return
        kind, size = (_number(data[at + n : at + n + 4], order) for n in (0, 4))
        yield kind, _number(data[at + 8 : at + 8 + min(size, 8)], order)
        at += 8 + -(-size // align) * align


def _number(data: bytes, order: str) -> int:
    return int.from_bytes(data, "big" if order == "big" else "little")


def _words(value: int, bits: _Bits) -> str:
    words = [word for bit, word in bits if value & bit]
    rest = value & ~sum(bit for bit, _ in bits)
    if rest or not words:
        words.append(f"{rest:#x}")
    return " ".join(words)
