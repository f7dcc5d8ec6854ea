"""What is installed here, as a screen: what is missing first, then all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from diag.show.frame_tables import table_of
from diag.show.grid import frame_table
from diag.show.screen_parts import section, spaced
from diag.show.text import as_text, listed

Part = Mapping[str, Any]

MARKS = {"ok": "✔", "too old": "✘", "missing": "✘"}
GROUPS = {
    "diag": "What diag needs",
    "here": "This terminal and this Python",
    "optional": "Optional",
    "tests": "For tests of the kit itself",
}


def doctor_screen(parts: Sequence[Part]) -> RenderableType:
    """Sentence, how to get what is missing, a table for each group."""
    return Group(*spaced(_sections(parts)))


def _sections(parts: Sequence[Part]) -> Iterator[RenderableType]:
    wanting = [part for part in parts if part["status"] != "ok"]
    yield Text(_sentence(parts), style="bold")
    if wanting:
        yield section("To get what is missing", _ways(wanting))
    for group, title in GROUPS.items():
        rows = [
            (part["part"], _found(part), part["what it brings"])
            for part in parts
            if part["group"] == group
        ]
        yield section(title, frame_table(table_of(("part", "found", "what it brings"), rows)))


def _sentence(parts: Sequence[Part]) -> str:
    absent = [part for part in parts if part["status"] != "ok"]
    needed = [part["part"] for part in absent if part["needed"]]
    others = [part["part"] for part in absent if not part["needed"]]
    told = [f"Needed and not here: {listed(needed, limit=len(needed))}."] if needed else []
    told = told or ["All that diag needs is here."]
    if others:
        told.append(f"Not here, and not needed: {listed(others, limit=len(others))}.")
    return " ".join(told)


def _found(part: Part) -> str:
    mark = MARKS[part["status"]]
    if part["found"] is None:
        return f"{mark} missing"
    old = f", too old: {part['least']} is needed" if part["status"] == "too old" else ""
    return f"{mark} {as_text(part['found'])}{old}"


def _ways(parts: Sequence[Part]) -> RenderableType:
    """What would be gained, and below it the command."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(overflow="fold")
    grid.add_column(ratio=1, overflow="fold")
    for part in parts:
        told = Text(f"{part['what it brings']}\n").append(f"$ {part['get']}", "cyan")
        grid.add_row(Text(part["part"], style="bold"), told)
    return grid
