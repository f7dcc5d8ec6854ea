"""The way of one variable: the lines that set it, keep it, lose it, and the command at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from diag.show.chart_fonts import MONO, families, fit_end, fit_middle, lines_of
from diag.show.chart_style import (
    FAINT,
    INK,
    MAX_ROWS,
    SMALL_PT,
    WIDTH_IN,
    Marks,
    chart,
    colour_of,
    empty_chart,
    kept,
    label,
    label_room,
    not_drawn,
)
from diag.show.chart_words import words_way
from diag.show.env_values import fit
from diag.show.redact import Redactor, redactor_for
from diag.show.text import clip, counted, is_missing, listed, printable
from diag.show.ways import (
    KEPT,
    LOST,
    SET,
    Stop,
    call_of,
    in_file,
    said_of,
    stops_of,
    told_rows,
    way_rows,
)

if TYPE_CHECKING:
    from diag.case import Case

MAX_LINES = 16  # columns of lines; more, and each way has its own stops as columns
MAX_CALL = 34  # characters of a call in a row's label
MIN_HEAD = 12  # characters that a column needs for the text of its line
HEAD_CHAR_IN = 0.068
VALUE_WIDTH = 96
VALUE_ROOM = 2 * VALUE_WIDTH - 30  # characters of a value in two lines, broken between words
END_IN = 0.75  # inches for `unknown` behind the last column
ROWS = 2.2  # height of one way, in rows of a chart
SHAPES = {SET: "s", KEPT: "o", LOST: "X"}


def plot_way(
    source: Case | pd.DataFrame,
    name: str,
    platform: str | Iterable[str] | None = None,
    *,
    command: str | None = None,
    mask: Redactor | None = None,
) -> Figure:
    """The way of a variable to each command: platforms as rows, lines of the Dockerfile as columns.

    `source` is a case or rows of the frame `env` (a probed one has no lines, only the end);
    `command` holds the first words of the call, such as `cargo build`.
    """
    rows = way_rows(source, name, platform, command=command)
    case = None if isinstance(source, pd.DataFrame) else source
    mask = mask or redactor_for(case)
    return draw_way(mask.data(rows), name, mask.data(_lines_of(case)) if case else {})


def _lines_of(case: Case) -> dict[str, str]:
    """`file:line` -> the text there, for the lines of every instruction."""
    found: dict[str, str] = {}
    for record in case.instruction_records:
        starts = [*record.line_starts, (len(record.value_text), 0)]
        for (begin, line), (end, _) in pairwise(starts):
            text = " ".join(record.value_text[begin:end].split())
            first = f"{record.instruction} " if line == record.line_no else ""
            found[f"{record.file}:{line}"] = first + text
    return found


def draw_way(rows: pd.DataFrame, name: str, lines: Mapping[str, str] | None = None) -> Figure:
    """The chart of rows of one variable; `lines` maps `file:line` to the text there."""
    words = words_way(rows, name)
    if rows.empty:
        return empty_chart(words)
    told, more = _drawn(*told_rows(rows))
    fitted = _values(told)
    columns = _Columns.of([stops_of(row) for row in told])
    has_files = len({row["file"] for row in told}) > 1
    labels = [_row_label(row, has_file=has_files) for row in told]
    left_in = label_room(labels)
    heads = columns.heads(lines or {}, WIDTH_IN - left_in)
    top_in = 0.2 + 0.13 * max(head.count("\n") for head in heads)
    with chart(
        words, ROWS * len(told), left_in=left_in, bottom_in=0.15, top_in=top_in, more=more
    ) as (figure, axes):
        axes.set_ylim(len(told) - 0.5, -0.5)
        axes.set_yticks(range(len(told)), labels, size=SMALL_PT)
        column_in = _head(axes, heads, WIDTH_IN - left_in - 0.2)
        marks = Marks()
        for y, row in enumerate(told):
            _draw_row(axes, marks, y, {**row, "shown": fitted.get(y, "")}, columns, column_in)
        marks.draw(axes, 8)
    return figure


def _values(rows: Sequence[Mapping[Any, Any]]) -> dict[int, str]:
    """Place of a row -> its value, cut where those of the others are alike."""
    places = [n for n, row in enumerate(rows) if row["status"] == "set"]
    shown = fit([str(rows[n]["value"]) for n in places], VALUE_ROOM)
    return {n: fitted.text for n, fitted in zip(places, shown, strict=True)}


def _drawn(rows: list[dict[Any, Any]], n_unset: int) -> tuple[list[dict[Any, Any]], str]:
    """The calls that are drawn, and what is said of the others: first where the value is lost,
    and there on every platform, for the contrast."""
    heaviest: dict[Any, int] = {}
    for row in rows:
        weight = 2 * (not is_missing(row["lost_by"])) + (row["status"] == "unknown")
        heaviest[call_of(row)] = max(weight, heaviest.get(call_of(row), 0))
    weights = [heaviest[call_of(row)] for row in rows]
    places = kept(weights, MAX_ROWS / ROWS, (str(r["platform"]) for r in rows))
    more = not_drawn((len(rows) - len(places), "call"))
    if n_unset:
        unset = f"{counted(n_unset, 'call')} that nothing sets it for"
        more = f"{more}; {unset}" if more else f"not drawn: {unset}"
    return [rows[place] for place in places], more


@dataclass(frozen=True)
class _Columns:
    """Lines of one file, in its order; where those are too many or of several files, the first
    stop of each way, the second, and so on."""

    places: tuple[str, ...]
    is_ordinal: bool

    @classmethod
    def of(cls, ways: Sequence[Sequence[Stop]]) -> _Columns:
        places = sorted({stop.place for way in ways for stop in way}, key=in_file)
        is_ordinal = len({in_file(place)[0] for place in places}) > 1 or len(places) > MAX_LINES
        longest = max(map(len, ways))
        shown = tuple(f":{n}" for n in range(1, longest + 1)) if is_ordinal else tuple(places)
        return cls(shown[:MAX_LINES], is_ordinal)

    def place(self, number: int, stop: Stop) -> int:
        """The column of a way's stop; those past the last share it."""
        return (
            min(number, len(self.places) - 1) if self.is_ordinal else self.places.index(stop.place)
        )

    def heads(self, lines: Mapping[str, str], width_in: float) -> list[str]:
        """Text above each column, and above the last one, which is the command's."""
        room = int(width_in / (len(self.places) + 1.6) / HEAD_CHAR_IN)
        last = "the command\nreceives" if room >= MIN_HEAD else "the\ncommand\nreceives"
        if self.is_ordinal:
            word = "stop " if room >= MIN_HEAD else ""
            return [*(f"{word}{n}" for n in range(1, len(self.places) + 1)), last]
        return [*(_head_of(place, lines.get(place, ""), room) for place in self.places), last]


