"""Build attributes of ARM and RISC-V objects, by name and in words.

Formats: ABI for the Arm Architecture, "Addenda to, and Errata in" (build attributes); RISC-V ELF
psABI, "Attributes". Words are those of readelf -A.
"""

from __future__ import annotations

from collections.abc import Iterator

from diag.read.elf import Elf
from diag.read.elf_layout import EM_ARM, EM_RISCV, SHT_ATTRIBUTES

MAX_ATTRIBUTE_BYTES = 1 << 16
MAX_ATTRIBUTES = 512
MAX_VENDORS = 16
TAG_FILE, TAG_COMPATIBILITY = 1, 32

VENDORS = {EM_ARM: b"aeabi", EM_RISCV: b"riscv"}

ARM_CPU_ARCH = (
    "pre-v4", "v4", "v4T", "v5T", "v5TE", "v5TEJ", "v6", "v6KZ", "v6T2", "v6K", "v7", "v6-M",
    "v6S-M", "v7E-M", "v8", "v8-R", "v8-M.baseline", "v8-M.mainline", "v8.1-A", "v8.2-A", "v8.3-A",
    "v8.1-M.mainline", "v9",
)  # fmt: skip
_USED = ("Unused", "Needed")
_ALLOWED = ("Not Allowed", "Allowed")
_GOALS = ("None", "Prefer Speed", "Aggressive Speed", "Prefer Size", "Aggressive Size")
# Tag -> (name, word of each number); numbers without a word are shown as they are.
_ARM: dict[int, tuple[str, tuple[str, ...]]] = {
    4: ("CPU_raw_name", ()),
    5: ("CPU_name", ()),
    6: ("CPU_arch", ARM_CPU_ARCH),
    7: ("CPU_arch_profile", ("None",)),
    8: ("ARM_ISA_use", ("No", "Yes")),
    9: ("THUMB_ISA_use", ("No", "Thumb-1", "Thumb-2", "Yes")),
    10: ("FP_arch", ("No", "VFPv1", "VFPv2", "VFPv3", "VFPv3-D16", "VFPv4", "VFPv4-D16",
                     "FP for ARMv8", "FPv5/FP-D16 for ARMv8")),
    11: ("WMMX_arch", ("No", "WMMXv1", "WMMXv2")),
    12: ("Advanced_SIMD_arch", ("No", "NEONv1", "NEONv1 with Fused-MAC", "NEON for ARMv8",
                                "NEON for ARMv8.1")),
    13: ("PCS_config", ("None", "Bare platform", "Linux application", "Linux DSO")),
    14: ("ABI_PCS_R9_use", ("V6", "SB", "TLS", "Unused")),
    15: ("ABI_PCS_RW_data", ("Absolute", "PC-relative", "SB-relative", "None")),
    16: ("ABI_PCS_RO_data", ("Absolute", "PC-relative", "None")),
    17: ("ABI_PCS_GOT_use", ("None", "direct", "GOT-indirect")),
    18: ("ABI_PCS_wchar_t", ("None",)),
    19: ("ABI_FP_rounding", _USED),
    20: ("ABI_FP_denormal", (*_USED, "Sign only")),
    21: ("ABI_FP_exceptions", _USED),
    22: ("ABI_FP_user_exceptions", _USED),
    23: ("ABI_FP_number_model", ("Unused", "Finite", "RTABI", "IEEE 754")),
    24: ("ABI_align_needed", ("None", "8-byte", "4-byte")),
    25: ("ABI_align_preserved", ("None", "8-byte, except leaf SP", "8-byte")),
    26: ("ABI_enum_size", ("Unused", "small", "int", "forced to int")),
    27: ("ABI_HardFP_use", ("As Tag_FP_arch", "SP only", "Reserved", "Deprecated")),
    28: ("ABI_VFP_args", ("AAPCS", "VFP registers", "custom", "compatible")),
    29: ("ABI_WMMX_args", ("AAPCS", "WMMX registers", "custom")),
    30: ("ABI_optimization_goals", (*_GOALS, "Prefer Debug", "Aggressive Debug")),
    31: ("ABI_FP_optimization_goals", (*_GOALS, "Prefer Accuracy", "Aggressive Accuracy")),
    32: ("compatibility", ()),
    34: ("CPU_unaligned_access", ("None", "v6")),
    36: ("FP_HP_extension", _ALLOWED),
    38: ("ABI_FP_16bit_format", ("None", "IEEE 754", "Alternative Format")),
    42: ("MPextension_use", _ALLOWED),
    44: ("DIV_use", ("Allowed in Thumb-ISA, v7-R or v7-M", "Not allowed",
                     "Allowed in v7-A with integer division extension")),
    46: ("DSP_extension", ("Follow architecture", "Allowed")),
    48: ("MVE_arch", ("No MVE", "MVE Integer only", "MVE Integer and FP")),
    66: ("T2EE_use", _ALLOWED),
    67: ("conformance", ()),
    68: ("Virtualization_use", ("Not Allowed", "TrustZone", "Virtualization Extensions",
                                "TrustZone and Virtualization Extensions")),
}  # fmt: skip
_PROFILES = {"A": "Application", "R": "Realtime", "M": "Microcontroller", "S": "Classic"}
_RISCV: dict[int, tuple[str, tuple[str, ...]]] = {
    4: ("stack_align", ()),
    5: ("arch", ()),
    6: ("unaligned_access", ("No unaligned access", "Unaligned access")),
    8: ("priv_spec", ()),
    10: ("priv_spec_minor", ()),
    12: ("priv_spec_revision", ()),
    14: ("atomic_abi", ("unknown", "A6C", "A6S", "A7")),
}
_TABLES = {EM_ARM: _ARM, EM_RISCV: _RISCV}


