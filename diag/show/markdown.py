"""Text of strangers in Markdown as GitHub shows it: nothing in it marks up, links or mentions.

GitHub reads more than CommonMark: mathematics between dollars, @names, #numbers, bare addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from diag.show.text import as_text

# What has a meaning in running text gets a backslash; `&` and `<` become entities. What GitHub
# finds in the text after that (mathematics, mentions, issues, addresses) is told by an element
# around the first sign: it looks at one piece of text at a time.
_MARKUP = re.compile(r"[\\`*\[\]|~]|(?<!\w)_|_(?!\w)")
_FOUND_LATER = re.compile(r"[@#](?=\S)|\$|(?<=[A-Za-z]):(?=//)|(?<=\bwww)\.|:(?=[a-z0-9+-]+:)")
_LINE_START = re.compile(r"^(?:[-+=#]|\d+(?=[.)](?:\s|$)))")
_TICKS = re.compile(r"`+")


def prose(text: str) -> str:
    """Words of our own as running text of one line; what stands between backticks is code."""
    parts = as_text(text).strip().split("`")
    spans, between = parts[1::2], parts[2:-1:2]
    if len(parts) % 2 == 0 or not all(part.strip() for part in spans) or "" in between:
        return plain(text)
    return "".join(code(p) if n % 2 else _escaped(p) for n, p in enumerate(parts))


def plain(text: str) -> str:
    """Words of others as running text of one line, or as a cell: every sign is a letter."""
    return _escaped(as_text(text).strip())


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kept, done = [], 0
    for found in _FOUND_LATER.finditer(text):
        kept += [_MARKUP.sub(r"\\\g<0>", text[done : found.start()]), f"<span>{found[0]}</span>"]
        done = found.end()
    told = "".join([*kept, _MARKUP.sub(r"\\\g<0>", text[done:])])
    return _LINE_START.sub(r"<span>\g<0></span>", told)


def code(text: str) -> str:
    """The text as a code span, in ticks of a length that it does not hold."""
    shown = as_text(text)
    if not shown.strip():
        return ""
    ticks = "`" * (1 + max(map(len, _TICKS.findall(shown)), default=0))
    space = " " if shown.startswith("`") or shown.endswith("`") or shown[0] == " " else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


def fence(lines: Iterable[str], language: str = "text") -> str:
    """Lines as a block of code, its fence longer than any run of ticks in it."""
    body = [as_text(line) for line in lines]
    longest = max((len(run) for line in body for run in _TICKS.findall(line)), default=0)
    ticks = "`" * max(3, longest + 1)
    return "\n".join([f"{ticks}{language}", *body, ticks])


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already."""
    lines = [list(columns), ["---"] * len(columns), *map(list, rows)]
    return "\n".join(f"| {' | '.join(cell or ' ' for cell in line)} |" for line in lines)


def details(title: str, body: str) -> str:
    """A part that is folded away; the title is Markdown of our own words."""
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
