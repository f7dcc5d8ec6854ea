"""Links that may fail: the build says, right below what their linker says, that it goes on."""

from __future__ import annotations

import re

import pandas as pd

from diag.schema import each

FORGIVING = ("(ignored)", "+ true", "+ :", "ld returned", "linker command failed")
NEAR = 3  # lines between the end of a link and the word that forgives it
_END = re.compile(r"\bld returned \d+ exit status|\blinker command failed with exit code")
# Make's word for `-command`, and what a traced shell runs after `||`.
_FORGIVEN = re.compile(r"make(?:\[\d+\])?: \[.*\] Error \d+ \(ignored\)\s*$|^\++ (?:true|:)\s*$")


def without_forgiven(errors: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """The errors of links that stopped the build, where its step has such: the others did not.
    `lines`: the lines of the log that have one of FORGIVING."""
    spans = _forgiven_spans(lines)
    if not spans:
        return errors
    rows = [(_place(row), int(row.line_no)) for row in each(errors)]
    is_open = [not any(a < line <= b for a, b in spans.get(place, ())) for place, line in rows]
    stopped = {place for (place, _), is_one in zip(rows, is_open, strict=True) if is_one}
    return errors[
        [ok or place not in stopped for (place, _), ok in zip(rows, is_open, strict=True)]
    ]


def _forgiven_spans(lines: pd.DataFrame) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """(file, step) -> from the end of the link before to the end of each link that is forgiven."""
    spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
    ends: dict[tuple[str, str], list[int]] = {}
    for row in each(lines.sort_values(["file", "line_no"])):
        known = ends.setdefault(_place(row), [0])
        if _END.search(row.text):
            known.append(int(row.line_no))
        elif len(known) > 1 and row.line_no - known[-1] <= NEAR and _FORGIVEN.search(row.text):
            spans.setdefault(_place(row), []).append((known[-2], known[-1]))
    return spans


def _place(row: object) -> tuple[str, str]:
    return str(row.file), str(row.step_id)  # type: ignore[attr-defined]
