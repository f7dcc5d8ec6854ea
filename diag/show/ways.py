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
    """The way of a row of the frame `env`, in its order; where it is lost stands last."""
    stops = [Stop(place, KEPT if n else SET) for n, place in enumerate(row["came_through"])]
    return stops if is_missing(row["lost_at"]) else [*stops, Stop(str(row["lost_at"]), LOST)]


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
        rows = calls_of(rows, command)
    rank = {p: n for n, p in enumerate(display_order(rows["platform"]))}
    order = rows["platform"].map(rank).astype("int64")
    return rows.assign(rank=order).sort_values("rank", kind="stable").drop(columns="rank")


def in_file(place: str) -> tuple[str, int]:
    """`file:line` as file and line; line 0 where there is none."""
    file, _, line = place.rpartition(":")
    return file, int(line) if line.isdigit() else 0


def said_of(stop: Stop, row: Mapping[Any, Any]) -> str:
    """What happens at a stop: `lost: subshell`."""
    return f"lost: {row['lost_by']}" if stop.what == LOST else stop.what
