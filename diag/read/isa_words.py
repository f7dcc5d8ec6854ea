"""Instructions of ARM and AArch64 code that need an extension: where they are, and which.

Code is looked at in blocks, each different instruction of a block that the filters leave is
decoded once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import numpy.typing as npt

from diag.read import isa_a64, isa_arm
from diag.read.elf import Elf
from diag.read.elf_layout import EM_ARM
from diag.read.isa_mapping import A32, A64, EF_ARM_BE8, THUMB, Regions

Places = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]
Found = tuple[Places, list[tuple[str, ...]], npt.NDArray[np.intp]]

BLOCK_BYTES = 1 << 22


def instructions(elf: Elf, code: memoryview, kinds: Regions, resets: Places) -> Iterator[Found]:
    """Per block: offsets of instructions, the sets of extensions there are, the set of each.

    `resets` are offsets where an instruction begins in any case, sorted: those of functions.
    """
    if elf.machine != EM_ARM:
        yield from _words(code, "<", A64, kinds, isa_a64.candidates, isa_a64.needs)
        return
    order = "<" if elf.layout.byte_order == "little" or elf.flags & EF_ARM_BE8 else ">"
    if (kinds.kinds == A32).any():
        filter = partial(isa_arm.candidates, is_thumb=False)
        yield from _words(code, order, A32, kinds, filter, partial(isa_arm.needs, is_thumb=False))
    if (kinds.kinds == THUMB).any():
        yield from _thumb(code, order, kinds, resets)


def _words(
    code: memoryview,
    order: str,
    kind: int,
    kinds: Regions,
    filter: Callable[[Words], Places],
    needs: Callable[[int], tuple[str, ...]],
) -> Iterator[Found]:
    words = np.frombuffer(code, f"{order}u4", len(code) // 4)
    for at in range(0, len(words), BLOCK_BYTES // 4):
        block = words[at : at + BLOCK_BYTES // 4].astype(np.uint32, copy=False)
        places = filter(block)
        offsets = (places + at) * 4
        keep = kinds.kind_at(offsets) == kind
        if keep.any():
            yield offsets[keep], *_decoded(block[places[keep]], needs)


def _thumb(code: memoryview, order: str, kinds: Regions, resets: Places) -> Iterator[Found]:
    halves = np.frombuffer(code, f"{order}u2", len(code) // 2).astype(np.uint16, copy=False)
    resets = np.union1d(resets, kinds.starts) // 2
    needs = partial(isa_arm.needs, is_thumb=True)
    size, begin, literals = BLOCK_BYTES // 2, 0, np.empty(0, np.int64)
    while begin < len(halves) - 1:
        # A block ends where an instruction surely begins, if there is such a place.
        end = min(begin + size, len(halves))
        later = int(np.searchsorted(resets, end, side="right"))
        if end < len(halves) and later and resets[later - 1] > begin:
            end = int(resets[later - 1])
        block = halves[begin:end]
        is_reset = np.zeros(len(block), bool)
        is_reset[resets[(resets >= begin) & (resets < end)] - begin] = True
        places = isa_arm.thumb_starts(block, is_reset)
        places = places[places + 1 < len(block)]
        places = places[~is_reset[places + 1]]  # data: another instruction begins inside of it
        words = (block[places].astype(np.uint32) << 16 | block[places + 1]).astype(np.uint32)
        chosen = isa_arm.candidates(words, is_thumb=True)
        offsets = (places[chosen] + begin) * 2
        keep = kinds.kind_at(offsets) == THUMB
        if kinds.is_guess:
            literals = np.union1d(literals, isa_arm.thumb_literals(block, places) + begin // 2)
            keep &= ~(_is_a32(words[chosen], offsets) | _is_in(literals, offsets))
        if keep.any():
            yield offsets[keep], *_decoded(words[chosen[keep]], needs)
        begin = end


def _is_a32(words: Words, offsets: Places) -> npt.NDArray[np.bool_]:
    """Whether A32 reads the same bytes as B or BL back, or as BX LR.

    Start files of the C library put an A32 function among those in Thumb; these two would be SIMD
    there. Where mapping symbols are stripped only this tells them apart.
    """
    is_branch = ((words & 0xFEFF) == 0xEAFF) | ((words & 0xFFFF0FFF) == 0xFF1E012F)
    kept: npt.NDArray[np.bool_] = is_branch & (offsets % 4 == 0)
    return kept


def _is_in(literals: Places, offsets: Places) -> npt.NDArray[np.bool_]:
    """Whether an instruction of four bytes at these offsets would be in a word that is loaded."""
    return np.isin(offsets // 4, literals) | np.isin((offsets + 2) // 4, literals)


def _decoded(
    words: Words, needs: Callable[[int], tuple[str, ...]]
) -> tuple[list[tuple[str, ...]], npt.NDArray[np.intp]]:
    """The different sets of extensions, and the number of the set of each word."""
    unique, which = np.unique(words, return_inverse=True)
    numbers: dict[tuple[str, ...], int] = {}
    of_word = [numbers.setdefault(needs(word), len(numbers)) for word in unique.tolist()]
    return list(numbers), np.array(of_word, np.intp)[which]
