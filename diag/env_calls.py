"""Which rows of an `env` frame are of a call that someone asks for by its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["begins_with", "calls_of", "plain_words"]


def calls_of(env: pd.DataFrame, command: str) -> pd.DataFrame:
    """The rows whose call begins with these words: `cargo`, `cargo build`."""
    from diag import schema

    called = zip(env["command"], env["argv_text"].str.split(), strict=True)
    return schema.keep(env, [begins_with((name, *argv[1:]), command) for name, argv in called])


def plain_words(command: str) -> list[str]:
    """The words, the first one without its folders: `./configure` is told as `configure`."""
    first, *rest = command.split() or [""]
    is_option = first.startswith("-")  # stands there since the variable before it is empty
    return [first if is_option else first.rpartition("/")[2] or first, *rest] if first else []


def begins_with(call: Sequence[str], command: str) -> bool:
    """Whether a call begins with the words of `command`; its first word counts by its base name."""
    words = plain_words(command)
    return bool(words) and list(call[: len(words)]) == words
