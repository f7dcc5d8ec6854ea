"""x86 machine code: where an extension may be used, and how often it really is.

Two steps, because decoding is slow: a NumPy pass finds every byte where an instruction of the
wanted extensions could begin (it may find too many, never too few), then iced decodes the
functions that hold such a byte and counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from operator import attrgetter

import numpy as np
import numpy.typing as npt
from iced_x86 import Code, Decoder

from diag.read.isa_x86_tables import Encodings, Table

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

BLOCK_BYTES = 1 << 20
EVEX, VEX3, VEX2, XOP, ESCAPE = 0x62, 0xC4, 0xC5, 0x8F, 0x0F
_LONGEST = 4  # bytes of an encoding that are looked at behind its first
_PREFIXES = 4  # bytes before an opcode in which its mandatory prefix is looked for
_MANDATORY = ((1, 0x66), (2, 0xF3), (3, 0xF2))
# Of processors no longer made, of hypervisors and monitors, and of transactions.
RARE = frozenset(
    ("3dnow", "cyrix_d3now", "cyrix_dmi", "cyrix_emmi", "cyrix_fpu", "cyrix_smint", "cyrix_smm",
     "d3now", "d3nowext", "fma4", "geode", "lwp", "mpx", "padlock_ace", "padlock_phe", "padlock_pmm",
     "padlock_rng", "padlock_undoc", "rtm", "sgx1", "skinit", "skinit_or_svm", "smx", "svm", "tbm",
     "vmx", "xop")
)  # fmt: skip
_code_of = attrgetter("code")


def candidates(code: Bytes, bits: int, wanted: Encodings) -> Places:
    """Offsets of bytes at which an instruction of the wanted extensions may be, sorted.

    Of EVEX, VEX and XOP codes the first byte of the prefix, of others that of the opcode.
    """
    found = [np.empty(0, np.int64)]
    for at in range(0, len(code), BLOCK_BYTES):
        # An encoding may reach into the next block, and its prefixes into the one before.
        before = min(at, _PREFIXES)
        block = code[at - before : at + BLOCK_BYTES + _LONGEST]
        limit = min(BLOCK_BYTES, len(code) - at) + before
        for places in _in_block(block, limit, bits, wanted):
            found.append(places[places >= before] + (at - before))
    # Sorted and compared: unique() hashes, which costs eight times as much for so many.
    places = np.sort(np.concatenate(found))
    return np.asarray(places[np.append(True, places[1:] != places[:-1])[: len(places)]])


def _in_block(block: Bytes, limit: int, bits: int, wanted: Encodings) -> Iterator[Places]:
    if wanted.evex.any():
        yield _evex(block, _starting(block, limit, EVEX, 5), bits, wanted.evex)
    if wanted.vex.any():
        yield _vex3(block, _starting(block, limit, VEX3, 4), bits, wanted.vex)
        yield _vex2(block, _starting(block, limit, VEX2, 3), bits, wanted.vex)
    if wanted.xop.any():
        at = _starting(block, limit, XOP, 4)
        yield at[((block[at + 1] & 0x1F) >= 8) & wanted.xop[block[at + 3]]]
    if wanted.legacy.any():
        yield from _legacy(block, limit, wanted.legacy)


def _starting(block: Bytes, limit: int, byte: int, length: int) -> Places:
    places = np.flatnonzero(block[: max(0, min(limit, len(block) - length + 1))] == byte)
    return places.astype(np.int64)


def _evex(block: Bytes, at: Places, bits: int, table: Table) -> Places:
    first, second = block[at + 1], block[at + 2]
    keep = ((first & 0x08) == 0) & ((second & 0x04) != 0)
    keep &= table[first & 7, second & 3, second >> 7, block[at + 4]]
    kept: Places = at[keep & _is_prefix(first, bits)]
    return kept


def _vex3(block: Bytes, at: Places, bits: int, table: Table) -> Places:
    first, second = block[at + 1], block[at + 2]
    keep = (first & 0x18) == 0
    keep &= table[first & 7, second & 3, second >> 7, second >> 2 & 1, block[at + 3]]
    kept: Places = at[keep & _is_prefix(first, bits)]
    return kept


def _vex2(block: Bytes, at: Places, bits: int, table: Table) -> Places:
    first = block[at + 1]
    keep = table[1, first & 3, 0, first >> 2 & 1, block[at + 2]]
    kept: Places = at[keep & _is_prefix(first, bits)]
    return kept


def _is_prefix(first: Bytes, bits: int) -> npt.NDArray[np.bool_]:
    """In 32-bit code these bytes are BOUND, LES and LDS unless the next two bits are set."""
    return np.full(len(first), True) if bits == 64 else first >= 0xC0


def _legacy(block: Bytes, limit: int, table: Table) -> Iterator[Places]:
    """Opcodes behind 0F, 0F 38 and 0F 3A, and those of one byte with a fixed second one."""
    at = _starting(block, limit, ESCAPE, 2)
    # Behind an opcode at the very end nothing follows: any reg field may do.
    padded = np.append(block, np.zeros(_LONGEST, np.uint8))
    second = block[at + 1]
    for number, byte in ((2, 0x38), (3, 0x3A)):
        longer = at[second == byte]
        yield _fitting(padded, longer, longer + 2, table[number])
    yield _fitting(padded, at, at + 1, table[1])
    for byte in np.flatnonzero(table[0].any(axis=(0, 2))).tolist():
        places = _starting(block, limit, byte, 2)
        yield _fitting(padded, places, places, table[0])


def _fitting(block: Bytes, at: Places, opcodes: Places, table: Table) -> Places:
    """Places whose opcode, reg field and one of the mandatory prefixes are in the table."""
    code, reg = block[opcodes], block[opcodes + 1] >> 3 & 7
    keep = table[0, code, reg]
    for number, byte in _MANDATORY:
        fits = table[number, code, reg]
        if fits.any():
            has_prefix = np.zeros(len(at), bool)
            for back in range(1, _PREFIXES + 1):
                has_prefix |= (at >= back) & (block[at - back] == byte)
            keep |= fits & has_prefix
    kept: Places = at[keep]
    return kept


def count_extensions(code: bytes, bits: int, wanted: Encodings) -> Counter[str]:
    """Instructions of each wanted extension in a run of code, decoded from its first byte.

    A byte that begins no instruction is passed over alone, as objdump does. Where there is one,
    tables stand among the code (hand-written assembly has them in .text), and what they look like
    is no use of an extension that hardly any code uses: those of RARE do not count there.
    """
    counts: Counter[str] = Counter()
    codes = _codes(code, bits)
    for number, times in codes.items():
        for extension in wanted.features.get(number, ()):
            counts[extension] += times
    for extension in RARE & counts.keys() if codes[Code.INVALID] else ():
        del counts[extension]
    return counts


def _codes(code: bytes, bits: int) -> Counter[int]:
    counts = Counter(map(_code_of, Decoder(bits, code)))
    if not counts[Code.INVALID]:
        return counts
    counts, decoder = Counter(), Decoder(bits, code)
    while decoder.can_decode:
        at = decoder.position
        instruction = decoder.decode()
        counts[instruction.code] += 1
        if instruction.code == Code.INVALID:
            decoder.position = at + 1
    return counts
