"""Charts, each a finding: flags by platform, symbols wanted and defined, steps by platform; the way
of one value, instruction sets of one build or before and after, and the matrix of interventions
(modules chart_*).

`plot_*` draws what `df_*` or a frame holds; `words_*` gives its title, subtitle, alternative text
and caption. Nothing is judged here beyond counting what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from diag.platforms import display_order
from diag.show.chart_fonts import MONO, families, fit_end
from diag.show.chart_interventions import plot_interventions as plot_interventions
from diag.show.chart_interventions import words_interventions as words_interventions
from diag.show.chart_isa import df_isa as df_isa
from diag.show.chart_isa import plot_isa as plot_isa
from diag.show.chart_isa import words_isa as words_isa
from diag.show.chart_isa_sets import df_isa_sets as df_isa_sets
from diag.show.chart_isa_sets import plot_isa_sets as plot_isa_sets
from diag.show.chart_steps import draw_steps as draw_steps
from diag.show.chart_steps import plot_steps as plot_steps
from diag.show.chart_style import (
    FAINT,
    INK,
    MAX_ROWS,
    SMALL_PT,
    TEXT_PT,
    Marks,
    chart,
    colour_of,
    empty_chart,
    kept,
    label,
    label_room,
    not_drawn,
)
from diag.show.chart_symbols import draw_symbols as draw_symbols
from diag.show.chart_symbols import plot_symbols as plot_symbols
from diag.show.chart_way import plot_way as plot_way
from diag.show.chart_words import words_flags
from diag.show.flags import NO, YES, df_flags
from diag.show.redact import Redactor
from diag.show.text import NOT_SEEN
from diag.show.ways import way_rows as way_rows

if TYPE_CHECKING:
    from diag.case import Case

STAGES = ("written", "received", "echoed")
SHAPES = {"written": "s", "received": "o", "echoed": "^"}


def plot_flags(case: Case, names: Iterable[str] = (), *, mask: Redactor | None = None) -> Figure:
    """Which flags each platform was given, received and shows: flag x platform, three marks each."""
    return draw_flags(df_flags(case, names, mask=mask))


def draw_flags(table: pd.DataFrame) -> Figure:
    """The chart of a df_flags frame."""
    rows, more = _drawn_flags(table)
    is_single = table["variable"].nunique() <= 1
    labels = [label(flag if is_single else f"{name}: {flag}") for name, flag in rows]
    platforms = display_order(table["platform"])
    words = words_flags(table)
    if not rows:
        return empty_chart(words)
    with chart(
        words,
        _FLAG_ROWS * len(rows),
        left_in=label_room(labels),
        bottom_in=0.3,
        top_in=0.55,
        more=more,
    ) as (figure, axes):
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks(range(len(rows)), labels, family=families(MONO), size=SMALL_PT)
        axes.set_xlim(-0.6, max(len(platforms), 3) * 4 - 1.4)
        _head_columns(axes, platforms)
        keys = zip(table["platform"], table["variable"], table["flag"], strict=True)
        states = dict(zip(keys, table.to_dict("records"), strict=True))
        right = axes.get_xlim()[1]
        axes.hlines([y + 0.5 for y in range(len(rows))], -0.6, right, color="#EEEEEE", lw=0.8)
        marks = Marks()
        for y, row in enumerate(rows):
            for place, platform in enumerate(platforms):
                state = states.get((platform, *row))
                at = place * 4, y, platform
                _flag_marks(axes, marks, at, state, is_wordy=len(platforms) <= 3)
        marks.draw(axes, 7)
    return figure


_FLAG_ROWS = 1.35  # height of one flag, in rows of a chart


def _drawn_flags(table: pd.DataFrame) -> tuple[list[tuple[str, str]], str]:
    """(variable, flag) that are drawn, and what is said of the others: first those that are lost."""
    keys = list(zip(table["variable"], table["flag"], strict=True))
    is_lost = (table["written"] == YES) & (table["received"] == NO)
    lost = {key for key, told in zip(keys, is_lost, strict=True) if told}
    rows = list(dict.fromkeys(keys))
    drawn = [rows[n] for n in kept([row in lost for row in rows], MAX_ROWS / _FLAG_ROWS)]
    return drawn, not_drawn((len(rows) - len(drawn), "flag"))


def _head_columns(axes: Axes, platforms: Sequence[str]) -> None:
    ticks = [place * 4 + n for place in range(len(platforms)) for n in range(3)]
    names = [stage for _ in platforms for stage in STAGES]
    is_tight = len(platforms) > 3
    axes.set_xticks(ticks, names, size=SMALL_PT - 1, rotation=90 if is_tight else 0)
    axes.xaxis.tick_top()
    for spine in axes.spines.values():
        spine.set_visible(False)
    for place, platform in enumerate(platforms):
        axes.annotate(
            fit_end(platform, 24),
            (place * 4 + 1, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 46 if is_tight else 18),
            textcoords="offset points",
            ha="center",
            size=TEXT_PT if len(platforms) < 7 else SMALL_PT - 1,
            weight="bold",
            color=INK,
        )
        if place:
            axes.axvline(place * 4 - 1, color=FAINT, lw=0.8)


def _flag_marks(
    axes: Axes,
    marks: Marks,
    at: tuple[int, int, str],
    state: Mapping[Any, Any] | None,
    *,
    is_wordy: bool,
) -> None:
    x, y, platform = at
    is_written = state is not None and state["written"] == YES
    for n, stage in enumerate(STAGES):
        told = NO if state is None else state[stage]
        if told == YES:
            marks.add(x + n, y, SHAPES[stage], colour_of(platform))
        elif told == NOT_SEEN:
            axes.text(x + n, y, "?", ha="center", va="center", color=INK)
        elif is_written and stage == "received":
            told = "✕ lost" if is_wordy else "✕"
            axes.text(x + n, y, told, ha="center", va="center", weight="bold", size=SMALL_PT)
        else:
            marks.add(x + n, y, "_", FAINT)
