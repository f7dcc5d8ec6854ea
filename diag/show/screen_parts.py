"""Pieces of a terminal's screen: sections, numbered steps, excerpts of evidence, commands.

Everything is built from `Text` objects: no text of a log is ever taken for markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from diag.show.deciding import is_command, shell_lines
from diag.show.text import as_text, clip, command_text, deciding_spans, focus

if TYPE_CHECKING:
    from diag.causes.model import Evidence

MIN_TEXT = {1: 60, 2: 120}  # lines -> characters that an excerpt has however narrow it is
MIN_EXCERPT = 44  # columns that an excerpt needs beside its place; else it stands below
_SECTION = "bold underline"
_MARKED = "bold"


def section(title: str, body: RenderableType) -> RenderableType:
    """A title, and below it the body, indented."""
    return Group(Text(title, style=_SECTION), Padding(body, (0, 0, 0, 2)))


def numbered(items: Iterable[str]) -> RenderableType:
    """The items, one below the other, from 1."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    for number, item in enumerate(items, 1):
        grid.add_row(Text(f"{number}."), Text(as_text(item)))
    return grid


def spaced(parts: Iterable[RenderableType]) -> Iterator[RenderableType]:
    """The parts with an empty line between."""
    for number, part in enumerate(parts):
        if number:
            yield Text()
        yield part


def marked(text: str, words: Iterable[str | None] = ()) -> Text:
    """The text with the words that decide in bold."""
    shown = Text(text)
    for start, end in deciding_spans(text, words):
        shown.stylize(_MARKED, start, end)
    return shown


class Excerpt:
    """One place of evidence in at most two lines of text (`n_lines`): `file:line  …text…`."""

    def __init__(self, item: Evidence, symbols: Iterable[str], n_lines: int = 2) -> None:
        self.item, self.symbols, self.n_lines = item, tuple(symbols), n_lines

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        place = Text(as_text(self.item.place), style="dim", overflow="fold")
        beside = options.max_width - len(place) - 4
        if beside >= MIN_EXCERPT:
            row = Table.grid(padding=(0, 2, 0, 0))
            row.add_column(no_wrap=True)
            row.add_column(width=beside, overflow="fold")
            row.add_row(place, self._text(beside))
            yield Padding(row, (0, 0, 0, 2))
        else:
            yield Padding(place, (0, 0, 0, 2))
            yield Padding(self._text(options.max_width - 4), (0, 0, 0, 4))

    def _text(self, width: int) -> Text:
        room = width if self.n_lines == 1 else self.n_lines * width - width // 6
        room = max(room, MIN_TEXT.get(self.n_lines, 0) if width < MIN_EXCERPT else 0)
        shown = marked(focus(self.item.text, room, self.symbols), self.symbols)
        shown.overflow = "fold"
        return shown


class Steps:
    """Commands behind `$`, broken so that they can be copied whole; what is said behind `-`."""

    def __init__(self, steps: Iterable[str]) -> None:
        self.steps = tuple(steps)

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        for step in self.steps:
            text = command_text(step)
            if is_command(text):
                yield from self._command(text, options.max_width)
            else:
                yield Padding(_hanging("- ", Text(text)), (0, 0, 0, 2))

    def _command(self, text: str, width: int) -> Iterator[RenderableType]:
        mark = "$ "
        for line in shell_lines(text, max(width - 4, 20)):
            is_comment = line.startswith("#")
            shown = Text(line if is_comment else mark + line, "cyan", overflow="fold")
            yield Padding(shown, (0, 0, 0, 2))
            mark = mark if is_comment else "  "


def _hanging(mark: str, text: Text) -> RenderableType:
    """The mark, and the text beside it through all its lines."""
    grid = Table.grid(padding=0)
    grid.add_column(width=len(mark), no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    text.overflow = "fold"
    grid.add_row(Text(mark), text)
    return grid


class Entries:
    """Names and what is said of them: side by side where there is room, else below each other."""

    def __init__(self, rows: Iterable[tuple[Text, Text]], *, room: int = 100) -> None:
        self.rows, self.room = tuple(rows), room

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        if options.max_width < self.room or not self.rows:
            for name, said in self.rows:
                yield name
                yield Padding(said, (0, 0, 0, 4))
            return
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(max_width=options.max_width // 2, overflow="fold")
        grid.add_column(ratio=1, overflow="fold")
        for name, said in self.rows:
            grid.add_row(name, said)
        yield grid


def one_line(text: str, width: int) -> str:
    """The text as one harmless line of that width."""
    return clip(as_text(text), width)
