"""Linker scripts that stand where a library is asked for: `INPUT(...)`, `GROUP(...)`.

Source: GNU ld manual, "Commands Dealing with Files". Other commands are passed over where they name
no input (OUTPUT_FORMAT, SEARCH_DIR); a script with sections of its own is not followed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from diag.paths import is_file

MAX_BYTES = 64 * 1024  # those of libraries are below one KiB
# What is left open ends with the text, so that each byte is looked at once.
_TOKEN = re.compile(r'/\*.*?(?:\*/|\Z)|"[^"]*"?|[()]|[^\s(),;"]+', re.DOTALL)
_PASSED = frozenset(["OUTPUT_FORMAT", "OUTPUT_ARCH", "SEARCH_DIR", "TARGET", "ENTRY", "OUTPUT"])


@dataclass(frozen=True)
class Named:
    """A word of INPUT or GROUP: a path, or `-lX`."""

    word: str
    is_group: bool
    is_as_needed: bool


def read_link_script(path: str) -> list[Named] | None:
    """What a linker script names, in order; None for what is no such script, or is not followed."""
    try:
        if not is_file(path):
            return None
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        return None
    if len(data) > MAX_BYTES or b"\0" in data or not re.search(rb"\b(?:INPUT|GROUP)\s*\(", data):
        return None
    return _named(_TOKEN.findall(data.decode("utf-8", "replace")))


def _named(tokens: list[str]) -> list[Named] | None:
    found: list[Named] = []
    open_words: list[str] = []  # the words before the brackets that are open
    word = ""
    for token in (one for one in tokens if not one.startswith("/*")):
        if token == "(":
            if word not in _PASSED | {"INPUT", "GROUP", "AS_NEEDED"}:
                return None
            open_words.append(word)
        elif token == ")":
            if not open_words:
                return None
            open_words.pop()
        elif open_words and token != "AS_NEEDED" and open_words[0] in ("INPUT", "GROUP"):
            is_group, is_as_needed = open_words[0] == "GROUP", open_words[-1] == "AS_NEEDED"
            found.append(Named(token.strip('"'), is_group, is_as_needed))
        elif not open_words and token not in _PASSED | {"INPUT", "GROUP"}:
            return None
        word = token
    return found if not open_words else None
