"""Skimming: of a long log, only the lines that can matter become Python objects.

Nearly every line of a long log is output that nothing is looked for in. Such a line is left out
if three things hold: it is Quiet, which is to say that the log's reader learns no more from it
than that its step goes on printing; it holds nothing that is searched for; and so it is with
the lines before and after it, of the same step: a reader is then in the same state on both sides
of a gap, and it may look one line ahead before it hands a line on. The searches run over a block of the log at once, in RE2 (by way of pyarrow), whose time is linear
whatever the text. What is given can be more than what matters, never less: those who take the
lines look at each of them again. docs/adr/0006-long-logs-are-skimmed.md has the measurements.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SKIM_FROM = 1 << 20  # bytes; a smaller log is read before a search is set up
# Bytes that textlines.clean takes away or that a terminal acts upon: what they hide is looked at.
CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r[^\r\n]"


# What a line may hold, as bits of `Skim.told`; what was not searched may hold all.
STARTS_SO, HELD, NAMED, ALSO = 1, 2, 4, 8
UNSEARCHED = 15


class Quiet(NamedTuple):
    """How a format prints output: `begin` is a pattern (RE2) of what stands before the text of a
    line, its first word the step; "" where nothing does. Lines with one of `literals` are not
    quiet."""

    begin: str
    literals: tuple[str, ...] = ()


class Calls(NamedTuple):
    """Lines in which `held` occurs, without those whose text starts with `dull` and has no `but`."""

    held: str
    dull: str
    but: str

    def among(self, lines: Any, begin: str) -> Any:
        """Whether each line is one."""
        is_call = _matches(lines, self.held).copy()
        if is_call.any():
            few = lines.filter(is_call)
            is_dull = _matches(few, f"^(?:{begin})(?:{self.dull})")
            is_call[is_call] = ~is_dull | _matches(few, self.but)
        return is_call


def _matches(lines: Any, pattern: str) -> Any:
    import pyarrow.compute as pc

    return pc.match_substring_regex(lines, pattern).to_numpy(zero_copy_only=False)


def any_of(literals: Iterable[str]) -> str:
    """A pattern for lines in which one of the literals occurs."""
    return "|".join(re.escape(text) for text in literals)


@dataclass
class Skim:
    """What is searched for in a log, as patterns (RE2): `loud`, `named` and `also` anywhere in a
    line, `starts` at the start of its text. Lines beyond what the four can tell match `unsure`.

    While there is anything in `waiting`, every line is given: who needs the next line of a step,
    whatever it holds, puts the step in and takes it out again. Of a line that is given, `told_of`
    says which of the patterns it may hold, so that no one searches it again for what it has not.
    """

    named: str
    loud: str = ""
    starts: str = ""  # the same, at the start of a line's text
    also: str = ""
    calls: Calls | None = None  # `named` as well
    unsure: str = ""
    waiting: set[Hashable] = field(default_factory=set)
    told: bytearray = field(default_factory=bytearray)  # by line, from the log's first

    def told_of(self, line_no: int) -> int:
        """Which patterns the line may hold, as bits: all of them where it was not searched."""
        return self.told[line_no - 1] if line_no <= len(self.told) else UNSEARCHED

    def lines(self, block: bytes, quiet: Quiet) -> Iterator[tuple[int, bytes]]:
        """(place in the block from 0, bytes) of the lines that can matter, in order."""
        import numpy as np

        if not block:
            return
        ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n"))
        if not block.endswith(b"\n"):
            ends = np.append(ends, len(block))
        starts = np.concatenate([[0], ends[:-1] + 1])
        told = self._searched(block, starts, quiet)
        self.told += told.tobytes()
        n_lines, at = len(ends), 0
        for place in np.flatnonzero(_near(block, starts, told > 0, quiet)).tolist():
            at = max(at, place)
            while at < n_lines and (at == place or self.waiting):
                yield at, block[starts[at] : ends[at]]
                at += 1

    def _searched(self, block: bytes, starts: Any, quiet: Quiet) -> Any:
        """Which patterns each line of a block may hold, as bits."""
        import numpy as np
        import pyarrow as pa

        offsets = np.append(starts, len(block)).astype(np.int64)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(block)]
        lines = pa.Array.from_buffers(pa.large_binary(), len(starts), buffers)

        unsure = [CONTROLS, *map(re.escape, quiet.literals), *filter(None, [self.unsure])]
        asked = {HELD: self.loud, NAMED: self.named, ALSO: self.also}
        if self.starts:
            asked[STARTS_SO] = f"^(?:{quiet.begin})(?:{self.starts})"
        asked = {bit: pattern for bit, pattern in asked.items() if pattern}
        if len(asked) == 1:  # one search tells what there is to tell
            unsure += asked.popitem()[1:]
        is_unsure = _matches(lines, "|".join(unsure))
        if quiet.begin:
            is_unsure |= ~_matches(lines, f"^(?:{quiet.begin})")
        told = is_unsure * np.uint8(UNSEARCHED)
        for bit, pattern in asked.items():
            told |= _matches(lines, pattern) * np.uint8(bit)
        if self.calls is not None:
            told |= self.calls.among(lines, quiet.begin) * np.uint8(NAMED)
        return told


def _near(block: bytes, starts: Any, kept: Any, quiet: Quiet) -> Any:
    """Whether each line of a block is given: what is kept, and its neighbours; the first and the
    last always are."""
    near = kept.copy()
    near[1:] |= kept[:-1]
    near[:-1] |= kept[1:]
    if quiet.begin:
        steps = _first_words(block, starts)
        near[1:] |= steps[1:] != steps[:-1]
    near[0] = near[-1] = True
    return near


def _first_words(block: bytes, starts: Any) -> Any:
    """The bytes of each line up to its first space, as numbers; of a word of eight bytes or more,
    its first eight."""
    import numpy as np

    padded = np.frombuffer(block + bytes(8), np.uint8)
    words = np.lib.stride_tricks.sliding_window_view(padded, 8)[starts].view("<u8")[:, 0]
    # The lowest bit set marks the first space: a byte that is zero once spaces are zero.
    zeroed = words ^ np.uint64(0x2020202020202020)
    marks = (zeroed - np.uint64(0x0101010101010101)) & ~zeroed & np.uint64(0x8080808080808080)
    return words & ((marks & -marks) - np.uint64(1))
