"""Instruction sets by object member, in one build: which member's functions use which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from diag.platforms import display_order
from diag.schema import each, keep
from diag.show.chart_fonts import MONO, families, fit_end, fit_middle
from diag.show.chart_style import (
    INK,
    MAX_ROWS,
    SMALL_PT,
    WIDTH_IN,
    Marks,
    Words,
    alt_of,
    chart,
    colour_of,
    empty_chart,
    kept,
    label_room,
    not_drawn,
)
from diag.show.frame_tables import table_of
from diag.show.redact import Redactor, redactor_for
from diag.show.symbols import OUTPUT
from diag.show.text import clip, counted, listed

if TYPE_CHECKING:
    from diag.case import Case

COLUMNS = ("platform", "member", "extension", "functions", "guarded", "n_members", "where")
OWN_SETS = "AVX-512"  # that a case's own frame `isa` holds
COLUMN_IN, NUMBER_IN = 0.16, 0.42  # a column of marks, and of marks with their numbers
MONO_IN = 0.067
_MAX_NAMES = 3  # instruction sets that a sentence names


def df_isa_sets(case: Case, isa: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row a platform, object member and instruction set: functions that use it.

    `isa` is a frame of `diag.read_isa` of the case's objects (with `beyond_floor=True`, all that
    the lowest level of a machine lacks); left out, the case's own, which holds AVX-512. `guarded`
    counts those that run only where the processor has it, missing where that was not looked for.
    A row with an empty member and set heads each platform: `functions` counts those of all its
    members (of the linked output only where nothing else has any: it holds them again),
    `n_members` those whose code was looked at; no such row, where there is no code.
    """
    frame = case.isa if isa is None else isa
    of_file, kinds = case.platform_of_file, case.objects
    outputs = set(kinds.loc[kinds["kind"] == "executable", "file"])
    table = frame.assign(
        platform=[of_file.get(file, "") for file in frame["file"]],
        label=[_member(row, outputs) for row in frame[["file", "member"]].itertuples()],
    )
    sizes = _sizes(frame, case)
    rows: list[tuple[Any, ...]] = []
    for platform in display_order({*sizes, *table["platform"]}):
        own = table[table["platform"] == platform].drop_duplicates(
            ["label", "function", "address", "extension"]
        )
        n_functions = len(_inputs(own, "label").drop_duplicates(["label", "function", "address"]))
        rows.append((platform, "", "", n_functions, None, sizes.get(platform, 0), ""))
        for (label, extension), part in own.groupby(["label", "extension"], sort=True):
            guarded = int(part["guard"].notna().sum()) if "guard" in part else None
            where = str(part["file"].iloc[0])
            rows.append((platform, label, extension, len(part), guarded, sizes.get(platform, 0), where))  # fmt: skip
    return table_of(COLUMNS, rows).astype({"functions": "int64", "guarded": "Int64"})


def _member(row: Any, outputs: set[str]) -> str:
    """A member by its name, wherever it is bundled; a file that is no archive by its own."""
    return str(row.member) or str(row.file).rsplit("/", 1)[-1] + (
        OUTPUT if row.file in outputs else ""
    )


def _inputs(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """The rows of members that are linked; those of the output where there are no others."""
    is_input = [not str(name).endswith(OUTPUT) for name in rows[column]]
    return keep(rows, is_input) if any(is_input) else rows


def _sizes(isa: pd.DataFrame, case: Case) -> dict[str, int]:
    """Platform -> members whose code was looked at, each once however many archives hold it."""
    seen: dict[str, set[str]] = {}
    for file, member, *_ in isa.attrs.get("code", []):
        name = member or str(file)
        seen.setdefault(case.platform_of_file.get(file, ""), set()).add(name)
    return {platform: len(names) for platform, names in seen.items()}


def plot_isa_sets(
    case: Case, isa: pd.DataFrame | None = None, *, mask: Redactor | None = None
) -> Figure:
    """Which instruction sets the functions of each object member use, platform by platform."""
    table = (mask or redactor_for(case)).data(df_isa_sets(case, isa))
    return draw_isa_sets(table, OWN_SETS if isa is None else "")


def draw_isa_sets(table: pd.DataFrame, sought: str = "") -> Figure:
    """The chart of a df_isa_sets frame: member x instruction set, a heading for each platform.

    `sought` names the sets that were looked for, for when none is found.
    """
    words = words_isa_sets(table, sought)
    members = table[table["member"] != ""]
    if members.empty:
        return empty_chart(words)
    rows, n_left = _drawn_rows(table)
    labels = [_label(platform, member, table) for platform, member in rows]
    room = WIDTH_IN - label_room(labels) - 0.25
    sets = sorted(dict.fromkeys(members["extension"]), key=_natural)
    names, n_more = _drawn_sets(members, sets, room)
    heads = [fit_end(name, 24) for name in names]
    more = not_drawn((n_left, "member"), (n_more, "instruction set"))
    top_in = 0.2 + MONO_IN * max(map(len, heads))
    with chart(
        words, len(rows), left_in=label_room(labels), bottom_in=0.25, top_in=top_in, more=more
    ) as (figure, axes):
        axes.set_yticks(range(len(rows)), labels, size=SMALL_PT)
        column_in = min(room / len(names), 0.9)
        axes.set_xlim(-0.5, room / column_in - 0.5)
        _head(axes, heads, rows)
        marks = Marks()
        place = {key: y for y, key in enumerate(rows)}, {name: x for x, name in enumerate(names)}
        for cell in members[members["extension"].isin(names)].itertuples():
            y = place[0].get((str(cell.platform), str(cell.member)))
            if y is not None:
                _cell(axes, marks, (place[1][str(cell.extension)], y), cell, column_in)
        marks.draw(axes, 7 if column_in > COLUMN_IN else 5)
    return figure


def _drawn_rows(table: pd.DataFrame) -> tuple[list[tuple[str, str]], int]:
    """(platform, member) that are drawn, and the number of others: platforms, then linked outputs,
    then members with the most functions."""
    weights: dict[tuple[str, str], float] = {}
    for row in each(table):
        key = (str(row.platform), str(row.member))
        heavy = float("inf") if not row.member else 1e9 if key[1].endswith(OUTPUT) else 0.0
        weights[key] = max(weights.get(key, 0.0), heavy + float(row.functions))
    rows = list(weights)
    places = kept(list(weights.values()), MAX_ROWS)
    return [rows[place] for place in places], len(rows) - len(places)


def _drawn_sets(members: pd.DataFrame, sets: Sequence[str], room: float) -> tuple[list[str], int]:
    """The sets that have room beside each other: those of the most functions."""
    counts = members.groupby("extension")["functions"].sum()
    places = kept([float(counts[name]) for name in sets], room / COLUMN_IN)
    return [sets[place] for place in places], len(sets) - len(places)


def _natural(name: str) -> tuple[Any, ...]:
    """sse4 before sse10."""
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name))


