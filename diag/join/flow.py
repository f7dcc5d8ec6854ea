"""What the environment flow says a command receives, beside what the log echoes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from diag import schema
from diag.schema import each

_ECHO = re.compile(r"^(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)$")


def join_flow_and_echoes(
    lines: pd.DataFrame, env: pd.DataFrame, drift: pd.DataFrame, instructions: pd.DataFrame
) -> pd.DataFrame:
    """The `arrivals` frame: each `NAME=value` line of the log beside the value that arrives.

    Only names that the flow knows are looked at. The commands compared are those of the RUN that
    printed the line, where the step is found in the Dockerfile; else those of every RUN.
    """
    echoes = lines[lines["kind"] == "echo"]
    if echoes.empty or env.empty:
        return schema.empty("arrivals")
    ranges = _run_ranges(drift, instructions)
    shell = env[env["source"] == "shell"]
    names = set(shell["name"])
    rows = []
    for line in each(echoes):
        found = _ECHO.match(str(line.text).strip())
        if found and found["name"] in names and not pd.isna(line.platform):
            run = ranges.get((str(line.file), str(line.step_id)))
            rows.append(_row(line, found["name"], found["value"], shell, run))
    return schema.make("arrivals", rows).drop_duplicates(["platform", "file", "name", "line_no"])


def _run_ranges(
    drift: pd.DataFrame, instructions: pd.DataFrame
) -> Mapping[tuple[str, str], tuple[int, int]]:
    """(log, step) -> first and last line of its instruction."""
    ends = dict(zip(instructions["line_no"], instructions["end_line_no"], strict=True))
    same = drift[drift["is_same"]]
    return {
        (row.file, row.step_id): (int(row.dockerfile_line_no), int(ends[row.dockerfile_line_no]))
        for row in each(same)
    }


def _row(
    line: Any, name: str, echoed: str, shell: pd.DataFrame, run: tuple[int, int] | None
) -> dict[str, Any]:
    rows = shell[(shell["platform"] == line.platform) & (shell["name"] == name)]
    if run is not None:
        rows = rows[rows["line_no"].between(*run)]
    values = [(str(r.status), None if pd.isna(r.value) else str(r.value)) for r in each(rows)]
    # Several commands of one RUN may receive different values: the echo is one of them, or none.
    same = [pair for pair in values if (pair[1] or "") == echoed and pair[0] != "unknown"]
    if run is None and len(set(values)) > 1:
        values = []  # which RUN printed it is not known, and they receive different values
    status, arrived = (same or values or [("unknown", None)])[0]
    return {
        "platform": line.platform,
        "name": name,
        "file": line.file,
        "line_no": int(line.line_no),
        "echoed": echoed,
        "arrived": arrived,
        "arrived_status": status,
        "is_same": bool(same),
    }
