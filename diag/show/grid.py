"""A frame in a terminal: a table where it fits, one block a row where it does not."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from diag.show.text import NOT_SEEN, as_text, counted

if TYPE_CHECKING:
    import pandas as pd

GAP = 2  # between columns
SHORT = 36  # characters of a column that is never broken: the longest id of a cause
MAX_BLOCKS = 12  # more rows than this stay a table, folded as it must be
READABLE = 22  # columns of the others are not folded narrower than this
NARROW = 10  # columns of a table of many rows, any of which may be folded, but not too often
MAX_FOLDS = 4  # lines of such a row
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
            max([cell_len(name), *(cell_len(row[place]) for row in self.rows)])
            for place, name in enumerate(self.names)
        ]

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        kept = list(range(len(self.names)))
        file = self._shared_file()
        if self._natural(kept) > options.max_width and file:
            yield Text(f"where: lines of {file}", style="dim")
            yield from self._lines_only()._fitted(kept, options.max_width)
        else:
            yield from self._fitted(kept, options.max_width)

    def _fitted(self, kept: list[int], width: int) -> Iterator[RenderableType]:
        if self._natural(kept) > width:
            kept = [place for place in kept if not self._is_empty(place)] or kept
        if self._least(kept) <= width or len(kept) < 2:
            yield self._table(kept, SHORT)
        elif len(self.rows) > MAX_BLOCKS and self._least_folded(kept) <= width:
            yield self._table(kept, NARROW)
        else:
            yield Group(*self._blocks(kept))
        absent = [self.names[place] for place in range(len(self.names)) if place not in kept]
        if absent:
            yield Text(f"{NOT_SEEN}: {', '.join(absent)}", style="dim")

    def _shared_file(self) -> str:
        """The file of every row's `where`, if it is one: then it is named once for all."""
        if len(self.rows) < 2 or self.names[-1] != "where":
            return ""
        files = {row[-1].rpartition(":")[0] for row in self.rows}
        return files.pop() if len(files) == 1 else ""

    def _lines_only(self) -> _FrameTable:
        short = copy.copy(self)
        short.rows = [[*row[:-1], ":" + row[-1].rpartition(":")[2]] for row in self.rows]
        short.widths = [*self.widths[:-1], max(cell_len(row[-1]) for row in short.rows)]
        return short

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, options.max_width)

    def _natural(self, kept: list[int]) -> int:
        return sum(self.widths[place] + GAP for place in kept)

    def _least(self, kept: list[int]) -> int:
        """The width at which the table is still readable."""
        return sum(
            (width if width <= SHORT else min(width, READABLE)) + GAP
            for width in (self.widths[place] for place in kept)
        )

    def _least_folded(self, kept: list[int]) -> int:
        """The width at which no row has more than MAX_FOLDS lines."""
        least = (max(NARROW, -(-self.widths[place] // MAX_FOLDS)) for place in kept)
        return sum(
            min(self.widths[place], width) + GAP for place, width in zip(kept, least, strict=True)
        )

    def _is_empty(self, place: int) -> bool:
        return all(row[place] in (NOT_SEEN, "") for row in self.rows)

    def _table(self, kept: list[int], unbroken: int) -> Table:
        table = Table(
            box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, header_style="bold"
        )
        for place in kept:
            table.add_column(
                Text(self.names[place]),
                justify="right" if self.is_number[place] else "left",
                overflow="fold",
                # What is not to be folded would be cut where there is no room for it.
                no_wrap=len(kept) > 1 and self.widths[place] <= unbroken,
            )
        for row in self.rows:
            table.add_row(*(_cell(row[place]) for place in kept))
        return table

    def _blocks(self, kept: list[int]) -> Iterator[RenderableType]:
        """The first two cells as a heading, under it `name  value` for each other that is told."""
        label = max((len(self.names[place]) for place in kept[2:]), default=0)
        for row in self.rows:
            head = [cell for cell in (Text(row[kept[0]], "bold"), _cell(row[kept[1]])) if cell]
            yield Text("  ", overflow="fold").join(head)
            grid = Table.grid(padding=(0, 2, 0, 0))
            grid.add_column(max_width=label, overflow="fold")
            grid.add_column(ratio=1, overflow="fold")
            for place in kept[2:]:
                if row[place] not in ("", NOT_SEEN):
                    grid.add_row(Text(self.names[place], style="dim"), _cell(row[place]))
            yield Padding(grid, (0, 0, 0, 2))


def _cell(text: str) -> Text:
    return Text(text, style=MARKS.get(text[:1], "") if text[1:2] == " " else "")
