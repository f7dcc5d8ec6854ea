"""Values beside each other: cut to what a screen holds, never before the place where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diag.show.text import printable

_BREAKS = " ,:;="  # a value is cut behind one of these


@dataclass(frozen=True)
class Fitted:
    """A value as it is shown, and which part of that the others do not have."""

    text: str
    start: int
    end: int


def fit(values: Sequence[str], room: int) -> list[Fitted]:
    """Each value in at most `room` characters; an ellipsis says where it was cut.

    Of values that differ, what they begin with alike goes first.
    """
    told = [printable(value) for value in values]
    if len(set(told)) < 2:
        return [_window(text, 0, 0, room) for text in told]
    begin = _begin(told[0], _alike(told))
    alike = _end(told[0], _alike([text[begin:][::-1] for text in told]))
    return [_window(text, begin, len(text) - alike, room) for text in told]


def _alike(texts: Sequence[str]) -> int:
    """How many letters all of them begin with."""
    letters = enumerate(zip(*texts, strict=False))
    return next((n for n, some in letters if len(set(some)) > 1), min(map(len, texts)))


def _begin(text: str, length: int) -> int:
    """The last place up to `length` where a word begins."""
    return max(text.rfind(sign, 0, length) + 1 for sign in _BREAKS)


def _end(text: str, length: int) -> int:
    """The most of the last `length` characters that begins with a blank."""
    tail = text[len(text) - length :]
    return len(tail) - tail.index(" ") if " " in tail else 0


def _window(text: str, start: int, end: int, room: int) -> Fitted:
    if len(text) <= room:
        return Fitted(text, start, end)
    first = min(start, len(text) - room + 1)
    if end < room or first <= 0:
        return Fitted(text[: room - 1] + "…", start, min(end, room - 1))
    first = next((n for n in range(first, start) if text[n - 1] in _BREAKS), start)
    shown = "…" + text[first:]
    shown = shown if len(shown) <= room else shown[: room - 1] + "…"
    return Fitted(shown, start - first + 1, min(end - first + 1, len(shown)))
