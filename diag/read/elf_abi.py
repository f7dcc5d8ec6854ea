"""The ABI of an ELF image in words: float convention, instruction-set base, ELF ABI version.

Sources: ABI for the Arm Architecture (ELF header flags; build attributes), RISC-V ELF psABI,
LoongArch ELF psABI, 64-bit PowerPC ELF ABI, MIPS ABI supplement.
"""

from __future__ import annotations

from diag.read.elf import Elf
from diag.read.elf_layout import (
    EM_ARM,
    EM_LOONGARCH,
    EM_MIPS,
    EM_PPC64,
    EM_RISCV,
    EM_X86_64,
    SHT_ATTRIBUTES,
)

MAX_ATTRIBUTE_BYTES = 1 << 16
MAX_ATTRIBUTES = 512

_ARM_HARD, _ARM_SOFT = 0x400, 0x200
_TAG_FILE, _TAG_CPU_RAW_NAME, _TAG_CPU_NAME, _TAG_COMPATIBILITY = 1, 4, 5, 32
_TAG_CPU_ARCH, _TAG_VFP_ARGS = 6, 28
_ARM_CPU_ARCH = (
    "pre-v4", "v4", "v4t", "v5t", "v5te", "v5tej", "v6", "v6kz", "v6t2", "v6k", "v7", "v6-m",
    "v6s-m", "v7e-m", "v8-a", "v8-r", "v8-m.base", "v8-m.main", "v8.1-a", "v8.2-a", "v8.3-a",
    "v8.1-m.main", "v9-a",
)  # fmt: skip
_ARM_VFP_ARGS = {0: "soft-float", 1: "hard-float", 2: "toolchain-float", 3: "any-float"}
_RISCV_FLOAT = {0: "soft-float", 2: "single-float", 4: "double-float", 6: "quad-float"}
_RISCV_BITS = ((0x1, "rvc"), (0x8, "rve"), (0x10, "tso"))
_LOONGARCH_FLOAT = {1: "soft-float", 2: "single-float", 3: "double-float"}


def abi_words(elf: Elf) -> str:
    """The ABI as words joined by spaces; empty where the machine has only one."""
    flags = elf.flags
    if elf.machine == EM_ARM:
        return " ".join(_arm(elf))
    if elf.machine == EM_RISCV:
        words = [_RISCV_FLOAT[flags & 0x6]] + [word for bit, word in _RISCV_BITS if flags & bit]
        return " ".join(words)
    if elf.machine == EM_LOONGARCH:
        return _LOONGARCH_FLOAT.get(flags & 0x7, "")
    if elf.machine == EM_PPC64:
        return {1: "elfv1", 2: "elfv2"}.get(flags & 0x3, "")
    if elf.machine == EM_X86_64:
        return "x32" if elf.layout.bits == 32 else ""
    if elf.machine == EM_MIPS:
        o32_or_n32 = "n32" if flags & 0x20 else "o32"
        return "n64" if elf.layout.bits == 64 else o32_or_n32
    return ""


def _arm(elf: Elf) -> list[str]:
    """eabiN, then the float convention by e_flags or attributes, then the base architecture."""
    version = elf.flags >> 24
    words = [f"eabi{version}"] if version else []
    attributes: dict[int, int] = {}
    for index in elf.of_type(SHT_ATTRIBUTES)[:1]:
        data = bytes(elf.content(index)[:MAX_ATTRIBUTE_BYTES])
        attributes = arm_attributes(data, "little" if elf.layout.byte_order == "little" else "big")
    if elf.flags & _ARM_HARD:
        words.append("hard-float")
    elif elf.flags & _ARM_SOFT:
        words.append("soft-float")
    elif attributes:
        words.append(_ARM_VFP_ARGS.get(attributes.get(_TAG_VFP_ARGS, 0), "unknown-float"))
    cpu = attributes.get(_TAG_CPU_ARCH)
    if cpu is not None and cpu < len(_ARM_CPU_ARCH):
        words.append(_ARM_CPU_ARCH[cpu])
    return words


def arm_attributes(data: bytes, byte_order: str) -> dict[int, int]:
    """Number-valued file attributes of the `aeabi` vendor; what does not parse is left out."""
    start = data.find(b"aeabi\0")
    if start < 0 or data[:1] != b"A":
        return {}
    at = start + len(b"aeabi\0")
    if at + 5 > len(data) or data[at] != _TAG_FILE:
        return {}
    end = at + int.from_bytes(data[at + 1 : at + 5], "little" if byte_order == "little" else "big")
    return _pairs(data[at + 5 : min(end, len(data))])


def _pairs(data: bytes) -> dict[int, int]:
    found: dict[int, int] = {}
    at = 0
    while at < len(data) and len(found) < MAX_ATTRIBUTES:
        tag, at = _uleb(data, at)
        if tag != _TAG_COMPATIBILITY and not _has_text(tag):
            found[tag], at = _uleb(data, at)
            continue
        if tag == _TAG_COMPATIBILITY:  # a number and a text
            found[tag], at = _uleb(data, at)
        end = data.find(b"\0", at)
        at = len(data) if end < 0 else end + 1
    return found


def _has_text(tag: int) -> bool:
    """Odd tags over 32 hold text, and so do two below."""
    return tag in (_TAG_CPU_RAW_NAME, _TAG_CPU_NAME) or (tag > 32 and tag % 2 == 1)


def _uleb(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            break
    return value, at
