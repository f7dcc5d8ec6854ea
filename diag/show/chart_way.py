"""The way of one variable: the lines that set it, keep it, lose it, and the command at the end."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from diag.platforms import display_order
from diag.show.chart_style import (
    FAINT,
    INK,
    SMALL_PT,
    WIDTH_IN,
    Marks,
    Words,
    chart,
    colour_of,
    empty_chart,
    label,
    label_room,
)
from diag.show.redact import Redactor
from diag.show.text import clip, counted, is_missing, listed, printable

if TYPE_CHECKING:
    from diag.case import Case

MAX_LINES = 16  # columns of lines; more, and each way has its own stops as columns
MAX_CALL = 34  # characters of a call in a row's label
MIN_HEAD = 12  # characters that a column needs for the text of its line
HEAD_CHAR_IN = 0.068
VALUE_WIDTH = 96
ROWS = 2.2  # height of one way, in rows of a chart
_MAX_TOLD = 60
SET, KEPT, LOST = "set", "kept", "lost"
SHAPES = {SET: "s", KEPT: "o", LOST: "X"}


@dataclass(frozen=True)
class Stop:
    """One line on a value's way, and what it does there: set, kept or lost."""

    place: str  # file:line
    what: str


def stops_of(row: Mapping[Any, Any]) -> list[Stop]:
    """The way of a row of the frame `env`, in its order; where it is lost stands last."""
    stops = [Stop(place, KEPT if n else SET) for n, place in enumerate(row["came_through"])]
    return stops if is_missing(row["lost_at"]) else [*stops, Stop(str(row["lost_at"]), LOST)]


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
    rows = (mask or Redactor()).data(rows)
    return draw_way(rows, name, {} if isinstance(source, pd.DataFrame) else _lines_of(source))


def way_rows(
    source: Case | pd.DataFrame,
    name: str,
    platform: str | Iterable[str] | None = None,
    *,
    command: str | None = None,
) -> pd.DataFrame:
    """The rows of the frame `env` that plot_way draws, in the order of display."""
    env = source if isinstance(source, pd.DataFrame) else source.env
    rows = env[(env["name"] == name) & (env["source"] == "shell")]
    wanted = [platform] if isinstance(platform, str) else platform
    if wanted is not None:
        rows = rows[rows["platform"].isin(list(wanted))]
    if command is not None:
        words = command.split()
        called = zip(rows["command"], rows["argv_text"], strict=True)
        kept = [[c, *a.split()[1 : len(words)]] == words for c, a in called]
        rows = rows[pd.Series(kept, index=rows.index, dtype="bool")]
    rank = {p: n for n, p in enumerate(display_order(rows["platform"]))}
    order = rows["platform"].map(rank).astype("int64")
    return rows.assign(rank=order).sort_values("rank", kind="stable").drop(columns="rank")


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
    told = rows.to_dict("records")
    columns = _Columns.of([stops_of(row) for row in told])
    labels = [_row_label(row, has_file=columns.is_ordinal) for row in told]
    left_in = label_room(labels)
    heads = columns.heads(lines or {}, WIDTH_IN - left_in)
    top_in = 0.2 + 0.13 * max(head.count("\n") for head in heads)
    with chart(words, ROWS * len(rows), left_in=left_in, bottom_in=0.15, top_in=top_in) as (
        figure,
        axes,
    ):
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks(range(len(rows)), labels, size=SMALL_PT)
        _head(axes, heads)
        marks = Marks()
        for y, row in enumerate(told):
            _draw_row(axes, marks, y, row, columns)
        marks.draw(axes, 8)
    return figure


@dataclass(frozen=True)
class _Columns:
    """Lines of one file, in its order; where those are too many or of several files, the first
    stop of each way, the second, and so on."""

    places: tuple[str, ...]
    is_ordinal: bool

    @classmethod
    def of(cls, ways: Sequence[Sequence[Stop]]) -> _Columns:
        places = sorted({stop.place for way in ways for stop in way}, key=_in_file)
        is_ordinal = len({_in_file(place)[0] for place in places}) > 1 or len(places) > MAX_LINES
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
        last = "the command\nreceives"
        if self.is_ordinal:
            return [*(f"stop {n}" for n in range(1, len(self.places) + 1)), last]
        room = int(width_in / (len(self.places) + 1.6) / HEAD_CHAR_IN)
        return [*(_head_of(place, lines.get(place, ""), room) for place in self.places), last]


def _head_of(place: str, text: str, room: int) -> str:
    number = f"line {_in_file(place)[1]}"
    if room < MIN_HEAD or not text:
        return number if room >= len(number) else number.removeprefix("line ")
    return f"{number}\n{label(clip(text, 2 * room - 4), room)}"


def _in_file(place: str) -> tuple[str, int]:
    file, _, line = place.rpartition(":")
    return file, int(line) if line.isdigit() else 0


