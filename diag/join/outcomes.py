"""How the build of each platform ended, by the log first and by what the case tells after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from diag import schema

_MAX_NAME = 120  # of a step's name; the line cited holds the whole


def join_outcomes(
    platforms: Iterable[str],
    steps: pd.DataFrame,
    link_errors: pd.DataFrame,
    runs: pd.DataFrame,
    linked: Mapping[str, tuple[bool, str]],
) -> pd.DataFrame:
    """The `outcomes` frame: one row a platform.

    `linked` tells, for a platform, whether the case's author saw it link, and the file that says
    so; the log outranks it. A platform of which nothing is known stays `unknown`.
    """
    rows = []
    names = list(platforms) or [""]
    for platform in names:
        is_only = len(names) == 1
        row = _by_log(platform, steps, link_errors, is_only) or _by_author(platform, linked)
        rows.append({"platform": platform, **row, **_run(platform, runs)})
    return schema.make("outcomes", rows)


def _of(frame: pd.DataFrame, column: str, platform: str, is_only: bool) -> pd.DataFrame:
    same = frame[column] == platform
    if is_only:
        same = same | frame[column].isna()
    return frame[same.fillna(False).astype(bool)]


def _by_log(
    platform: str, steps: pd.DataFrame, link_errors: pd.DataFrame, is_only: bool
) -> dict[str, Any] | None:
    """The best-informed log decides: one that saw the failure, then one that saw the end."""
    own = _of(steps, "target_platform", platform, is_only)
    failed = own[own["status"] == "error"]
    if len(failed):
        return _seen("failed", failed.iloc[0])
    errors = _of(link_errors, "platform", platform, is_only)
    if len(errors):
        first = errors.iloc[0]
        return {
            "outcome": "failed",
            "file": first["file"],
            "line_no": int(first["line_no"]),
            "text": first["detail_text"],
        }
    ends = [_end_of(log) for _, log in own.groupby("file", sort=False)]
    ends.sort(key=lambda end: end["outcome"] != "linked")
    return ends[0] if ends else None


def _end_of(steps: pd.DataFrame) -> dict[str, Any]:
    """The end of one platform in one log without an error of its own."""
    left = steps[steps["status"].isin(["canceled", "unfinished"])]
    if len(left):
        return _seen("canceled", left.iloc[0])
    runs = steps[steps["instruction"] == "RUN"]
    reached = (
        steps.dropna(subset=["step_no", "n_steps"]).groupby("stage")[["step_no", "n_steps"]].max()
    )
    is_whole = len(reached) > 0 and bool((reached["step_no"] == reached["n_steps"]).all())
    if is_whole and len(runs):
        return _seen("linked", runs.iloc[-1])
    return _seen("canceled" if len(reached) else "unknown", steps.iloc[-1])


def _seen(outcome: str, step: Any) -> dict[str, Any]:
    name = step["name_text"]
    text = f"{step['status']}: {name if len(name) <= _MAX_NAME else name[:_MAX_NAME] + '...'}"
    return {"outcome": outcome, "file": step["file"], "line_no": int(step["line_no"]), "text": text}


def _by_author(platform: str, linked: Mapping[str, tuple[bool, str]]) -> dict[str, Any]:
    if platform not in linked:
        return {"outcome": "unknown", "file": "", "text": ""}
    is_linked, file = linked[platform]
    outcome = "linked" if is_linked else "failed"
    return {"outcome": outcome, "file": file, "text": f"linked = {str(is_linked).lower()}"}


def _run(platform: str, runs: pd.DataFrame) -> dict[str, Any]:
    own = runs[(runs["platform"] == platform) & runs["is_decisive"]]
    if own.empty:
        return {"ran": None, "ended": ""}
    end = own.iloc[-1]
    if not pd.isna(end["signal"]):
        return {"ran": False, "ended": f"{end['signal']} on {end['machine']}"}
    code = end["exit_code"]
    return {"ran": bool(code == 0), "ended": f"exit status {code} on {end['machine']}"}