def attribute_rows(elf: Elf) -> list[tuple[str, str]]:
    """(Tag_NAME, value in words) of each file attribute; none for machines without a table."""
    table = _TABLES.get(elf.machine)
    if table is None:
        return []
    return [
        (f"Tag_{table[tag][0] if tag in table else tag}", _word(table, tag, value))
        for tag, value in file_attributes(elf).items()
    ]


def _word(table: dict[int, tuple[str, tuple[str, ...]]], tag: int, value: int | str) -> str:
    name, words = table.get(tag, ("", ()))
    if isinstance(value, str):
        return value
    if name == "CPU_arch_profile" and value:
        return _PROFILES.get(chr(value % 128), str(value))
    if name == "stack_align":
        return f"{value}-bytes"
    return words[value] if value < len(words) else str(value)


def file_attributes(elf: Elf) -> dict[int, int | str]:
    """Tag -> value of the attributes of the whole file; what does not parse is left out."""
    vendor = VENDORS.get(elf.machine)
    for index in elf.of_type(SHT_ATTRIBUTES)[: 1 if vendor else 0]:
        data = bytes(elf.content(index)[:MAX_ATTRIBUTE_BYTES])
        return parse_attributes(data, vendor or b"", elf.layout.byte_order)
    return {}


def parse_attributes(data: bytes, vendor: bytes, byte_order: str) -> dict[int, int | str]:
    """The file attributes of one vendor out of a section of attributes."""
    order = ">" if byte_order == "big" else "<"
    found: dict[int, int | str] = {}
    for name, content in _vendors(data, order):
        if name == vendor and content[:1] == bytes([TAG_FILE]) and len(content) >= 5:
            size = _u32(content, 1, order)
            found.update(_pairs(content[5:size], texts=(4, 5) if vendor == b"aeabi" else ()))
    return found


def _vendors(data: bytes, order: str) -> Iterator[tuple[bytes, bytes]]:
    """(name, content) of each vendor's part, as far as lengths hold."""
    at = 1 if data[:1] == b"A" else len(data)
    for _ in range(MAX_VENDORS):
        if at + 4 > len(data):
            return
        length = _u32(data, at, order)
        name, _, content = data[at + 4 : at + max(length, 4)].partition(b"\0")
        yield name, content
        if length < 5:
            return
        at += length


def _u32(data: bytes, at: int, order: str) -> int:
    return int.from_bytes(data[at : at + 4], "big" if order == ">" else "little")


def _pairs(data: bytes, texts: tuple[int, ...]) -> dict[int, int | str]:
    """Odd tags over 32 hold text in both formats, odd ones below in RISC-V's, `texts` in ARM's."""
    found: dict[int, int | str] = {}
    at = 0
    while at < len(data) and len(found) < MAX_ATTRIBUTES:
        tag, at = _uleb(data, at)
        is_text = tag in texts or (tag % 2 == 1 and (tag > TAG_COMPATIBILITY or not texts))
        if not is_text:
            found[tag], at = _uleb(data, at)
        if is_text or tag == TAG_COMPATIBILITY:  # this one is a number and a text
            end = data.find(b"\0", at)
            end = len(data) if end < 0 else end
            text = data[at:end].decode("utf-8", "backslashreplace")
            found[tag] = text if is_text else f"{found[tag]} {text}".strip()
            at = end + 1
    return found


def _uleb(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            break
    return value, at
