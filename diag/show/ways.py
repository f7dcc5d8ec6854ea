"""The way of one variable to a command, stop by stop, chosen and named for a chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from diag.env_calls import calls_of
from diag.platforms import display_order
from diag.show.text import is_missing

if TYPE_CHECKING:
    from diag.case import Case

SET, KEPT, LOST = "set", "kept", "lost"


@dataclass(frozen=True)
class Stop:
    """One line on a value's way, and what it does there: set, kept or lost."""

    place: str  # file:line
    what: str


def stops_of(row: Mapping[Any, Any]) -> list[Stop]:
    """The way of a row of the frame `env`, in the order of the file; over several files, in its
    own, where the loss stands last."""
    stops = [Stop(place, KEPT if n else SET) for n, place in enumerate(row["came_through"])]
    if not is_missing(row["lost_at"]):
        stops.append(Stop(str(row["lost_at"]), LOST))
    is_one_file = len({in_file(stop.place)[0] for stop in stops}) < 2
    return sorted(stops, key=lambda stop: in_file(stop.place)[1]) if is_one_file else stops


def way_rows(
    source: Case | pd.DataFrame,
    name: str,
    platform: str | Iterable[str] | None = None,
    *,
    command: str | None = None,
) -> pd.DataFrame:
    """The rows of the frame `env` that plot_way draws: call by call, on each platform."""
    env = source if isinstance(source, pd.DataFrame) else source.env
    rows = env[(env["name"] == name) & (env["source"] == "shell")]
    wanted = [platform] if isinstance(platform, str) else platform
    if wanted is not None:
        rows = rows[rows["platform"].isin(list(wanted))]
    if command is not None:
        rows = calls_of(rows, command)
    rank = {p: n for n, p in enumerate(display_order(rows["platform"]))}
    order = rows["platform"].map(rank).astype("int64")
    by = ["file", "run_no", "line_no", "rank"]
    return rows.assign(rank=order).sort_values(by, kind="stable").drop(columns="rank")


def told_rows(rows: pd.DataFrame) -> tuple[list[dict[Any, Any]], int]:
    """The rows to tell, ways that nothing tells apart as one (`ways`: their numbers), without the
    calls of which every row is unset and nothing is lost; and how many such rows there are."""
    found: dict[Any, dict[Any, Any]] = {}
    for row in rows.to_dict("records"):
        end = row["status"], str(row["value"]), tuple(row["came_through"])
        key = (*call_of(row), str(row["platform"]), end, str(row["lost_by"]), str(row["lost_at"]))
        found.setdefault(key, {**row, "ways": []})["ways"].append(int(row["path_no"]))
    told = list(found.values())
    active = {call_of(row) for row in told if not _is_plain(row)}
    kept = [row for row in told if call_of(row) in active] or told
    return kept, len(told) - len(kept)


def call_of(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    """What the rows of one call have in common on all platforms."""
    return (
        row["file"],
        row["run_no"],
        row["line_no"],
        row["command"],
        row["command_no"],
        row.get("shell"),
    )


def _is_plain(row: Mapping[Any, Any]) -> bool:
    return row["status"] == "unset" and is_missing(row["lost_by"])


def in_file(place: str) -> tuple[str, int]:
    """`file:line` as file and line; line 0 where there is none."""
    file, _, line = place.rpartition(":")
    return file, int(line) if line.isdigit() else 0


def said_of(stop: Stop, row: Mapping[Any, Any]) -> str:
    """What happens at a stop: `lost: subshell`."""
    return f"lost: {row['lost_by']}" if stop.what == LOST else stop.what