def _head_of(place: str, text: str, room: int) -> str:
    number = f"line {in_file(place)[1]}"
    if room < MIN_HEAD:
        return number.removeprefix("line ")
    return number if not text else f"{number}\n{label(clip(printable(text), 2 * room - 4), room)}"


def _row_label(row: Mapping[Any, Any], *, has_file: bool) -> str:
    shell = f" in {row['shell']}" if "shell" in row else ""
    ways = row["ways"]
    way = (
        ""
        if ways == [1]
        else f", {'way' if len(ways) < 2 else 'ways'} {listed(map(str, ways), limit=3)}"
    )
    file = "/".join(PurePath(str(row["file"])).parts[-2:])
    second = file if has_file else str(row["argv_text"])
    second = f"{fit_middle(second, MAX_CALL, 12)} :{row['line_no']}"
    return f"{fit_end(str(row['platform']), 24)}{shell}{way}\n{second}"


def _head(axes: Axes, heads: Sequence[str], width_in: float) -> float:
    """The columns' heads; inches of one column, with room for a word behind the last one."""
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(heads)), heads, size=SMALL_PT - 1)
    end = max(len(heads) - 1, 2)
    right = end + max(1.1, END_IN * (end + 0.5) / (width_in - END_IN))
    axes.set_xlim(-0.5, right)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return width_in / (right + 0.5)


