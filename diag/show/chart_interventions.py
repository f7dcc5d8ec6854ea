"""The matrix of interventions: what each change did to each platform, in words and shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from diag.platforms import display_order
from diag.show.chart_fonts import breadth, fit_end, lines_of
from diag.show.chart_style import (
    BOLD_CHAR_IN,
    INK,
    MAX_ROWS,
    SMALL_PT,
    TEXT_PT,
    WIDTH_IN,
    Marks,
    Words,
    alt_of,
    chart,
    colour_of,
    empty_chart,
    kept,
    label,
    label_room,
    not_drawn,
)
from diag.show.redact import Redactor
from diag.show.text import clip, counted, is_missing, listed

RUNS, DIES, LINKS, FAILS, UNKNOWN = "runs", "dies", "links", "fails", "unknown"
# What happened -> words, shape, whether the shape is hollow.
_STATES = {
    RUNS: ("links, runs", "o", False),
    DIES: ("dies", "D", True),
    LINKS: ("links, not run", "o", True),
    FAILS: ("does not link", "X", False),
    UNKNOWN: ("not known", "_", False),
}
# What is said of those that did not cure it.
_LEFT = {
    FAILS: "did not link",
    DIES: "linked and died",
    RUNS: "ran without a cure",
    LINKS: "linked, not run",
    UNKNOWN: "not known",
}
_MAX_WORDY = 4  # platforms beside each other that leave room for words
_MAX_FLAT = 7  # platforms beside each other whose names lie flat
_LONG_WORD = 16  # without the narrow spaces of others
EMULATED = "*"


def plot_interventions(frame: pd.DataFrame, *, mask: Redactor | None = None) -> Figure:
    """The chart of an `interventions` frame (diag.interventions): case x platform."""
    frame = (mask or Redactor()).data(frame)
    words = words_interventions(frame)
    cases, more = _drawn(frame)
    if not cases:
        return empty_chart(words)
    platforms = display_order(frame["platform"])
    labels = [label(case, 40) for case in cases]
    cells = frame[frame["case"].isin(cases)].to_dict("records")
    left_in = label_room(labels)
    room = (WIDTH_IN - left_in - 0.2) / max(len(platforms), 2)
    top_in = 0.3 if len(platforms) <= _MAX_FLAT else 1.0
    with chart(words, len(cases), left_in=left_in, bottom_in=0.2, top_in=top_in, more=more) as (
        figure,
        axes,
    ):
        axes.set_yticks(range(len(cases)), labels, size=SMALL_PT)
        _head(axes, platforms, len(cases))
        place = {case: y for y, case in enumerate(cases)}, {p: x for x, p in enumerate(platforms)}
        marks = Marks()
        for cell in cells:
            at = place[1][cell["platform"]], place[0][cell["case"]]
            _cell(axes, marks, at, cell, room if len(platforms) <= _MAX_WORDY else 0.0)
        marks.draw(axes, 7)
    return figure


def _drawn(frame: pd.DataFrame) -> tuple[list[str], str]:
    """The cases that are drawn, and what is said of the others: first what changed something."""
    cases = list(dict.fromkeys(frame["case"]))
    telling = set(frame.loc[frame["result"].notna() | ~frame["agrees"], "case"])
    weights = [2 if not n else case in telling for n, case in enumerate(cases)]
    drawn = [cases[place] for place in kept(weights, MAX_ROWS)]
    return drawn, not_drawn((len(cases) - len(drawn), "build"))


def _head(axes: Axes, platforms: list[str], n_cases: int) -> None:
    axes.set_xlim(-0.12, max(len(platforms), 2) - 0.1)
    axes.xaxis.tick_top()
    is_wordy = len(platforms) <= _MAX_WORDY
    names = [fit_end(platform, 24) for platform in platforms]
    axes.set_xticks(range(len(platforms)), names, size=TEXT_PT, weight="bold", color=INK)
    axes.tick_params(axis="x", labelrotation=0 if len(platforms) <= _MAX_FLAT else 90)
    for tick in axes.get_xticklabels():
        tick.set_horizontalalignment("left" if is_wordy else "center")
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.hlines([y + 0.5 for y in range(n_cases)], *axes.get_xlim(), color="#EEEEEE", lw=0.8)


def _cell(
    axes: Axes, marks: Marks, at: tuple[int, int], cell: Mapping[Any, Any], room: float
) -> None:
    """A mark, and its words where there is room: in two lines where one does not hold them."""
    x, y = at
    state = state_of(cell)
    _, shape, is_hollow = _STATES[state]
    marks.add(x, y, shape, colour_of(cell["platform"]), is_hollow=is_hollow)
    if not room:
        return
    n_chars = int((room - 0.25) / BOLD_CHAR_IN)
    words, size = fit_end(told(cell), 200), SMALL_PT
    if breadth(words) > n_chars:
        size = SMALL_PT - 1
        is_long = max(map(len, words.split())) > _LONG_WORD
        width = n_chars if is_long else int(n_chars * SMALL_PT / size)
        words = "\n".join(lines_of(words, width, 2))
    is_plain = is_missing(cell["result"]) and cell["agrees"]
    shown = axes.text(
        x + 0.15 / room, y, words, va="center", size=size, color=INK, linespacing=1.05
    )
    shown.set_fontweight("normal" if is_plain else "bold")


def state_of(cell: Mapping[Any, Any]) -> str:
    """runs, dies, links (not run), fails or unknown."""
    if is_missing(cell["linked"]):
        return UNKNOWN
    if not cell["linked"]:
        return FAILS
    if is_missing(cell["ran"]):
        return LINKS
    return RUNS if cell["ran"] else DIES


def told(cell: Mapping[Any, Any]) -> str:
    """The words of one cell: `dies: SIGSEGV* · masked`."""
    state = state_of(cell)
    text = _STATES[state][0]
    if state == DIES:
        text += f": {cell['ended']}"
    if not is_missing(cell["is_emulated"]) and cell["is_emulated"]:
        text += EMULATED
    if not is_missing(cell["result"]):
        text += f" · {cell['result']}"
    return text if cell["agrees"] else f"{text} · verdict differs"


def words_interventions(frame: pd.DataFrame) -> Words:
    """Title, subtitle, alternative text and caption of that chart."""
    if frame.empty:
        empty = "No intervention was tried"
        return Words(empty, "n = 0 interventions", empty + ".", empty + ".")
    n_cases, n_agree = frame["case"].nunique(), int(frame["agrees"].sum())
    title = _title(frame)
    subtitle = (
        f"n = {counted(n_cases, 'build')} x {counted(frame['platform'].nunique(), 'platform')} "
        f"= {counted(len(frame), 'cell')}; the verdict agrees with what happened in {n_agree}. "
        f"● links and runs   ◇ links and dies   ○ links, not run   ✖ does not link   "
        f"{EMULATED} the run that counts was emulated. "
        "After the dot: what the change did to the first build's failure"
    )
    rows = (
        f"{clip(str(row['case']), 40)} on {row['platform']}: {clip(told(row), 80)}."
        for row in frame.to_dict("records")
    )
    alt = alt_of(title, rows, "cell")
    return Words(title, subtitle, alt, f"{title}. The first row is the build as it failed.")


def _title(frame: pd.DataFrame) -> str:
    """Counts by what came of it, on the platforms where the first build was not sound."""
    cells = frame[frame["result"].notna()].to_dict("records")
    if frame["case"].nunique() == 1:
        return "One build alone: nothing was changed"
    if not cells:
        return "No change did anything to any platform"
    platforms = display_order({cell["platform"] for cell in cells})
    what = "change" if len(platforms) == 1 else "cell"
    n_cured = sum(cell["result"] == "cured" for cell in cells)
    others = Counter(state_of(cell) for cell in cells if cell["result"] != "cured")
    parts = [f"{others[state]} {words}" for state, words in _LEFT.items() if others[state]]
    title = f"{n_cured} of {counted(len(cells), what)} cured the failure on {listed(platforms)}"
    return f"{title}; {listed(parts)}" if parts else title
