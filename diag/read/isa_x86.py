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

from diag.read.isa_x86_tables import Encodings

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

BLOCK_BYTES = 1 << 20
EVEX, VEX3, VEX2 = 0x62, 0xC4, 0xC5
_code_of = attrgetter("code")


def candidates(code: Bytes, bits: int, wanted: Encodings) -> Places:
    """Offsets where an EVEX- or VEX-coded instruction of the wanted extensions may begin, sorted."""
    found = [np.empty(0, np.int64)]
    for at in range(0, len(code), BLOCK_BYTES):
        # Five bytes of an encoding are looked at; the last ones may lie in the next block.
        block = code[at : at + BLOCK_BYTES + 4]
        limit = min(BLOCK_BYTES, len(code) - at)
        for places in _in_block(block, limit, bits, wanted):
            found.append(places + at)
    return np.sort(np.concatenate(found))


def _in_block(block: Bytes, limit: int, bits: int, wanted: Encodings) -> Iterator[Places]:
    if wanted.evex.any():
        yield _evex(block, _starting(block, limit, EVEX, 5), bits, wanted.evex)
    if wanted.vex.any():
        yield _vex3(block, _starting(block, limit, VEX3, 4), bits, wanted.vex)
        yield _vex2(block, _starting(block, limit, VEX2, 3), bits, wanted.vex)


def _starting(block: Bytes, limit: int, byte: int, length: int) -> Places:
    places = np.flatnonzero(block[: max(0, min(limit, len(block) - length + 1))] == byte)
    return places.astype(np.int64)


def _evex(block: Bytes, at: Places, bits: int, table: npt.NDArray[np.bool_]) -> Places:
    first, second = block[at + 1], block[at + 2]
    keep = ((first & 0x08) == 0) & ((second & 0x04) != 0)
    keep &= table[first & 7, second & 3, second >> 7, block[at + 4]]
    kept: Places = at[keep & _is_prefix(first, bits)]
    return kept


def _vex3(block: Bytes, at: Places, bits: int, table: npt.NDArray[np.bool_]) -> Places:
    first, second = block[at + 1], block[at + 2]
    keep = (first & 0x18) == 0
    keep &= table[first & 7, second & 3, second >> 7, block[at + 3]]
    kept: Places = at[keep & _is_prefix(first, bits)]
    return kept


def _vex2(block: Bytes, at: Places, bits: int, table: npt.NDArray[np.bool_]) -> Places:
    first = block[at + 1]
    kept: Places = at[table[1, first & 3, 0, block[at + 2]] & _is_prefix(first, bits)]
    return kept


def _is_prefix(first: Bytes, bits: int) -> npt.NDArray[np.bool_]:
    """In 32-bit code these bytes are BOUND, LES and LDS unless the next two bits are set."""
    return np.full(len(first), True) if bits == 64 else first >= 0xC0


def count_extensions(code: bytes, bits: int, wanted: Encodings) -> Counter[str]:
    """Instructions of each wanted extension in a run of code, decoded from its first byte.

    A byte that begins no instruction is passed over alone, as objdump does.
    """
    counts: Counter[str] = Counter()
    for number, times in _codes(code, bits).items():
        for extension in wanted.features.get(number, ()):
            counts[extension] += times
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
