"""What the charts say: the finding as a title, unit and n, and the same for those who hear it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

import pandas as pd

from diag.platforms import display_order
from diag.show.chart_style import Words
from diag.show.flags import NO, NOT_SEEN, YES
from diag.show.steps import bar_text
from diag.show.text import clip, counted, is_missing, listed
from diag.show.ways import in_file, stops_of

_MAX_CALLS = 60  # ways that are told one by one
MAX_TOLD = 12  # rows that an alternative text tells one by one


def words_flags(table: pd.DataFrame) -> Words:
    """Title, subtitle, alternative text and caption of the chart of a df_flags frame."""
    if table.empty:
        empty = "No flags are seen in this case"
        return Words(empty, "n = 0 flags", empty + ".", empty + ".")
    platforms = display_order(table["platform"])
    title = _flags_title(table)
    variables, commands = (
        listed(table["variable"].unique()),
        listed([c for c in table["command"].unique() if c]),
    )
    at = f" at {commands}" if commands else ""
    subtitle = (
        f"{variables}{at}; n = {counted(len(table), 'flag')} on {counted(len(platforms), 'platform')}. "
        "■ written in the Dockerfile   ● received by the command   ▲ echoed in the log   "
        "– not there   ✕ lost on the way   ? not seen"
    )
    alt = f"{title}. " + " ".join(_flags_of(table, platform) for platform in platforms)
    caption = f"{title}. Each row is one flag of {variables}; places are in the table below."
    return Words(title, subtitle, alt, caption)


def _flags_title(table: pd.DataFrame) -> str:
    written = table[table["written"] == YES]
    lost = written[written["received"] == NO]
    if len(lost):
        where = listed(display_order(lost["platform"]))
        return f"{len(lost)} of {counted(len(written), 'written flag')} did not arrive on {where}"
    differs = table[
        (table["echoed"] != NOT_SEEN)
        & (table["received"] != NOT_SEEN)
        & (table["echoed"] != table["received"])
    ]
    if len(differs):
        where = listed(display_order(differs["platform"]))
        return f"The log shows other flags than this Dockerfile gives on {where}"
    if not len(written):
        return "No flag is written for any platform" if len(table) else "No flags are seen"
    if (written["received"] == NOT_SEEN).any():
        return "Whether the written flags arrive is not known for every platform"
    echoed = written["echoed"] == YES
    told = ", and the log shows each" if echoed.all() else ""
    return f"Every flag written for a platform arrived there{told}"


def _flags_of(table: pd.DataFrame, platform: str) -> str:
    own = table[table["platform"] == platform]
    counts = [f"{int((own[stage] == YES).sum())} {stage}" for stage in ("written", "received")]
    echoed = own["echoed"]
    seen = "no echo seen" if (echoed == NOT_SEEN).all() else f"{int((echoed == YES).sum())} echoed"
    flags = listed(own["flag"].unique(), limit=MAX_TOLD)
    return f"{platform}: {flags}; {', '.join([*counts, seen])}."


def words_symbols(table: pd.DataFrame) -> Words:
    """Title, subtitle, alternative text and caption of the chart of a df_symbols frame."""
    heads = table[table["member"] == ""]
    names = [name for name in heads["symbol"].unique() if name]
    if not names:
        empty = "No symbol is in question"
        return Words(empty, "n = 0 symbols", empty + ".", empty + ".")
    title = _symbols_title(table, names)
    n_members = int(heads.groupby("platform")["n_members"].max().sum())
    subtitle = (
        f"n = {counted(len(names), 'symbol')} in {counted(n_members, 'object member')} of "
        f"{counted(heads['platform'].nunique(), 'platform')}. "
        "▽ wanted (undefined there)   ■ defined   ◇ held at address zero"
    )
    told = [
        f"{h.platform}, {clip(str(h.symbol), 60)}: {h.role}."
        for h in heads.head(MAX_TOLD).itertuples()
    ]
    more = len(heads) - len(told)
    alt = f"{title}. " + " ".join(told) + (f" {more} further rows." if more > 0 else "")
    return Words(
        title, subtitle, alt, f"{title}. Members that neither want nor define are counted."
    )


def _symbols_title(table: pd.DataFrame, names: list[str]) -> str:
    members = table[table["member"] != ""]
    inputs = members[~members["member"].str.endswith(", the linked output")]
    if table["n_members"].max() == 0:
        return "No objects were given: who wants and who defines the symbols is not seen"
    keys = list(zip(inputs["platform"], inputs["symbol"], strict=True))
    defined = {key for key, role in zip(keys, inputs["role"], strict=True) if role == "defined"}
    open_pairs = [key for key in dict.fromkeys(keys) if key not in defined]
    if open_pairs:
        where = listed(display_order(platform for platform, _ in open_pairs))
        names_open = list(dict.fromkeys(name for _, name in open_pairs))
        what = (
            clip(names_open[0], 48) if len(names_open) == 1 else counted(len(names_open), "symbol")
        )
        verb = "is" if len(names_open) == 1 else "are"
        return f"{what} {verb} wanted on {where} and defined in no object there"
    what = clip(names[0], 48) if len(names) == 1 else f"each of {len(names)} symbols"
    if not len(inputs):
        return f"No object member wants or defines {what}"
    return f"Where {what} is wanted, it is defined too"


def words_steps(steps: pd.DataFrame) -> Words:
    """Title, subtitle, alternative text and caption of the chart of a drawn_steps frame."""
    if steps.empty:
        empty = "No steps are seen: there is no log"
        return Words(empty, "n = 0 steps", empty + ".", empty + ".")
    failed = steps[steps["status"] == "error"]
    canceled = steps[steps["status"].isin(["canceled", "unfinished"])]
    title = _steps_title(steps, failed, canceled)
    shown = steps[steps["is_drawn"]]
    file = clip(str(steps["file"].iloc[0]), 60)
    subtitle = (
        f"Seconds that each step ran; n = {counted(len(steps), 'step')} of {file}, "
        f"{len(shown)} drawn, the others took less than 0.05 s or are the builder's own. "
        "Plain ok, crossed failed, dotted canceled or unfinished, striped cached"
    )
    told = [
        f"{r.target_platform or 'shared'!s} {r.stage!s} {r.instruction!s}: {bar_text(r)}."
        for r in shown.head(MAX_TOLD).itertuples()
    ]
    more = f" {len(shown) - len(told)} further steps." if len(shown) > len(told) else ""
    return Words(title, subtitle, f"{title}. {' '.join(told)}{more}", f"{title}.")


def _steps_title(steps: pd.DataFrame, failed: pd.DataFrame, canceled: pd.DataFrame) -> str:
    if len(failed):
        first = failed.iloc[0]
        after = "" if pd.isna(first["seconds"]) else f" after {float(first['seconds']):.1f} s"
        where = first["target_platform"] or "the build"
        rest = display_order(p for p in canceled["target_platform"] if p)
        left = f"; {listed(rest)} did not end" if rest else ""
        return f"Step {first['step_id']} of {where} failed{after}{left}"
    if len(canceled):
        return f"{counted(len(canceled), 'step')} did not end"
    slowest = steps.iloc[int(steps["seconds"].fillna(0.0).astype(float).to_numpy().argmax())]
    return (
        f"Every step ended; the longest is {slowest['step_id']} "
        f"({slowest['target_platform'] or 'shared'}, {float(slowest['seconds'] or 0):.1f} s)"
    )


def words_way(rows: pd.DataFrame, name: str) -> Words:
    """Title, subtitle, alternative text and caption of that chart."""
    if rows.empty:
        empty = f"No command's {name} is known here"
        return Words(empty, "n = 0 calls", empty + ".", empty + ".")
    told = rows.to_dict("records")
    title = _way_title(told, name, "way" if _has_ways(rows) else "call")
    files = listed(dict.fromkeys(str(row["file"]) for row in told), limit=2)
    subtitle = (
        f"Lines of {files}; n = {_counted_calls(rows)} on "
        f"{counted(rows['platform'].nunique(), 'platform')}. "
        "■ set   ● kept   ✖ lost   ▶ what the command receives (hollow: none, or unknown)"
    )
    alt = " ".join(_way_said(row) for row in told[:_MAX_CALLS])
    more = f" {counted(len(told) - _MAX_CALLS, 'further call')}." if len(told) > _MAX_CALLS else ""
    return Words(title, subtitle, f"{title}. {alt}{more}", f"{title}. Below each way, the value.")


def _way_title(rows: Sequence[Mapping[Any, Any]], name: str, noun: str) -> str:
    """How many calls get it whole, to how many it is lost, and how."""
    lost = [row for row in rows if not is_missing(row["lost_by"])]
    unknown = [row for row in rows if row["status"] == "unknown" and is_missing(row["lost_by"])]
    if lost:
        where = listed(display_order({row["platform"] for row in lost}))
        reasons = listed(dict.fromkeys(str(row["lost_by"]) for row in lost))
        on = "on" if noun == "way" else "on the way to"
        return f"{name} is lost {on} {len(lost)} of {counted(len(rows), noun)} ({where}): {reasons}"
    if unknown:
        return f"{name} is not known at {len(unknown)} of {counted(len(rows), noun)}"
    whole = [row for row in rows if row["status"] == "set"]
    if len(whole) == len(rows):
        where = listed(display_order({row["platform"] for row in rows}))
        n_values = len({str(row["value"]) for row in whole})
        values = f", with {n_values} different values" if n_values > 1 else ""
        return f"{name} arrives whole at {_called(rows)} on {where}{values}"
    if not whole:
        return f"Nothing sets {name} for any of {counted(len(rows), noun)}"
    return f"{name} arrives whole at {len(whole)} of {counted(len(rows), noun)}; nothing sets it for the others"


def _called(rows: Sequence[Mapping[Any, Any]]) -> str:
    """`cargo build` where every call begins so, else how many calls there are."""
    words = {tuple(takewhile(_is_plain_word, str(row["argv_text"]).split()))[:2] for row in rows}
    if len(words) == 1 and words != {()}:
        return f"`{' '.join(words.pop())}`"
    return f"all {counted(len(rows), 'call')}" if len(rows) > 1 else "the command"


def _is_plain_word(word: str) -> bool:
    return word[:1].isalpha()


def _n_calls(rows: pd.DataFrame) -> int:
    keys = ["file", "platform", "run_no", "command_no", *(["shell"] if "shell" in rows else [])]
    return len(rows.drop_duplicates(keys))


def _has_ways(rows: pd.DataFrame) -> bool:
    """Whether the text leaves several ways to a call open."""
    return len(rows) > _n_calls(rows)


def _counted_calls(rows: pd.DataFrame) -> str:
    """`3 calls`, or `5 ways to 3 calls`."""
    ways = f"{counted(len(rows), 'way')} to " if _has_ways(rows) else ""
    return ways + counted(_n_calls(rows), "call")


def _way_said(row: Mapping[Any, Any]) -> str:
    way = [f"{stop.what} at line {in_file(stop.place)[1]}" for stop in stops_of(row)]
    value = f" to {clip(str(row['value']), 80)}" if row["status"] == "set" else ""
    call = clip(str(row["argv_text"]), 40)
    end = f"{row['status']}{value}"
    return f"{row['platform']}, {call}: {', '.join([*way, end])}."