def _draw_row(
    axes: Axes, marks: Marks, y: int, row: Mapping[Any, Any], columns: _Columns, column_in: float
) -> None:
    colour = colour_of(row["platform"])
    end, level = len(columns.places), y - 0.2
    stops = [(columns.place(n, stop), stop) for n, stop in enumerate(stops_of(row))]
    arrives = row["status"] in ("set", "empty")
    axes.hlines(y + 0.5, -0.5, axes.get_xlim()[1], color="#EEEEEE", lw=0.8)
    _draw_line(axes, level, [x for x, _ in stops], end, colour, arrives=arrives)
    xs = [x for x, _ in stops]
    for n, ((x, stop), room) in enumerate(zip(stops, _rooms(xs, end, column_in), strict=True)):
        shift = 0.27 if x in xs[:n] else 0.0  # set and lost on one line
        if shift and x in xs[n + 1 :]:  # of many in the last column, the first and the last
            continue
        marks.add(x, level + shift, SHAPES[stop.what], colour)
        at = x, level - 0.13 + 1.5 * shift, 0.11 / column_in
        _tell(axes, at, stop, row, int(room / HEAD_CHAR_IN), is_numbered=columns.is_ordinal)
    marks.add(end, level, ">", colour, is_hollow=not arrives)
    axes.text(
        end + 0.15 / column_in, level, str(row["status"]), size=SMALL_PT, va="center", weight="bold"
    )
    if row["status"] == "set":
        value = _value(row["shown"])
        axes.text(-0.45, y + 0.24, value, size=SMALL_PT - 1.5, family=families(MONO), va="center")


def _rooms(xs: Sequence[int], end: int, column_in: float) -> list[float]:
    """Inches from each mark to the next one on its way."""
    return [max(b - a, 1) * column_in - 0.15 for a, b in pairwise([*xs, end])]


def _tell(
    axes: Axes,
    at: tuple[float, float, float],
    stop: Stop,
    row: Mapping[Any, Any],
    room: int,
    *,
    is_numbered: bool,
) -> None:
    """The words of a stop: whole where `room` characters hold them; a loss always, below its way
    if there is no value; of others the number of the line at most, since shapes tell the rest."""
    x, y, beside = at
    text = said_of(stop, row)
    number = f":{in_file(stop.place)[1]}" if is_numbered else ""
    is_right, is_below = False, len(text + number) + 1 > room
    if is_below and stop.what == LOST and row["status"] != "set":
        is_right, y = x > sum(axes.get_xlim()) / 2, round(y) + 0.24
    elif is_below:
        text = clip(text, room) if stop.what == LOST else ""
        number = number if len(number) <= room else ""
    axes.text(
        x - beside if is_right else x + beside,
        y,
        f"{text} {number}".strip(),
        size=SMALL_PT - 1,
        va="center",
        ha="right" if is_right else "left",
        color=INK,
    )


def _draw_line(
    axes: Axes, y: float, xs: Sequence[int], end: int, colour: str, *, arrives: bool
) -> None:
    if not xs:
        return
    last = end if arrives else max(xs)
    axes.hlines(y, min(xs), last, color=colour, lw=1.4, zorder=0)
    if not arrives:
        axes.hlines(y, last, end, color=FAINT, lw=1.2, ls=":", zorder=0)


def _value(text: str) -> str:
    """At most two lines of the value; an ellipsis says that it is longer."""
    return "\n".join(lines_of(text, VALUE_WIDTH, 2))
