"""AArch64 code: which extensions each word needs. Tables: isa_a64_tables.py.

A filter over the upper half of each word leaves the few that may need an extension; of these each
different word is decoded once. Instructions are little-endian in files of either byte order.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from capstone import CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, Cs

from diag.read import isa_a64_tables as tables

Words = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]

_CACHED_WORDS = 1 << 18
_WHOLE = {name: re.compile(text) for name, text in tables.MNEMONICS.items()}
_SVE = {name: re.compile(text) for name, text in tables.SVE_MNEMONICS.items()}
_REGISTERS = {
    name: re.compile(rf"(?:.*, )?(?:{text})(?:,.*)?$") for name, text in tables.REGISTERS.items()
}


@lru_cache(maxsize=1)
def extensions() -> tuple[str, ...]:
    """Every extension that an AArch64 word can be found to need, sorted."""
    names = {*tables.MNEMONICS, *tables.REGISTERS, *tables.CACHE, *tables.SVE_MNEMONICS}
    return tuple(sorted(names | {*tables.HINTS.values(), "fp16", "sve", *tables.FMMLA}))


@lru_cache(maxsize=1)
def _upper_halves() -> npt.NDArray[np.bool_]:
    """True for the upper 16 bits of every word that MASKS may hold."""
    upper = np.arange(1 << 16, dtype=np.uint32) << 16
    fits: npt.NDArray[np.bool_] = np.logical_or.reduce(
        [(upper & (m & 0xFFFF0000)) == (v & 0xFFFF0000) for m, v in tables.MASKS]
    )
    return fits


def candidates(words: Words) -> Places:
    """Indexes of the words that may need an extension, sorted."""
    places = np.flatnonzero(_upper_halves()[words >> 16])
    kept = words[places]
    fits = np.zeros(len(kept), bool)
    for mask, value in tables.MASKS:
        fits |= (kept & np.uint32(mask)) == np.uint32(value)
    return places[fits]


@lru_cache(maxsize=_CACHED_WORDS)
def needs(word: int) -> tuple[str, ...]:
    """The extensions that one instruction needs; none for what capstone cannot decode."""
    if _is(word, tables.HINT_CLASS):
        hint = tables.HINTS.get(word >> 5 & 0x7F)
        return (hint,) if hint else ()
    for pattern, name in tables.UNREAD.items():
        if _is(word, pattern):
            return (name,)
    for _, _, mnemonic, operands in _decoder().disasm_lite(word.to_bytes(4, "little"), 0, 1):
        if _is(word, tables.SVE_CLASS):
            return _needs_sve(mnemonic, operands)
        if _is(word, tables.SME_CLASS):
            return ("sme",)
        return _needs(mnemonic, operands)
    return ()


def _is(word: int, pattern: tuple[int, int]) -> bool:
    return word & pattern[0] == pattern[1]


@lru_cache(maxsize=1)
def _decoder() -> Cs:
    return Cs(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN)


def _needs(mnemonic: str, operands: str) -> tuple[str, ...]:
    found = [name for name, rule in _WHOLE.items() if rule.fullmatch(mnemonic)]
    if mnemonic in ("mrs", "msr"):
        found = [name for name, rule in _REGISTERS.items() if rule.match(operands)]
    elif mnemonic == "dc":
        operand = operands.partition(",")[0]
        found = [name for name, text in tables.CACHE.items() if re.fullmatch(text, operand)]
    elif mnemonic.startswith("pmull") and ".1q" in operands:
        found = ["aes"]
    elif tables.HALF_MNEMONIC.fullmatch(mnemonic) and tables.HALF.search(operands):
        found.append("fp16")
    return tuple(found)


def _needs_sve(mnemonic: str, operands: str) -> tuple[str, ...]:
    for name, rule in _SVE.items():
        if rule.fullmatch(mnemonic):
            if mnemonic.startswith("pmull") and ".q" in operands:
                return ("sve2-aes",)
            return (name,) if name.startswith(("sve2", "sme")) else ("sve", name)
    for rule, shape in tables.SVE2_OPERANDS.items():
        if rule.fullmatch(mnemonic) and shape.search(operands):
            return ("sve2",)
    if mnemonic == "fmmla":
        return ("sve", *(name for name, width in tables.FMMLA.items() if width in operands))
    if tables.QUAD_PERMUTE.fullmatch(mnemonic) and ".q" in operands:
        return ("sve", "f64mm")
    return ("sve",)
