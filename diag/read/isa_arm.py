"""32-bit ARM code, A32 and Thumb: which extensions each instruction needs.

A filter by masks finds the instructions of the floating-point, SIMD, division and later spaces (Arm
Architecture Reference Manual, DDI 0406 chapters A5 to A7 and DDI 0487 chapter F3); each different
one is decoded once. In Thumb an instruction has one or two halfwords; where instructions begin
follows from the halfwords alone: one whose upper five bits are 11101, 11110 or 11111 is the first
of two, wherever an instruction begins.

Names follow GCC's `-mfpu=` and `-march=armv7-a+...`: vfp (VFPv2 and what VFPv3 shares with it),
vfpv3, vfpv3-fp16, vfpv4, d32 (a VFP instruction on d16 to d31), fp-armv8, neon, crypto, crc, idiv,
fp16, fp16fml, dotprod, i8mm, bf16, fcma, rdma, jscvt; armv8 for acquire and release. What is left
is armv7-a or older and has no name here.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from capstone import CS_ARCH_ARM, CS_MODE_ARM, CS_MODE_THUMB, CS_MODE_V8, Cs

Words = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]

_CACHED_WORDS = 1 << 18
_NEON_A32 = ((0xFE000000, 0xF2000000), (0xFF100000, 0xF4000000))
_NEON_T32 = ((0xEF000000, 0xEF000000), (0xFF100000, 0xF9000000))
# (mask, value): SIMD; VFP and its loads; what came with Armv8; division; CRC32; acquire, release.
_MASKS_A32 = (
    *_NEON_A32, (0x0F000E00, 0x0E000A00), (0x0E000E00, 0x0C000A00), (0x0E000F00, 0x0C000900),
    (0x0F000F00, 0x0E000900), (0xFC000000, 0xFC000000),
    (0x0FD0F0F0, 0x0710F010), (0x0F900DF0, 0x01000040), (0x0F800DF0, 0x01800C90),
)  # fmt: skip
_MASKS_T32 = (
    *_NEON_T32, (0xEF000E00, 0xEE000A00), (0xEE000E00, 0xEC000A00), (0xEE000F00, 0xEC000900),
    (0xEF000F00, 0xEE000900), (0xFC000000, 0xFC000000),
    (0xFFD0F0F0, 0xFB90F0F0), (0xFFE0F0C0, 0xFAC0F080), (0xFFE00080, 0xE8C00080),
)  # fmt: skip

# Extension -> the whole mnemonic with its types, without its condition; the first that fits counts.
_RULES = {
    "idiv": r"[su]div",
    "crc": r"crc32c?[bhw]",
    "armv8": r"lda(?:ex)?[bhd]?|stl(?:ex)?[bhd]?",
    "crypto": r"aes\w+\.8|sha(?:1|256)\w+\.32|vmull\.p64",
    "dotprod": r"v[su]dot\.[su]8",
    "i8mm": r"vusdot\.s8|vsudot\.u8|vu?s?mmla\.[su]8",
    "bf16": r"v\w+\.bf16(?:\.f32)?",
    "fcma": r"vcmla\.f\d+|vcadd\.f\d+",
    "fp16fml": r"vfm[as]l\.f16",
    "rdma": r"vqrdml[as]h\.s\d+",
    "jscvt": r"vjcvt\.s32\.f64",
    "fp-armv8": r"vsel\w\w\.f\d+|v(?:max|min)nm\.f\d+|vrint[anpmzrx]\.f\d+|vcvt[anpm]\.[su]32\.f\d+|vcvt[bt]\.(?:f64\.f16|f16\.f64)",
    "vfpv3-fp16": r"vcvt[bt]?\.(?:f16\.f32|f32\.f16)",
    "vfpv4": r"vfn?m[as]\.f\d+",
}
_WHOLE = {name: re.compile(text) for name, text in _RULES.items()}
_CONDITIONAL = re.compile(
    r"(v(?!sel|fmsl)\w+?|[su]div|lda\w*?|stl\w*?|f(?:ld|st)m\w+?)"
    r"(?:eq|ne|hs|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)"
)
_ENDS_SO = frozenset(("vmls", "vfmls", "vnmls", "vcls"))  # as a condition does
_HALF = re.compile(r"\.f16\b|vins|vmovx")
_WITH_HALF = (None, "fcma", "fp-armv8", "vfpv4")
_FIXED_POINT = re.compile(r"vcvt\.(?:[su]\d+\.f\d+|f\d+\.[su]\d+)")
_IMMEDIATE = re.compile(r"vmov\.f(?:32|64)")
_LANE = re.compile(r"vdup\.\d+|vmov\.[su]?(?:8|16)")
_UPPER_BANK = re.compile(r"\bd(?:1[6-9]|2\d|3[01])\b")


@lru_cache(maxsize=1)
def extensions() -> tuple[str, ...]:
    """Every extension that an ARM instruction can be found to need, sorted."""
    return tuple(sorted({*_RULES, "vfp", "vfpv3", "d32", "neon", "fp16"}))


def candidates(words: Words, *, is_thumb: bool) -> Places:
    """Indexes of the words (in Thumb the first halfword above the second) that may need one."""
    fits = np.zeros(len(words), bool)
    for mask, value in _MASKS_T32 if is_thumb else _MASKS_A32:
        fits |= (words & np.uint32(mask)) == np.uint32(value)
    return np.flatnonzero(fits)


def thumb_starts(halves: npt.NDArray[np.uint16], resets: npt.NDArray[np.bool_]) -> Places:
    """Indexes of the halfwords that begin an instruction of two; `resets`: one begins here anyway.

    A halfword begins an instruction unless the one before it begins one of two. So after one that
    cannot begin two every second halfword of a row that could does.
    """
    if not len(halves):
        return np.empty(0, np.int64)
    is_wide = halves >= 0xE800
    begins = resets.copy()
    begins[0] = True
    begins[1:] |= ~is_wide[:-1]
    places = np.arange(len(halves), dtype=np.int64)
    since = places - np.maximum.accumulate(np.where(begins, places, 0))
    return np.flatnonzero(is_wide & (since % 2 == 0))


def thumb_literals(halves: npt.NDArray[np.uint16], wide: Places) -> Places:
    """Numbers of the words from the first halfword on that loads relative to PC read.

    LDR of one and of two halfwords, VLDR; `wide` are the indexes of instructions of two. What looks
    like a load and stands in a constant itself is none.
    """
    is_narrow = (halves & 0xF800) == 0x4800
    is_narrow[wide] = False
    is_narrow[wide[wide + 1 < len(halves)] + 1] = False
    narrow = np.flatnonzero(is_narrow).astype(np.int64)
    wide = wide[wide + 1 < len(halves)]
    first, second = halves[wide].astype(np.int64), halves[wide + 1].astype(np.int64)
    is_load, is_vfp = (first & 0xFF7F) == 0xF85F, (first & 0xFF3F) == 0xED1F
    distance = np.where(is_load, second & 0xFFF, (second & 0xFF) * 4) >> 2
    distance = np.where(first & 0x80, distance, -distance)
    base, chosen = (wide + 2) // 2 + distance, is_load | is_vfp
    short = (narrow + 2) // 2 + (halves[narrow] & 0xFF)
    loads = np.concatenate([narrow, wide[chosen], wide[is_vfp]])
    words = np.concatenate([short, base[chosen], base[is_vfp] + 1])
    return np.unique(words[~np.isin(loads // 2, words)])


@lru_cache(maxsize=_CACHED_WORDS)
def needs(word: int, *, is_thumb: bool) -> tuple[str, ...]:
    """The extensions that one instruction needs; none for what capstone cannot decode."""
    raw = word.to_bytes(4, "little")
    raw = raw[2:] + raw[:2] if is_thumb else raw
    for _, _, mnemonic, operands in _decoder(is_thumb).disasm_lite(raw, 0, 1):
        bare = _without_condition(mnemonic)
        patterns = _NEON_T32 if is_thumb else _NEON_A32
        is_neon = any(word & mask == value for mask, value in patterns)
        return _needs(bare, operands, is_neon=is_neon)
    return ()


def _needs(mnemonic: str, operands: str, *, is_neon: bool) -> tuple[str, ...]:
    found = next((name for name, rule in _WHOLE.items() if rule.fullmatch(mnemonic)), None)
    if _HALF.search(mnemonic) and ".f64" not in mnemonic and found in _WITH_HALF:
        return ("fp16",)
    if is_neon:
        if found in ("crypto", "rdma", "dotprod", "i8mm", "bf16", "fcma"):
            return (found,)
        return ("neon", found) if found else ("neon",)
    if found or not mnemonic.startswith(("v", "fldm", "fstm")):
        return (found,) if found else ()
    if _LANE.match(mnemonic):
        return ("neon",)
    return _needs_vfp(mnemonic, operands)


def _needs_vfp(mnemonic: str, operands: str) -> tuple[str, ...]:
    is_third = (_FIXED_POINT.match(mnemonic) or _IMMEDIATE.match(mnemonic)) and "#" in operands
    first = "vfpv3" if is_third else "vfp"
    return (first, "d32") if _UPPER_BANK.search(operands) else (first,)


def _without_condition(mnemonic: str) -> str:
    name, dot, types = mnemonic.partition(".")
    match = None if name in _ENDS_SO else _CONDITIONAL.fullmatch(name)
    return f"{match[1] if match else name}{dot}{types}"


@lru_cache(maxsize=2)
def _decoder(is_thumb: bool) -> Cs:
    return Cs(CS_ARCH_ARM, (CS_MODE_THUMB if is_thumb else CS_MODE_ARM) | CS_MODE_V8)
