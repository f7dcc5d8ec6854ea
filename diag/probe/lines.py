"""Which line of the Dockerfile a recorded call came from.

The shells do not tell (LINENO differs between them and counts a joined RUN as one line), so the
script's commands are searched for the one that fits the recorded words best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from diag.flow.tool_names import command_name
from diag.flow.values import RunContext
from diag.probe.records import Call
from diag.read.shell import parse_script
from diag.read.shell_tree import Simple
from diag.read.shell_walk import walk


@dataclass(frozen=True)
class _Place:
    """A command of the script: its offset, its words as far as they are fixed text."""

    offset: int
    words: tuple[tuple[str | None, int], ...]


def lines_of_calls(context: RunContext, calls: Sequence[Call]) -> list[int]:
    """Line of the file for each call, in order; the RUN's first line where none fits."""
    places = _places(context.script) if not context.is_exec_form else ()
    lines, last = [], 0
    for call in calls:
        found = _best(places, call, last)
        if found is not None:
            last = found
        lines.append(context.line_of(found) if found is not None else context.line_no)
    return lines


@lru_cache(maxsize=256)
def _places(script: str) -> tuple[_Place, ...]:
    found = []
    for simple in walk(parse_script(script).items):
        if isinstance(simple, Simple) and simple.words:
            words = tuple((word.literal, word.start) for word in simple.words)
            found.append(_Place(words[0][1], words))
    return tuple(sorted(found, key=lambda place: place.offset))


def _best(places: Sequence[_Place], call: Call, last: int) -> int | None:
    """Offset of the command word that fits best; of equals the first not before `last`."""
    ranked = [
        (-score, offset < last, offset)
        for place in places
        for score, offset in [_fit(place, call)]
        if score > 0
    ]
    return min(ranked)[2] if ranked else None


def _fit(place: _Place, call: Call) -> tuple[int, int]:
    """How many recorded words the command has, and where its word for the program stands.

    The program need not stand first (`env A=1 cargo`), nor be fixed text (`$CARGO build`).
    """
    name = command_name(call.argv[0])
    fixed = [text for text, _ in place.words]
    n_shared = sum(word in fixed for word in call.argv[1:])
    for text, offset in place.words:
        if text is not None and command_name(text) == name:
            return 2 + n_shared, offset
    return (1 + n_shared, place.offset) if fixed[0] is None else (0, place.offset)
