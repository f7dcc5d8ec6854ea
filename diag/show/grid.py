"""A frame in a terminal: a table where it fits, one block a row where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from diag.show.text import NOT_SEEN, as_text, counted

if TYPE_CHECKING:
    import pandas as pd

SHORT = 16  # characters of a column that is never folded
READABLE = 22  # columns of the others are not folded narrower than this
MARKS = {"✔": "green", "✘": "red", "?": "yellow"}


def frame_table(frame: pd.DataFrame, *, limit: int | None = None) -> RenderableType:
    """The frame to be shown in a terminal; rows past `limit` are counted, not shown."""
    shown = frame if limit is None else frame.head(limit)
    body = _FrameTable(shown)
    if len(shown) == len(frame):
        return body
    more = f"{counted(len(frame) - len(shown), 'further row')}: --format csv or json prints all"
    return Group(body, Text(more, style="dim"))


class _FrameTable:
    def __init__(self, frame: pd.DataFrame) -> None:
        self.names = [str(name) for name in frame.columns]
        self.is_number = [frame[name].dtype.kind in "iuf" for name in frame.columns]
        rows = frame.itertuples(index=False, name=None)
        self.rows = [[as_text(value) for value in row] for row in rows]
        self.widths = [
            max([len(name), *(len(row[place]) for row in self.rows)])
            for place, name in enumerate(self.names)
        ]

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        kept = list(range(len(self.names)))
        if self._natural(kept) > options.max_width:
            kept = [place for place in kept if not self._is_empty(place)] or kept
        if self._least(kept) <= options.max_width or len(kept) < 2:
            yield self._table(kept)
        else:
            yield Group(*self._blocks(kept))
        absent = [self.names[place] for place in range(len(self.names)) if place not in kept]
        if absent:
            yield Text(f"{NOT_SEEN}: {', '.join(absent)}", style="dim")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, options.max_width)

    def _natural(self, kept: list[int]) -> int:
        return sum(self.widths[place] + 3 for place in kept)

    def _least(self, kept: list[int]) -> int:
        """The width at which the table is still readable."""
        return sum(
            (width if width <= SHORT else min(width, READABLE)) + 3
            for width in (self.widths[place] for place in kept)
        )

    def _is_empty(self, place: int) -> bool:
        return all(row[place] in (NOT_SEEN, "") for row in self.rows)

    def _table(self, kept: list[int]) -> Table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
        for place in kept:
            table.add_column(
                Text(self.names[place]),
                justify="right" if self.is_number[place] else "left",
                overflow="fold",
                no_wrap=self.widths[place] <= SHORT,
            )
        for row in self.rows:
            table.add_row(*(_cell(row[place]) for place in kept))
        return table

    def _blocks(self, kept: list[int]) -> Iterator[RenderableType]:
        """The first two cells as a heading, under it `name  value` for each other that is told."""
        label = max((len(self.names[place]) for place in kept[2:]), default=0)
        for row in self.rows:
            yield Text(row[kept[0]], style="bold").append("  ").append_text(_cell(row[kept[1]]))
            grid = Table.grid(padding=(0, 2, 0, 0))
            grid.add_column(width=label, no_wrap=True)
            grid.add_column(ratio=1, overflow="fold")
            for place in kept[2:]:
                if row[place] not in ("", NOT_SEEN):
                    grid.add_row(Text(self.names[place], style="dim"), _cell(row[place]))
            yield Padding(grid, (0, 0, 0, 2))


def _cell(text: str) -> Text:
    return Text(text, style=MARKS.get(text[:1], "") if text[1:2] == " " else "")
