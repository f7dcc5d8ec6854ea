"""The timeline of a build: how long each step ran on each platform, who waited, what was cached and
what failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from diag.show.chart_fonts import fit_end
from diag.show.chart_step_words import SIGNS, words_steps
from diag.show.chart_style import (
    BOLD_CHAR_IN,
    CHAR_IN,
    MAX_ROWS,
    MIN_BAR_IN,
    SMALL_PT,
    WIDTH_IN,
    bar_end,
    beside,
    chart,
    colour_of,
    empty_chart,
    kept,
    label_room,
    not_drawn,
    words_room,
)
from diag.show.redact import Redactor, redactor_for
from diag.show.steps import BAD, bar_text, case_steps, step_label
from diag.show.text import is_missing

if TYPE_CHECKING:
    from diag.case import Case

_HATCHES = {"error": "xxxx", "canceled": "....", "unfinished": "....", "cached": "////"}
_MIN_LABEL, _MAX_LABEL = 28, 46  # letters of a step before its bar
_MAX_TEXT = 72  # characters behind a bar


def plot_steps(case: Case, log: str | None = None, *, mask: Redactor | None = None) -> Figure:
    """How long each step ran and how it ended, by platform; who waited for a lock.

    `log`: which log; the fullest one, or one for each platform.
    """
    return draw_steps((mask or redactor_for(case)).data(case_steps(case, log)))


def draw_steps(steps: pd.DataFrame) -> Figure:
    """The chart of a drawn_steps frame."""
    words = words_steps(steps)
    shown = steps[steps["is_drawn"]].reset_index(drop=True)
    if shown.empty:
        return empty_chart(words)
    shown, more = _drawn(shown)
    told = [_told(row) for row in shown.itertuples()]
    width = _label_width(told)
    labels = [fit_end(step_label(row), width) for row in shown.itertuples()]
    left_in = label_room(labels)
    is_timed = bool(shown["ran"].notna().any())
    bottom_in = 0.55 if is_timed else 0.25
    with chart(words, len(shown), left_in=left_in, bottom_in=bottom_in, more=more) as (
        figure,
        axes,
    ):
        axes.set_yticks(range(len(shown)), labels, size=SMALL_PT)
        longest = float(shown["ran"].fillna(0).max() or 0)
        end = bar_end(max(longest, 0.1), told, left_in)
        axes.set_xlim(0, end)
        _foot(axes, longest if is_timed else None)
        for y, row in enumerate(shown.itertuples()):
            _bar(axes, y, row, _room(row, end, left_in))
    return figure


def _label_width(told: Sequence[str]) -> int:
    """Letters of a step's name: how it ended goes before, for its name stands in the table too."""
    room = WIDTH_IN - 0.2 - MIN_BAR_IN - words_room(told)
    return max(min(int((room - 0.15) / CHAR_IN), _MAX_LABEL), _MIN_LABEL)


def _foot(axes: Axes, longest: float | None) -> None:
    """The axis as far as a step ran: behind it stand words. Without times there is nothing to
    measure."""
    if longest is None:
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        return
    axes.set_xlabel("seconds", size=SMALL_PT, loc="left")
    inches = WIDTH_IN * axes.get_position().width * longest / axes.get_xlim()[1]
    ticks = MaxNLocator(max(int(inches / 0.5), 2), steps=[1, 2, 5, 10]).tick_values(0, longest)
    axes.set_xticks([tick for tick in ticks if 0 <= tick <= longest])
    axes.spines["bottom"].set_bounds(0, longest)


def _drawn(shown: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The steps that are drawn, and what is said of the others: first what ended badly or waited,
    then what took long; of equal ones, of each platform the first."""
    is_told = shown["status"].isin(BAD) | (shown["wait_text"] != "")
    took = shown["ran"].fillna(0.0).astype("float64")
    weights = took.where(~is_told, float("inf")).tolist()
    places = kept(weights, MAX_ROWS, shown["target_platform"])
    drawn = shown.iloc[places].reset_index(drop=True)
    return drawn, not_drawn((len(shown) - len(drawn), "step"))


def _told(row: Any) -> str:
    return fit_end(f"{SIGNS[str(row.status)]} {bar_text(row)}", _MAX_TEXT)


def _room(row: Any, end: float, left_in: float) -> int:
    """Characters between the end of a bar and the edge of the figure."""
    width = WIDTH_IN - left_in - 0.2
    ran = 0.0 if is_missing(row.ran) else float(row.ran)
    return int((width * (1 - ran / end) - 0.1) / BOLD_CHAR_IN)


def _bar(axes: Axes, y: int, row: Any, room: int) -> None:
    ran = 0.0 if is_missing(row.ran) else float(row.ran)
    status, colour = str(row.status), colour_of(row.target_platform)
    hatch = _HATCHES.get(status)
    face = "white" if hatch else colour
    axes.barh(y, ran, height=0.7, color=face, edgecolor=colour, hatch=hatch)
    for begin, length in row.waits:
        axes.barh(y, length, left=begin, height=0.7, color="white", edgecolor=colour, hatch="||||")
    beside(axes, (ran, y), fit_end(_told(row), room), is_bold=status == "error")
