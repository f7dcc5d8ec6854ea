"""Frames, sentences and excerpts as HTML, safe for pages and notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import pandas as pd

from diag.show.deciding import shell_lines
from diag.show.text import (
    as_text,
    code_pieces,
    command_text,
    counted,
    focus,
    is_missing,
    marked_pieces,
)

# MathJax 3 and 2 leave alone what has these classes.
NO_MATHS = "mathjax_ignore tex2jax_ignore"
MAX_EXCERPT = 400  # characters of a line of evidence
MAX_COMMAND = 84  # of a line of a command: JupyterLab shows it whole
# Scripts that are written from the right; isolated, they do not turn what stands beside them.
_FROM_RIGHT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_LEFT = ' style="text-align:left"'
_BROKEN = ' style="text-align:left;overflow-wrap:anywhere"'
_RIGHT = ' style="text-align:right"'
# JupyterLab breaks words of a `pre`, and leaves no room below it.
_TYPED = (
    ' style="font-family:monospace; white-space:pre; overflow-x:auto; overflow-wrap:normal; '
    'word-break:normal; margin:0 0 1em"'
)
_UNBROKEN = ' style="text-align:left;white-space:nowrap"'


def html_table(
    frame: pd.DataFrame, caption: str = "", *, limit: int = 60, unbroken: int = 0
) -> str:
    """The frame as an HTML table: escaped, numbers to the right, left alone by MathJax.

    Beside long cells a browser breaks the short ones: those of at most `unbroken` characters stay
    on one line.
    """
    numeric = [pd.api.types.is_numeric_dtype(frame[column]) for column in frame.columns]
    head = "".join(
        f'<th scope="col"{_style(str(column), is_number, unbroken)}>{safe(as_text(str(column)))}</th>'
        for column, is_number in zip(frame.columns, numeric, strict=True)
    )
    body = "".join(
        f"<tr>{''.join(_cell(*one, unbroken) for one in zip(row, numeric, strict=True))}</tr>"
        for row in frame.head(limit).itertuples(index=False, name=None)
    )
    more = f" {counted(len(frame) - limit, 'further row')} not shown." if len(frame) > limit else ""
    told = f"<caption>{safe(as_text(caption + more))}</caption>" if caption or more else ""
    return (
        f'<table class="diag {NO_MATHS}">{told}'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(value: Any, is_number: bool, unbroken: int) -> str:
    is_whole = is_missing(value) or isinstance(value, list | tuple)
    lines = [as_text(value)] if is_whole else [*map(as_text, str(value).split("\n"))]
    style = _style(max(lines, key=len), is_number, unbroken)
    return f"<td{style}>{'<br>'.join(map(safe, lines))}</td>"


def _style(text: str, is_number: bool, unbroken: int) -> str:
    if is_number:
        return _RIGHT
    is_short = len(text) <= unbroken and not text.isalnum()
    return _UNBROKEN if is_short else _LEFT


def safe(text: str) -> str:
    """The text escaped; what is written from the right kept apart from its neighbours."""
    return f"<bdi>{escape(text)}</bdi>" if _FROM_RIGHT.search(text) else escape(text)


def code_html(text: str) -> str:
    """The text as code."""
    return f"<code>{safe(as_text(text))}</code>"


def pre_html(command: str) -> str:
    """A command to be copied, whole. It is broken where a shell reads on, its comment above it: a
    page that wraps it by itself breaks words, and makes a command of the rest of a comment."""
    lines = map(command_text, command.split("\n"))
    shown = "\n".join(part for line in lines for part in shell_lines(line, MAX_COMMAND))
    return f"<pre{_TYPED}>{safe(shown)}</pre>"


def sentence(text: str) -> str:
    """The text escaped, what stands between backticks as code."""
    pieces = code_pieces(text)
    return "".join(f"<code>{safe(p)}</code>" if is_code else safe(p) for p, is_code in pieces)


def excerpt_table(rows: Sequence[tuple[str, str]], words: Iterable[str | None]) -> str:
    """(place, text) rows of files and logs: the place with its line, then the text with the words
    that decide marked."""
    wanted = [word for word in words if word]
    body = "".join(
        f"<tr><td{_LEFT}>{code_html(place)}</td>"
        f"<td{_BROKEN}><code>{marked(focus(text, MAX_EXCERPT, wanted), wanted)}</code></td></tr>"
        for place, text in rows
    )
    head = f'<th scope="col"{_LEFT}>where</th><th scope="col"{_LEFT}>what stands there</th>'
    return f'<table class="diag {NO_MATHS}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def marked(text: str, words: Iterable[str | None] = ()) -> str:
    """The text escaped, the words that decide in `mark`, and bold where a page takes `mark` away."""
    shown = "".join(
        f"<mark><b>{escape(piece)}</b></mark>" if is_marked else escape(piece)
        for piece, is_marked in marked_pieces(text, words)
    )
    return f"<bdi>{shown}</bdi>" if _FROM_RIGHT.search(text) else shown
