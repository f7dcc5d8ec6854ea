"""Functions that use an instruction set, by object member, in one build and in another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from diag.platforms import display_order
from diag.show.chart_fonts import fit_end, fit_middle
from diag.show.chart_isa_sets import OWN_SETS, plot_isa_sets
from diag.show.chart_style import (
    MAX_ROWS,
    SMALL_PT,
    Words,
    alt_of,
    bar_end,
    beside,
    chart,
    colour_of,
    empty_chart,
    kept,
    label_room,
    not_drawn,
)
from diag.show.frame_tables import table_of
from diag.show.redact import Redactor
from diag.show.text import NOT_SEEN, clip, counted, is_missing, listed

if TYPE_CHECKING:
    from diag.case import Case

COLUMNS = ("platform", "member", "part", "before", "after", "where")
INPUT, OUTPUT = "object", "linked output"
SET = OWN_SETS
_ROWS = 1.7  # height of one member, in rows of a chart


def df_isa(before: Case, after: Case) -> pd.DataFrame:
    """One row a platform and object member: functions with AVX-512 instructions, before and after.

    `part` is object or linked output, `before` and `after` count functions (missing where the case
    has no objects, or no output, of that platform). A member without any has no row; a platform
    without any has one with an empty member. `where` is a file that holds the member.
    """
    counts = [_counts(case) for case in (before, after)]
    seen = [_seen(case) for case in (before, after)]
    names = display_order({*before.platforms, *after.platforms})
    keys = dict.fromkeys(key for count in counts for key in count)
    rows = []
    for platform in names:
        own = sorted((k for k in keys if k[0] == platform), key=lambda k: (k[2] == OUTPUT, k[1]))
        for key in own or [(platform, "", INPUT)]:
            both = [_count(count, there, key) for count, there in zip(counts, seen, strict=True)]
            files = [count[key][1] for count in counts if key in count]
            rows.append((*key, *both, files[-1] if files else NOT_SEEN))
    return table_of(COLUMNS, rows).astype({"before": "Int64", "after": "Int64"})


_Key = tuple[str, str, str]


def _counts(case: Case) -> dict[_Key, tuple[int, str]]:
    """(platform, member, part) -> functions, and a file that holds the member."""
    from diag.join import join_isa

    found: dict[_Key, tuple[int, str]] = {}
    for row in join_isa(case.isa, case.objects, case.platform_of_file).itertuples():
        key = (str(row.platform), str(row.member), OUTPUT if row.is_output else INPUT)
        found[key] = (found.get(key, (0, ""))[0] + 1, str(row.file))
    return found


def _seen(case: Case) -> set[tuple[str | None, str]]:
    """Each (platform, part) of which there is something to count in."""
    return {
        (case.platform_of_file.get(file), OUTPUT if kind == "executable" else INPUT)
        for file, kind in zip(case.objects["file"], case.objects["kind"], strict=True)
    }


def _count(
    counts: dict[_Key, tuple[int, str]], seen: set[tuple[str | None, str]], key: _Key
) -> int | None:
    """None where there is nothing of that platform and part to count in."""
    return counts.get(key, (0, ""))[0] if (key[0], key[2]) in seen else None


def plot_isa(before: Case, after: Case | None = None, *, mask: Redactor | None = None) -> Figure:
    """How many functions of each object member use AVX-512, before and after; of one case alone,
    which instruction sets they use (diag.show.chart_isa_sets)."""
    if after is None:
        return plot_isa_sets(before, mask=mask)
    return draw_isa((mask or Redactor()).data(df_isa(before, after)))


def draw_isa(table: pd.DataFrame) -> Figure:
    """The chart of a df_isa frame: two bars a member, the number beside each."""
    words = words_isa(table)
    if table.empty:
        return empty_chart(words)
    table, more = _drawn(table)
    labels = [_label(row) for row in table.itertuples()]
    left_in = label_room(labels)
    with chart(words, _ROWS * len(table), left_in=left_in, bottom_in=0.5, more=more) as (
        figure,
        axes,
    ):
        axes.set_ylim(len(table) - 0.5, -0.5)
        axes.set_yticks(range(len(table)), labels, size=SMALL_PT)
        counts = table[["before", "after"]].astype("float64")
        longest = float(np.nanmax(counts.to_numpy())) if counts.notna().any(axis=None) else 0.0
        axes.set_xlim(0, bar_end(max(longest, 1.0), [f"{longest:.0f} before"], left_in))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel(f"functions with {SET} instructions", size=SMALL_PT)
        for y, row in enumerate(table.itertuples()):
            _bar(axes, y - 0.19, row, "before")
            _bar(axes, y + 0.19, row, "after")
    return figure


def _drawn(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The rows that are drawn, and what is said of the others: first what changed, and outputs."""
    both = zip(table["before"].fillna(-1), table["after"].fillna(-1), table["part"], strict=True)
    weights = [int(old != new) + (part == OUTPUT) for old, new, part in both]
    drawn = table.iloc[kept(weights, MAX_ROWS / _ROWS, table["platform"])]
    return drawn, not_drawn((len(table) - len(drawn), "member"))


