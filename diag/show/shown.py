"""What a cell of a notebook shows: sentences, tables, excerpts with the deciding words marked,
steps; as HTML, and the same as text.

Texts are of strangers: escaped, on one line, long names cut in the middle, no `$` left to
mathematics. Tables have at most MAX_ROWS rows: a page, not a data set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from diag.show.deciding import is_command
from diag.show.grid import frame_table
from diag.show.html import NO_MATHS, html_table, pre_html
from diag.show.report_parts import excerpts, marked_html, ticked
from diag.show.screen_parts import Excerpt, Steps, marked, numbered, spaced
from diag.show.terminal import as_plain_text
from diag.show.text import as_text, clip, counted, focus, printable

if TYPE_CHECKING:
    import pandas as pd

    from diag.causes.model import Evidence

MAX_ROWS = 12  # of a table
MAX_PLACES = 8  # of one explanation
MAX_WORD = 96  # characters of a name in a sentence or a table
MAX_SENTENCE = 700
MAX_LINE = 100  # characters of a line of a log
UNBROKEN = 14  # characters of a cell that stays on one line
WIDTH = 100  # of the same as text
_LONG_WORD = re.compile(rf"[^\s`]{{{MAX_WORD + 1},}}|(?<=`)[^`]{{{MAX_WORD + 1},}}(?=`)")
_LEFT = ' style="text-align:left; white-space:normal; overflow-wrap:anywhere"'
_PLACE = ' style="text-align:left; white-space:normal; overflow-wrap:break-word"'
_CODE = ' style="background:none; padding:0"'
_PRE = ' style="font-family:monospace; white-space:pre-wrap; overflow-wrap:anywhere"'


def shortened(text: Any) -> str:
    """The text on one line, names that are too long to be read cut in the middle."""
    half = MAX_WORD // 2 - 1
    whole = printable(text) if isinstance(text, str) else as_text(text)
    cut = _LONG_WORD.sub(lambda found: f"{found[0][:half]}…{found[0][-half:]}", whole)
    return clip(cut, MAX_SENTENCE)


class Part(Protocol):
    """A piece of what is shown."""

    def html(self) -> str:
        """As HTML, escaped."""

    def screen(self) -> RenderableType:
        """For a terminal."""


@dataclass(frozen=True)
class Said:
    """A sentence; what stands between backticks is code."""

    text: str
    is_strong: bool = False

    def html(self) -> str:
        """A paragraph."""
        told = ticked(shortened(self.text))
        return f"<p><strong>{told}</strong></p>" if self.is_strong else f"<p>{told}</p>"

    def screen(self) -> RenderableType:
        """A line."""
        return Text(shortened(self.text), style="bold" if self.is_strong else "")


@dataclass(frozen=True)
class Tabled:
    """A frame, its first rows; `rest` says where all of them are."""

    frame: pd.DataFrame
    rest: str = ""

    def _cut(self) -> pd.DataFrame:
        shown = self.frame.head(MAX_ROWS)
        texts = {
            name: shown[name].map(_cell_text, na_action="ignore")
            for name in shown.columns
            if shown[name].dtype.kind not in "iufb"
        }
        return shown.assign(**texts)

    def _more(self) -> str:
        more = len(self.frame) - MAX_ROWS
        where = f" All of them: `{self.rest}`." if self.rest else ""
        return f"{counted(more, 'further row')} not shown.{where}" if more > 0 else ""

    def html(self) -> str:
        """A table, and how many rows it has besides."""
        more = self._more()
        return html_table(self._cut(), unbroken=UNBROKEN) + (
            f"<p>{ticked(more)}</p>" if more else ""
        )

    def screen(self) -> RenderableType:
        """The same for a terminal."""
        more = self._more()
        table = frame_table(self._cut())
        return Group(table, Text(more, style="dim")) if more else table


def _cell_text(value: Any) -> Any:
    """Lines of a cell stay lines."""
    if not isinstance(value, str):
        return value
    return "\n".join(shortened(line) for line in value.split("\n"))


@dataclass(frozen=True)
class Cited:
    """Evidence: what stands there, the words that decide marked, and the place."""

    evidence: Sequence[Evidence]
    symbols: Sequence[str] = ()

    def html(self) -> str:
        """A table of two columns."""
        rows = "".join(
            f"<tr><td{_LEFT}><code{_CODE}>{_strong(item['text'])}</code></td>"
            f"<td{_PLACE}><code{_CODE}>{escape(shortened(item['place']))}</code></td></tr>"
            for item in excerpts(self._places[:MAX_PLACES], self.symbols)
        )
        head = f'<tr><th scope="col"{_LEFT}>what stands there</th><th scope="col"{_LEFT}>where</th></tr>'
        table = f'<table class="diag {NO_MATHS}"><thead>{head}</thead>'
        return f"{table}<tbody>{rows}</tbody></table>{self._more('<p>', '</p>')}"

    def screen(self) -> RenderableType:
        """One or two lines each."""
        rows = [Excerpt(item, self.symbols) for item in self._places[:MAX_PLACES]]
        return Group(*rows, Text(self._more("  ", ""), style="dim"))

    @property
    def _places(self) -> list[Evidence]:
        """What two steps of a judgement stand on is shown once."""
        return list({(item.place, item.text): item for item in self.evidence}.values())

    def _more(self, before: str, behind: str) -> str:
        more = len(self._places) - MAX_PLACES
        return f"{before}{counted(more, 'further place')} not shown.{behind}" if more > 0 else ""


def _strong(marked_text: str) -> str:
    """Marks that are seen too where a page takes `mark` away."""
    return str(marked_text).replace("<mark>", "<mark><b>").replace("</mark>", "</b></mark>")


@dataclass(frozen=True)
class Lines:
    """Lines of a log: (number, text, the words cited of it; "" where none are)."""

    file: str
    lines: Sequence[tuple[int, str, str]]
    symbols: Sequence[str] = ()

    def html(self) -> str:
        """Numbered; the line that is cited carries a sign."""
        rows = [
            f"{head}{_strong(marked_html(text, self.symbols))}".rstrip()
            for head, text in self._rows()
        ]
        head = f"<p><code{_CODE}>{escape(shortened(self.file))}</code></p>"
        return f"{head}<pre{_PRE}>{chr(10).join(rows)}</pre>"

    def screen(self) -> RenderableType:
        """The same for a terminal."""
        rows = [Text(shortened(self.file), style="dim")]
        for head, text in self._rows():
            rows.append(Text(head).append_text(marked(text, self.symbols)))
        return Group(*rows)

    def _rows(self) -> list[tuple[str, str]]:
        """(sign and number, text); a row of its own where lines are left out."""
        digits = len(str(max((number for number, _, _ in self.lines), default=0)))
        rows: list[tuple[str, str]] = []
        before = None
        for number, text, cited in self.lines:
            if before is not None and number > before + 1:
                rows.append((f"  {'…':>{digits}}", ""))
            sign = "▶" if cited else " "
            rows.append((f"{sign} {number:>{digits}}  ", self._cut(text.rstrip(), cited)))
            before = number
        return rows

    def _cut(self, text: str, cited: str) -> str:
        """Of a long line, the part that decides."""
        shown = printable(text)
        if len(shown) <= MAX_LINE:
            return shown
        own = [symbol for symbol in self.symbols if symbol in text]
        return focus(text, MAX_LINE, own or [" ".join(printable(cited).split())])


@dataclass(frozen=True)
class Counted:
    """Sentences from 1."""

    items: Sequence[str]

    def html(self) -> str:
        """A list with numbers."""
        return f"<ol>{''.join(f'<li>{ticked(shortened(item))}</li>' for item in self.items)}</ol>"

    def screen(self) -> RenderableType:
        """The same for a terminal."""
        return numbered(map(shortened, self.items))


@dataclass(frozen=True)
class Typed:
    """Commands to be typed; what is rather said stands as a sentence."""

    steps: Sequence[str]

    def html(self) -> str:
        """Commands in a frame of their own."""
        return "".join(
            pre_html(step) if is_command(step) else f"<p>{ticked(shortened(step))}</p>"
            for step in self.steps
        )

    def screen(self) -> RenderableType:
        """Commands behind `$`."""
        return Steps(self.steps)


class Shown:
    """Parts below each other: HTML in a notebook, text at a prompt and for those who read it."""

    def __init__(self, *parts: Part) -> None:
        self.parts = parts

    def _repr_html_(self) -> str:
        inner = "".join(part.html() for part in self.parts)
        return f'<div class="{NO_MATHS}">{inner}</div>'

    def __rich__(self) -> RenderableType:
        return Group(*spaced(Padding(part.screen(), 0) for part in self.parts))

    def __str__(self) -> str:
        return as_plain_text(self.__rich__(), width=WIDTH).rstrip("\n")

    def __repr__(self) -> str:
        return str(self)


def said(*sentences: str) -> Shown:
    """Sentences alone."""
    return Shown(*map(Said, sentences))


def joined(shown: Iterable[Shown]) -> Shown:
    """Several as one."""
    return Shown(*(part for one in shown for part in one.parts))
