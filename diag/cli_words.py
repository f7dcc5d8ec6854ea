"""The command as it was typed, for a page that tells how to make it again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from diag.show.redact import Redactor

_WORDS = "diag.cli_words.words"


def note_words(context: click.Context, words: Sequence[str]) -> None:
    """Keep the words of the command line, before they are taken apart."""
    context.meta[_WORDS] = tuple(words)


def command_typed(mask: Redactor) -> str:
    """The command line for a shell, its secrets masked; "" where none was typed."""
    context = click.get_current_context(silent=True)
    words = context.meta.get(_WORDS, ()) if context is not None else ()
    return " ".join(["diag", *(_for_shell(_masked(word, mask)) for word in words)] if words else [])


def _masked(word: str, mask: Redactor) -> str:
    """`NAME=VALUE` by what its name says as well, `--build-arg=NAME=VALUE` too."""
    before, sign, value = word.partition("=")
    if before.startswith("-") and "=" in value:
        return f"{before}={_masked(value, mask)}"
    return mask.text(f"{before}={mask.value(before, value)}" if sign else word)


def _for_shell(word: str) -> str:
    """The word quoted; the home folder, for which a shell put in its path, is `~` again."""
    home = _home()
    if home and word.startswith(f"{home}/"):
        return f"~/{shlex.quote(word.removeprefix(f'{home}/'))}"
    return shlex.quote(word)


def _home() -> str:
    try:
        found = str(Path.home())
    except RuntimeError:  # no such user
        return ""
    return "" if found == "/" else found