def _label(row: Any) -> str:
    platform = fit_end(row.platform or "platform not known", 30)
    if not row.member:
        return f"{platform}\nno member has any"
    return f"{fit_middle(str(row.member), 52, 20)}\n{platform}, {row.part}"


def _bar(axes: Axes, y: float, row: Any, when: str) -> None:
    colour = colour_of(str(row.platform))
    count = getattr(row, when)
    length = 0 if is_missing(count) else int(count)
    axes.barh(
        y,
        length,
        height=0.34,
        color="white" if when == "before" else colour,
        edgecolor=colour,
        hatch="////" if when == "before" else None,
    )
    beside(axes, (length, y), f"{_said(count, row.part)} {when}")


def words_isa(table: pd.DataFrame) -> Words:
    """Title, subtitle, alternative text and caption of that chart."""
    if table.empty:
        empty = "No objects were given: their instructions are not seen"
        return Words(empty, "n = 0 members", empty + ".", empty + ".")
    title = _title(table[table["part"] == INPUT])
    members = table[table["member"] != ""]
    subtitle = (
        f"Functions with {SET} instructions; n = {counted(len(members), 'member')} that "
        f"{'has' if len(members) == 1 else 'have'} any, on "
        f"{counted(table['platform'].nunique(), 'platform')}. Striped before, solid after"
    )
    told = (
        f"{row.platform or 'platform not known'!s}, {clip(str(row.member), 60) or 'no member'}: "
        f"{_said(row.before, row.part)} before, {_said(row.after, row.part)} after."
        for row in table.itertuples()
    )
    caption = f"{title}. A member that several archives hold is counted once."
    return Words(title, subtitle, alt_of(title, told, "member"), caption)


def _said(count: Any, part: Any) -> str:
    if is_missing(count):
        return "no output" if part == OUTPUT else NOT_SEEN
    return str(int(count))


def _title(objects: pd.DataFrame) -> str:
    """The platforms that changed, by the sum over their objects; what is new or gone in them."""
    seen = objects.dropna(subset=["before", "after"])
    if seen.empty:
        return f"{SET} functions can be counted in one build alone"
    sums = seen.groupby("platform", sort=False)[["before", "after"]].sum()
    changed = sums[sums["before"] != sums["after"]]
    if changed.empty:
        numbers = zip(sums.index, sums["after"].tolist(), strict=True)
        told = listed(f"{number} on {platform}" for platform, number in numbers)
        return f"The objects hold as many {SET} functions after as before: {told}"
    triples = zip(changed.index, changed["before"].tolist(), changed["after"].tolist(), strict=True)
    parts = [
        f"{counted(old, f'{SET} function')} before, {new:,} after on {platform}"
        for platform, old, new in triples
    ]
    fresh = seen.loc[(seen["before"] == 0) & (seen["after"] > 0), "member"]
    gone = seen.loc[(seen["before"] > 0) & (seen["after"] == 0), "member"]
    notes = [
        f"{clip(str(names.iloc[0]), 60)} is {word}"
        if len(names) == 1
        else f"{len(names)} members are {word}"
        for names, word in ((fresh, "new"), (gone, "gone"))
        if len(names)
    ]
    return "; ".join([listed(parts), *notes])
