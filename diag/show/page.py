"""A page of words in a terminal: headings marked, paragraphs as wide as there is room."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_ITEM = "- "


def page_screen(text: str) -> RenderableType:
    """The text of `diag.explain`: lines without indent are headings, those with two blanks are
    paragraphs and items;
    what has more is code or goes on from the line before."""
    first, *lines = text.rstrip("\n").split("\n")
    shown: list[RenderableType] = [Text(first, style="bold", overflow="fold")]
    for line in lines:
        if line and not line.startswith(" "):
            shown.append(
                Text(line, "bold underline" if ":" not in line else "dim", overflow="fold")
            )
        else:
            shown.append(_Line(line))
    return Group(*shown)


class _Line:
    """One line of the page; where it is too long for the terminal its rest hangs below it."""

    def __init__(self, line: str) -> None:
        bare = line.lstrip()
        self.mark = _ITEM if bare.startswith(_ITEM) else ""
        self.indent, self.text = len(line) - len(bare), bare.removeprefix(self.mark)

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        grid = Table.grid(padding=0)
        if self.mark:
            grid.add_column(width=len(self.mark), no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        grid.add_row(*([Text(self.mark)] if self.mark else []), Text(self.text))
        yield Padding(grid, (0, 0, 0, self.indent))
