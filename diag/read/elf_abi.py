"""The ABI of an ELF image in words: float convention, instruction-set base, ELF ABI version.

Sources: ABI for the Arm Architecture (ELF header flags; build attributes), RISC-V ELF psABI,
LoongArch ELF psABI, 64-bit PowerPC ELF ABI, MIPS ABI supplement.
"""

from __future__ import annotations

from diag.read.elf import Elf
from diag.read.elf_attributes import ARM_CPU_ARCH, file_attributes
from diag.read.elf_layout import (
    EM_ARM,
    EM_LOONGARCH,
    EM_MIPS,
    EM_PPC64,
    EM_RISCV,
    EM_X86_64,
)

_ARM_HARD, _ARM_SOFT = 0x400, 0x200
_TAG_CPU_ARCH, _TAG_VFP_ARGS = 6, 28
# As compilers spell them in -march.
_ARM_CPU_WORDS = {
    14: "v8-a", 16: "v8-m.base", 17: "v8-m.main", 21: "v8.1-m.main", 22: "v9-a",
}  # fmt: skip
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
    attributes = file_attributes(elf)
    if elf.flags & _ARM_HARD:
        words.append("hard-float")
    elif elf.flags & _ARM_SOFT:
        words.append("soft-float")
    elif attributes:
        words.append(_ARM_VFP_ARGS.get(int(attributes.get(_TAG_VFP_ARGS, 0)), "unknown-float"))
    cpu = attributes.get(_TAG_CPU_ARCH)
    if isinstance(cpu, int) and cpu < len(ARM_CPU_ARCH):
        words.append(_ARM_CPU_WORDS.get(cpu, ARM_CPU_ARCH[cpu].lower()))
    return words
