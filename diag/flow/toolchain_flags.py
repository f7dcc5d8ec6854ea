"""A value that a tool makes of several sources, and how words of flags are split and shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from diag.flow.holes import has_hole, show
from diag.flow.state import Var

QUOTED = re.compile(r"\s|['\"\\]")  # a word with one of these is shown as a shell would take it


@dataclass(frozen=True)
class Flags:
    """A value with its provenance; `text` is None where nothing gives one, and may have holes.

    `unknown` says what decides the value where that is not in the Dockerfile; "" where it is.
    """

    text: str | None = None
    came_through: tuple[str, ...] = ()
    lost_at: str | None = None
    lost_by: str | None = None
    condition: str | None = None
    unknown: str = ""


def of_var(var: Var, text: str | None = None) -> Flags:
    """A variable as the tool has it; `text` where the tool makes another of it."""
    text = var.text if text is None else text
    return Flags(text, var.came_through, var.lost_at, var.lost_by)


def words_of(text: str) -> list[str]:
    """cargo splits at spaces alone, trims each word, and knows no quotes."""
    return [word for part in text.split(" ") if (word := part.strip())]


def line_of(words: Iterable[str]) -> str:
    """The words as one line; a word that a shell would split or unquote is quoted."""
    return " ".join(_shown(word) for word in words)


def _shown(word: str) -> str:
    if word and (has_hole(word) or not QUOTED.search(word)):
        return word
    return shlex.quote(word)


def reason_of(words: Iterable[str]) -> str:
    """The words joined for a condition, short enough to be read."""
    text = show(" ".join(words))
    return text if len(text) <= 120 else text[:117] + "..."
