"""What the charts say: the finding as a title, unit and n, and the same for those who hear it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

import pandas as pd

from diag.platforms import display_order
from diag.show.chart_step_words import words_steps as words_steps
from diag.show.chart_style import Words, alt_of
from diag.show.flags import NO, YES
from diag.show.symbols import OUTPUT
from diag.show.text import NOT_SEEN, clip, counted, is_missing, listed
from diag.show.ways import in_file, stops_of

_MAX_TOLD = 3  # flags of a platform that an alternative text names
_FLAG = 40  # characters of each
_NAME = 48  # characters of a name in a title


def words_flags(table: pd.DataFrame) -> Words:
    """Title, subtitle, alternative text and caption of the chart of a df_flags frame."""
    if table.empty:
        empty = "No flags are seen in this case"
        return Words(empty, "n = 0 flags", empty + ".", empty + ".")
    platforms = display_order(table["platform"])
    title = _flags_title(table)
    variables = listed(clip(name, _NAME) for name in table["variable"].unique())
    commands = listed(clip(c, _NAME) for c in table["command"].unique() if c)
    at = f" at {commands}" if commands else ""
    subtitle = (
        f"{variables}{at}; n = {_counted_flags(table, len(platforms))}. "
        "■ written in the Dockerfile   ● received by the command   ▲ echoed in the log   "
        "– not there   ✕ lost on the way   ? not seen"
    )
    alt = alt_of(title, (_flags_of(table, platform) for platform in platforms), "platform")
    caption = f"{title}. Each row is one flag of {variables}; places are in the table below."
    return Words(title, subtitle, alt, caption)


def _unwritten_title(table: pd.DataFrame) -> str:
    """What is not seen is not said to be missing."""
    if (table["written"] == NO).all():
        return "No flag is written for any platform"
    n_echoed = int((table["echoed"] == YES).sum())
    if not n_echoed:
        return "No flag is seen to be written for any platform"
    return f"The log shows {counted(n_echoed, 'flag')}; what the Dockerfile writes is not seen"


def _counted_flags(table: pd.DataFrame, n_platforms: int) -> str:
    """`3 flags on 1 platform`, or `4 flags on 3 platforms, 7 in all`: not each has every flag."""
    n_flags = len(table.drop_duplicates(["variable", "flag"]))
    told = f"{counted(n_flags, 'flag')} on {counted(n_platforms, 'platform')}"
    return told if n_platforms == 1 else f"{told}, {len(table):,} in all"


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
        return _unwritten_title(table)
    open_ = written[written["received"] == NOT_SEEN]
    if len(open_):
        where = listed(display_order(open_["platform"]))
        return f"Whether every written flag arrives is not known on {where}"
    echoed = written["echoed"] == YES
    told = ", and the log shows each" if echoed.all() else ""
    return f"Every flag written for a platform arrived there{told}"


def _flags_of(table: pd.DataFrame, platform: str) -> str:
    own = table[table["platform"] == platform]
    counts = [f"{int((own[stage] == YES).sum())} {stage}" for stage in ("written", "received")]
    echoed = own["echoed"]
    seen = "no echo seen" if (echoed == NOT_SEEN).all() else f"{int((echoed == YES).sum())} echoed"
    flags = listed((clip(flag, _FLAG) for flag in own["flag"].unique()), limit=_MAX_TOLD)
    return f"{platform}: {', '.join([*counts, seen])}: {flags}."


def words_symbols(table: pd.DataFrame) -> Words:
    """Title, subtitle, alternative text and caption of the chart of a df_symbols frame."""
    heads = table[table["member"] == ""]
    names = [name for name in heads["symbol"].unique() if name]
    if not names:
        empty = "No symbol is in question"
        return Words(empty, "n = 0 symbols", empty + ".", empty + ".")
    title = _symbols_title(table, names)
    if not is_symbol_seen(table):
        return Words(title, f"n = {counted(len(names), 'symbol')}", f"{title}.", f"{title}.")
    n_members = int(heads.groupby("platform")["n_members"].max().sum())
    subtitle = (
        f"n = {counted(len(names), 'symbol')} in {counted(n_members, 'object member')} of "
        f"{counted(heads['platform'].nunique(), 'platform')}. "
        "▽ wanted (undefined there)   ■ defined   ◇ held at address zero"
    )
    told = [
        f"{str(h.platform) or 'platform not known'}, {clip(str(h.symbol), 60)}: {h.role}."
        for h in heads.itertuples()
    ]
    alt = alt_of(title, told, "row")
    return Words(
        title, subtitle, alt, f"{title}. Members that neither want nor define are counted."
    )


def is_symbol_seen(table: pd.DataFrame) -> bool:
    """Whether any object was looked at: else there is nothing to draw."""
    return bool(table["n_members"].max() > 0 or (table["member"] != "").any())


def _symbols_title(table: pd.DataFrame, names: list[str]) -> str:
    members = table[table["member"] != ""]
    inputs = members[~members["member"].str.endswith(OUTPUT)]
    if table["n_members"].max() == 0:
        return "No objects were given: who wants and who defines the symbols is not seen"
    keys = list(zip(inputs["platform"], inputs["symbol"], inputs["role"], strict=True))
    of_role = {
        role: dict.fromkeys((platform, name) for platform, name, told in keys if told == role)
        for role in ("wanted", "defined", "zero")
    }
    open_pairs = [key for key in of_role["wanted"] if key not in of_role["defined"]]
    if open_pairs:
        where = listed(display_order(platform for platform, _ in open_pairs))
        names_open = list(dict.fromkeys(name for _, name in open_pairs))
        what = _named(names_open) if len(names_open) == 1 else counted(len(names_open), "symbol")
        verb = "is" if len(names_open) == 1 else "are"
        is_zero = all(key in of_role["zero"] for key in open_pairs)
        how = "only held at address zero" if is_zero else "defined in no object"
        return f"{what} {verb} wanted on {where} and {how} there"
    what = _named(names) if len(names) == 1 else f"each of {len(names)} symbols"
    if not len(inputs):
        return f"No object member wants or defines {what}"
    return f"Where {what} is wanted, it is defined too{_by_several(inputs)}"


def _named(names: list[str]) -> str:
    """A linker calls some `a local symbol`: a name of several words stands in quotes."""
    name = clip(names[0], _NAME)
    return f"`{name}`" if " " in name else name


def _by_several(inputs: pd.DataFrame) -> str:
    """`, by 2 members on linux/amd64`: which of them the link takes is another question."""
    defined = inputs[inputs["role"] == "defined"]
    counts = defined.groupby(["platform", "symbol"], sort=False).size()
    several = counts[counts > 1]
    if several.empty:
        return ""
    where = listed(display_order(str(platform) for platform, _ in several.index))
    most = "up to " if several.nunique() > 1 or len(several) < len(counts) else ""
    return f", by {most}{int(several.max())} members on {where}"


def words_way(rows: pd.DataFrame, name: str) -> Words:
    """Title, subtitle, alternative text and caption of that chart."""
    if rows.empty:
        empty = f"No command's {clip(name, _NAME)} is known here"
        return Words(empty, "n = 0 calls", empty + ".", empty + ".")
    told = rows.to_dict("records")
    title = _way_title(told, name, "way" if _has_ways(rows) else "call")
    files = listed(
        (clip(file, 60) for file in dict.fromkeys(str(r["file"]) for r in told)), limit=2
    )
    subtitle = (
        f"Lines of {files}; n = {_counted_calls(rows)} on "
        f"{counted(rows['platform'].nunique(), 'platform')}. "
        "■ set   ● kept   ✖ lost   ▶ what the command receives (hollow: none, or unknown)"
    )
    noun = "way" if _has_ways(rows) else "call"
    alt = alt_of(title, (_way_said(row) for row in told), noun)
    return Words(title, subtitle, alt, f"{title}. Below each way, the value.")


def _way_title(rows: Sequence[Mapping[Any, Any]], name: str, noun: str) -> str:
    """How many calls get it whole, to how many it is lost, and how."""
    name = clip(name, _NAME)
    lost = [row for row in rows if not is_missing(row["lost_by"])]
    unknown = [row for row in rows if row["status"] == "unknown" and is_missing(row["lost_by"])]
    if lost:
        where = listed(display_order({row["platform"] for row in lost}))
        reasons = listed(dict.fromkeys(str(row["lost_by"]) for row in lost))
        if len(rows) == 1:
            return f"{name} is lost on the way to the command ({where}): {reasons}"
        on = "on" if noun == "way" else "on the way to"
        return f"{name} is lost {on} {len(lost)} of {counted(len(rows), noun)} ({where}): {reasons}"
    if unknown:
        if len(rows) == 1:
            return f"{name} is not known at the command"
        return f"{name} is not known at {len(unknown)} of {counted(len(rows), noun)}"
    whole = [row for row in rows if row["status"] == "set"]
    if len(whole) == len(rows):
        where = listed(display_order({row["platform"] for row in rows}))
        n_values = len({str(row["value"]) for row in whole})
        values = f", with {n_values} different values" if n_values > 1 else ""
        return f"{name} arrives whole at {_called(rows)} on {where}{values}"
    if not whole:
        calls = f"any of {counted(len(rows), noun)}" if len(rows) > 1 else "the command"
        return f"Nothing sets {name} for {calls}"
    return f"{name} arrives whole at {len(whole)} of {counted(len(rows), noun)}; nothing sets it for the others"


def _called(rows: Sequence[Mapping[Any, Any]]) -> str:
    """`cargo build` where every call begins so, else how many calls there are."""
    words = {tuple(takewhile(_is_plain_word, str(row["argv_text"]).split()))[:2] for row in rows}
    if len(words) == 1 and words != {()}:
        return f"`{clip(' '.join(words.pop()), _NAME)}`"
    return {1: "the command", 2: "both calls"}.get(len(rows), f"all {len(rows)} calls")


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
