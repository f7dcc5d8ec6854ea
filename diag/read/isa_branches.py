"""Branches and addresses in blocks of x86-64 and AArch64 code, as candidates.

Formats: Intel 64 manual, volume 2 (displacements); Arm ARM, "Branches", "PC-relative addressing".
Every place that may be one is given; what is no instruction is told apart by decoding, elsewhere.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from diag.read.isa_code import Places, Wanted


def x86_block(
    block: npt.NDArray[np.uint8], base: int, wanted: Wanted
) -> list[tuple[Places, Places, bool]]:
    """Displacements of four bytes behind a branch or a byte that says RIP-relative; of one byte."""
    found: list[tuple[Places, Places, bool]] = []
    if len(block) < 6:
        return found
    opcode = block[1:-4]
    is_near = ((opcode & 0xFE) == 0xE8) | (((opcode & 0xF0) == 0x80) & (block[:-5] == 0x0F))
    for at, is_branch in (
        (np.flatnonzero(is_near) + 2, True),
        (np.flatnonzero((opcode & 0xC7) == 0x05) + 2, False),
    ):
        words = sum(block[at + n].astype(np.int64) << 8 * n for n in range(4))
        targets = ((words ^ 0x80000000) - 0x80000000) + at + base + 4
        if is_branch:
            which, to = wanted.holding(targets)
            found.append((at[which] + base, to, True))
            continue
        for more in (0, 1, 2, 4):  # an immediate may follow
            which, to = wanted.begun_by(targets + more)
            found.append((at[which] + base, to, False))
    short = np.flatnonzero(((block[:-1] & 0xF0) == 0x70) | (block[:-1] == 0xEB))
    targets = block[short + 1].astype(np.int8).astype(np.int64) + short + base + 2
    which, to = wanted.holding(targets)
    found.append((short[which] + base, to, True))
    return found


def x86_absolute(
    block: npt.NDArray[np.uint8], base: int, wanted: Wanted
) -> list[tuple[Places, Places, bool]]:
    """Addresses as they stand, of programs that are linked to a fixed place."""
    at = np.arange(max(0, len(block) - 3), dtype=np.int64)
    words = sum(block[n : len(block) - 3 + n].astype(np.int64) << 8 * n for n in range(4))
    which, to = wanted.begun_by(np.asarray(words, np.int64))
    return [(at[which] + base, to, False)]


def a64_block(
    block: npt.NDArray[np.uint8], base: int, wanted: Wanted
) -> list[tuple[Places, Places, bool]]:
    words = np.frombuffer(block[: len(block) // 4 * 4].tobytes(), "<u4").astype(np.int64)
    places = np.arange(len(words), dtype=np.int64) * 4 + base
    found = []
    for mask, value, width, shift in (
        (0x7C000000, 0x14000000, 26, 0), (0xFF000000, 0x54000000, 19, 5),
        (0x7E000000, 0x34000000, 19, 5), (0x7E000000, 0x36000000, 14, 5),
    ):  # fmt: skip
        at = np.flatnonzero((words & mask) == value)
        half = 1 << (width - 1)
        distance = ((words[at] >> shift & (2 * half - 1)) ^ half) - half
        which, to = wanted.holding(places[at] + 4 * distance)
        found.append((places[at[which]], to, True))
    at = np.flatnonzero((words & 0x1F000000) == 0x10000000)  # ADR and ADRP
    number = (words[at] >> 3 & 0x1FFFFC) | (words[at] >> 29 & 3)
    number = (number ^ 0x100000) - 0x100000
    is_page = words[at] >> 31 == 1
    low = places[at] + number
    which, to = wanted.begun_by(low)
    which, to = which[~is_page[which]], to[~is_page[which]]
    found.append((places[at[which]], to, False))
    found.append(
        _pages(
            words,
            places,
            at[is_page],
            (places[at] & ~0xFFF)[is_page] + (number << 12)[is_page],
            wanted,
        )
    )
    return found


def _pages(
    words: Places, places: Places, at: Places, pages: Places, wanted: Wanted
) -> tuple[Places, Places, bool]:
    """ADRP and an ADD of the lower twelve bits within the next instructions."""
    all_at, all_to = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for ahead in range(1, 17):
        inside = at + ahead < len(words)
        following = words[np.where(inside, at + ahead, 0)]
        is_add = (
            inside
            & ((following & 0xFFC00000) == 0x91000000)
            & ((following >> 5 & 31) == (words[at] & 31))
        )
        which, to = wanted.begun_by(np.where(is_add, pages + (following >> 10 & 0xFFF), -1))
        all_at.append(places[at[which]])
        all_to.append(to)
    return np.concatenate(all_at), np.concatenate(all_to), False