def _row_label(row: Mapping[Any, Any], *, has_file: bool) -> str:
    shell = f" in {row['shell']}" if "shell" in row else ""
    way = f", way {row['path_no']}" if int(row["path_no"]) > 1 else ""
    file = "/".join(PurePath(str(row["file"])).parts[-2:])
    second = file if has_file else str(row["argv_text"])
    second = second if len(second) <= MAX_CALL else f"{second[:12]}…{second[13 - MAX_CALL :]}"
    return f"{row['platform']}{shell}{way}\n{second}"


def _head(axes: Axes, heads: Sequence[str]) -> None:
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(heads)), heads, size=SMALL_PT - 1)
    axes.set_xlim(-0.5, max(len(heads) - 1, 2) + 1.1)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _draw_row(axes: Axes, marks: Marks, y: int, row: Mapping[Any, Any], columns: _Columns) -> None:
    colour = colour_of(row["platform"])
    end, level = len(columns.places), y - 0.2
    stops = [(columns.place(n, stop), stop) for n, stop in enumerate(stops_of(row))]
    arrives = row["status"] in ("set", "empty")
    axes.hlines(y + 0.5, -0.5, axes.get_xlim()[1], color="#EEEEEE", lw=0.8)
    _draw_line(axes, level, [x for x, _ in stops], end, colour, arrives=arrives)
    taken: set[int] = set()
    for x, stop in stops:
        shift = 0.27 if x in taken else 0.0  # set and lost on one line
        taken.add(x)
        marks.add(x, level + shift, SHAPES[stop.what], colour)
        text = _said_of(stop, row, has_line=columns.is_ordinal)
        axes.text(
            x + 0.09, level - 0.13 + 1.5 * shift, text, size=SMALL_PT - 1, va="center", color=INK
        )
    marks.add(end, level, ">", colour, is_hollow=not arrives)
    axes.text(end + 0.12, level, str(row["status"]), size=SMALL_PT, va="center", weight="bold")
    if row["status"] == "set":
        value = _value(str(row["value"]))
        axes.text(
            -0.45, y + 0.24, value, size=SMALL_PT - 1.5, family="DejaVu Sans Mono", va="center"
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


def _said_of(stop: Stop, row: Mapping[Any, Any], *, has_line: bool) -> str:
    text = f"lost: {row['lost_by']}" if stop.what == LOST else stop.what
    return f"{text} :{_in_file(stop.place)[1]}" if has_line else text


def _value(text: str) -> str:
    """At most two lines of the value; an ellipsis says that it is longer."""
    lines = textwrap.wrap(printable(text), VALUE_WIDTH, break_on_hyphens=False) or [""]
    if len(lines) > 2:
        lines = [lines[0], clip(lines[1] + " …", VALUE_WIDTH)]
    return "\n".join(lines)


def words_way(rows: pd.DataFrame, name: str) -> Words:
    """Title, subtitle, alternative text and caption of that chart."""
    if rows.empty:
        empty = f"No command's {name} is known here"
        return Words(empty, "n = 0 calls", empty + ".", empty + ".")
    told = rows.to_dict("records")
    title = _title(told, name)
    files = listed(dict.fromkeys(str(row["file"]) for row in told), limit=2)
    subtitle = (
        f"Lines of {files}; n = {counted(len(told), 'call')} on "
        f"{counted(rows['platform'].nunique(), 'platform')}. "
        "■ set   ● kept   ✖ lost   ▶ what the command receives (hollow: nothing)"
    )
    alt = " ".join(_said(row) for row in told[:_MAX_TOLD])
    more = f" {counted(len(told) - _MAX_TOLD, 'further call')}." if len(told) > _MAX_TOLD else ""
    return Words(title, subtitle, f"{title}. {alt}{more}", f"{title}. Below each way, the value.")


def _title(rows: Sequence[Mapping[Any, Any]], name: str) -> str:
    """How many calls get it whole, to how many it is lost, and how."""
    lost = [row for row in rows if not is_missing(row["lost_by"])]
    unknown = [row for row in rows if row["status"] == "unknown" and is_missing(row["lost_by"])]
    if lost:
        where = listed(display_order({row["platform"] for row in lost}))
        reasons = listed(dict.fromkeys(str(row["lost_by"]) for row in lost))
        return f"{name} is lost on the way to {len(lost)} of {counted(len(rows), 'call')} ({where}): {reasons}"
    if unknown:
        return f"{name} is not known at {len(unknown)} of {counted(len(rows), 'call')}"
    whole = [row for row in rows if row["status"] == "set"]
    if len(whole) == len(rows):
        where = listed(display_order({row["platform"] for row in rows}))
        return f"{name} arrives whole at every command on {where}"
    if not whole:
        return f"Nothing sets {name} for any of {counted(len(rows), 'call')}"
    return f"{name} arrives whole at {len(whole)} of {counted(len(rows), 'call')}; nothing sets it for the others"


def _said(row: Mapping[Any, Any]) -> str:
    way = [f"{stop.what} at line {_in_file(stop.place)[1]}" for stop in stops_of(row)]
    value = f" to {clip(str(row['value']), 80)}" if row["status"] == "set" else ""
    call = clip(str(row["argv_text"]), 40)
    end = f"{row['status']}{value}"
    return f"{row['platform']}, {call}: {', '.join([*way, end])}."
