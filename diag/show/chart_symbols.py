"""Which object members want and which define a symbol, platform by platform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from diag.show.chart_fonts import MONO, breadth, families, fit_end, fit_middle
from diag.show.chart_style import (
    CHAR_IN,
    INK,
    MAX_ROWS,
    MONO_CHAR_IN,
    SMALL_PT,
    WIDTH_IN,
    Marks,
    chart,
    colour_of,
    empty_chart,
    kept,
    label_room,
    not_drawn,
)
from diag.show.chart_words import is_symbol_seen, words_symbols
from diag.show.redact import Redactor, redactor_for
from diag.show.symbols import df_symbols
from diag.show.text import clip, counted

if TYPE_CHECKING:
    from diag.case import Case

FLAT = 2  # symbols whose names lie flat above their columns; more are turned
NAME_WIDTH = 26  # characters of a name that is turned
COLUMN_IN = 0.105  # a name that is turned needs so much
_CELLS = {"wanted": ("v", True), "defined": ("s", False), "zero": ("D", True)}
_WEIGHTS = {"wanted": 2, "zero": 2, "defined": 1}


def plot_symbols(
    case: Case, symbols: Sequence[str] = (), *, mask: Redactor | None = None
) -> Figure:
    """Which object members want and which define these symbols, platform by platform.

    `symbols` are raw names; left out, those that the log's linkers name.
    """
    table = (mask or redactor_for(case)).data(df_symbols(case, symbols))
    return draw_symbols(table)


def draw_symbols(table: pd.DataFrame) -> Figure:
    """The chart of a df_symbols frame: member x symbol, a heading row for each platform."""
    words = words_symbols(table)
    all_names = [name for name in dict.fromkeys(table["symbol"]) if name]
    if not all_names or not is_symbol_seen(table):
        return empty_chart(words)
    rows, n_left = _drawn_rows(table)
    labels = [_member_label(platform, member, table) for platform, member in rows]
    room = WIDTH_IN - label_room(labels) - 0.2
    names = _drawn_names(table, all_names, room)
    more = not_drawn((n_left, "member"), (len(all_names) - len(names), "symbol"))
    heads = _heads(names, room)
    top_in = 0.35 if len(names) <= FLAT else 0.3 + MONO_CHAR_IN * max(map(breadth, heads))
    with chart(
        words, len(rows), left_in=label_room(labels), bottom_in=0.25, top_in=top_in, more=more
    ) as (figure, axes):
        axes.set_yticks(range(len(rows)), labels, size=SMALL_PT)
        axes.set_xlim(-0.6, max(len(names), 2) - 0.4)
        _draw_heads(axes, heads)
        _draw_headings(axes, rows)
        _draw_cells(axes, table, rows, names, room / max(len(names), 2))
    return figure


def _drawn_rows(table: pd.DataFrame) -> tuple[list[tuple[str, str]], int]:
    """(platform, member) that are drawn, and the number of others: platforms first, then those
    that want."""
    weights: dict[tuple[str, str], int] = {}
    for row in table.itertuples():
        weight = _WEIGHTS.get(str(row.role), 0) if row.member else 3
        key = (str(row.platform), str(row.member))
        weights[key] = max(weight, weights.get(key, 0))
    rows = list(weights)
    drawn = [
        rows[place]
        for place in kept(list(weights.values()), MAX_ROWS, (platform for platform, _ in rows))
    ]
    return drawn, len(rows) - len(drawn)


def _drawn_names(table: pd.DataFrame, names: Sequence[str], room: float) -> list[str]:
    """The symbols that have room beside each other: first those that no member defines."""
    defined = set(table.loc[table["role"] == "defined", "symbol"])
    places = kept([name not in defined for name in names], room / COLUMN_IN)
    return [names[place] for place in places]


def _member_label(platform: str, member: str, table: pd.DataFrame) -> str:
    if member:
        return fit_middle(member, 56, 25)
    n_members = int(table.loc[table["platform"] == platform, "n_members"].max())
    return f"{fit_end(platform or 'platform not known', 30)}, {counted(n_members, 'member')}"


def _heads(names: Sequence[str], room: float) -> list[str]:
    """The names above the columns, cut in the middle where they are too long: mangled names begin
    alike."""
    width = NAME_WIDTH if len(names) > FLAT else int(room / 2.2 / MONO_CHAR_IN) - 1
    return [fit_middle(name, width, width // 2) for name in names]


def _draw_heads(axes: Axes, heads: Sequence[str]) -> None:
    axes.xaxis.tick_top()
    axes.set_xticks(
        range(len(heads)),
        heads,
        size=SMALL_PT if len(heads) < 30 else SMALL_PT - 2,
        rotation=0 if len(heads) <= FLAT else 90,
        family=families(MONO),
    )
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(False)


def _draw_headings(axes: Axes, rows: Sequence[tuple[str, str]]) -> None:
    for text, (_, member) in zip(axes.get_yticklabels(), rows, strict=True):
        text.set_fontweight("normal" if member else "bold")
    for y, (_, member) in enumerate(rows):
        if not member:
            axes.axhspan(y - 0.5, y + 0.5, color="#F2F2F2", zorder=0)


def _draw_cells(
    axes: Axes,
    table: pd.DataFrame,
    rows: Sequence[tuple[str, str]],
    names: Sequence[str],
    room: float,
) -> None:
    row_of = {row: y for y, row in enumerate(rows)}
    column_of = {name: x for x, name in enumerate(names)}
    marks = Marks()
    for cell in table[table["symbol"].isin(names)].itertuples():
        y = row_of.get((str(cell.platform), str(cell.member)))
        if y is not None:
            at = column_of[str(cell.symbol)], y
            _draw_cell(axes, marks, at, cell, room if len(names) <= FLAT else 0.0)
    marks.draw(axes, 8 if len(names) < 30 else 4)


def _draw_cell(axes: Axes, marks: Marks, at: tuple[int, int], cell: Any, room: float) -> None:
    """`room`: inches for words; without any, marks alone."""
    x, y = at
    if not cell.member:  # the heading row: counts of the platform
        if room:
            counts = clip(str(cell.role), int(room / CHAR_IN))
            axes.text(x, y, counts, ha="center", va="center", size=SMALL_PT, color=INK)
        return
    shape, is_hollow = _CELLS[cell.role]
    shift = 0.22 if room else 0.0
    marks.add(x - shift, y, shape, colour_of(cell.platform), is_hollow=is_hollow)
    if room:
        axes.text(x - shift + 0.06, y, cell.role, ha="left", va="center", size=SMALL_PT)