def _label(platform: str, member: str, table: pd.DataFrame) -> str:
    if member:
        return fit_middle(member, 54, 22)
    own = table[table["platform"] == platform]
    n_users = own.loc[own["member"] != "", "member"].nunique()
    name = fit_end(platform or "platform not known", 24)
    of = f"{n_users:,} of {counted(int(own['n_members'].max()), 'member')}"
    return f"{name}, {of}" if own["n_members"].max() else f"{name}, {counted(n_users, 'member')}"


def _head(axes: Axes, heads: Sequence[str], rows: Sequence[tuple[str, str]]) -> None:
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(heads)), heads, size=SMALL_PT, rotation=90, family=families(MONO))
    for spine in axes.spines.values():
        spine.set_visible(False)
    for y, (text, (_, member)) in enumerate(zip(axes.get_yticklabels(), rows, strict=True)):
        text.set_fontweight("normal" if member else "bold")
        if not member:
            axes.axhspan(y - 0.5, y + 0.5, color="#F2F2F2", zorder=0)


def _cell(axes: Axes, marks: Marks, at: tuple[int, int], cell: Any, column_in: float) -> None:
    """A square, hollow where every function is guarded, and the number where there is room."""
    x, y = at
    is_guarded = not pd.isna(cell.guarded) and int(cell.guarded) == int(cell.functions)
    is_wordy = column_in >= NUMBER_IN
    shift = 0.12 / column_in if is_wordy else 0.0
    marks.add(x - shift, y, "s", colour_of(cell.platform), is_hollow=is_guarded)
    if is_wordy:
        axes.text(
            x - shift + 0.09 / column_in,
            y,
            f"{cell.functions}",
            va="center",
            size=SMALL_PT,
            color=INK,
        )


def words_isa_sets(table: pd.DataFrame, sought: str = "") -> Words:
    """Title, subtitle, alternative text and caption of that chart."""
    heads, members = table[table["member"] == ""], table[table["member"] != ""]
    n_seen = int(heads["n_members"].sum())
    if members.empty:
        empty = (
            f"No function of {counted(n_seen, 'object member')} uses {sought or 'the instruction sets looked for'}"
            if n_seen
            else "No object with code that is read was given: its instruction sets are not seen"
        )
        return Words(empty, f"n = {counted(n_seen, 'member')}", empty + ".", empty + ".")
    n_users = len(members.drop_duplicates(["platform", "member"]))
    title = _title(heads, members)
    of = f" of {n_seen:,} with code" if n_seen else ""
    guarded = "   □ every one of them guarded" if members["guarded"].notna().any() else ""
    subtitle = (
        f"Functions by instruction set; n = {counted(n_users, 'object member')}{of} on "
        f"{counted(heads['platform'].nunique(), 'platform')}, counted once where several archives "
        f"hold it. ■ functions use it{guarded}"
    )
    return Words(title, subtitle, alt_of(title, _told(members), "member", n_users), f"{title}.")


def _title(heads: pd.DataFrame, members: pd.DataFrame) -> str:
    """Platform by platform: functions and the sets that most of them use; and who has none."""
    parts = []
    for head in each(heads):
        own = members[members["platform"] == head.platform]
        if own.empty:
            continue
        own = _inputs(own, "member")
        by_set = own.groupby("extension")["functions"].sum().sort_values(ascending=False, kind="stable")  # fmt: skip
        names = [clip(str(name), 24) for name in by_set.index]
        told = listed(names, limit=_MAX_NAMES)
        verb = "uses" if head.functions == 1 else "use"
        parts.append(
            f"{counted(int(head.functions), 'function')} on {head.platform or 'a platform not known'} {verb} {told}"
        )
    title = listed(parts, limit=3)
    none = [str(h.platform) for h in each(heads) if not h.functions and h.platform]
    return f"{title}; none on {listed(none)}" if none else title


def _told(members: pd.DataFrame) -> Iterator[str]:
    for (platform, member), own in members.groupby(["platform", "member"], sort=False):
        sets = [f"{row.extension} in {row.functions}" for row in each(own)]
        name = f"{platform or 'platform not known'}, {clip(str(member), 60)}"
        yield f"{name}: {listed(sets, limit=5)}."
