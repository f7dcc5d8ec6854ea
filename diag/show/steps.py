"""Steps chosen and named for a chart: those that took time or did not end well."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from diag.platforms import display_order
from diag.show.text import clip, is_missing, printable

MIN_SECONDS = 0.05  # a shorter step is counted, not drawn
_HEADER = re.compile(r"^\[(?P<inside>[^\]]*)\]\s*(?P<what>.*)$", re.DOTALL)
_MOUNTS = re.compile(r"(?:--(?:mount|network|security)=\S+\s+)+")


def drawn_steps(steps: pd.DataFrame, log: str | None = None) -> pd.DataFrame:
    """The steps of one log in order of platform, with `is_drawn`: took time, or ended badly."""
    if log is None and len(steps):
        log = str(steps["file"].value_counts(sort=False).idxmax())
    own = steps[steps["file"] == log].copy() if len(steps) else steps.copy()
    own["target_platform"] = own["target_platform"].fillna("").astype("str")
    took = (own["seconds"].fillna(0.0) >= MIN_SECONDS).astype(bool)
    bad = own["status"].isin(["error", "canceled", "unfinished"])
    own["is_drawn"] = (took | bad) & (own["instruction"] != "")
    rank = {name: place for place, name in enumerate(display_order(own["target_platform"]))}
    order = own["target_platform"].map(rank)
    return (
        own.assign(rank=order).sort_values(["rank", "line_no"], kind="stable").drop(columns="rank")
    )


def step_label(row: Any, width: int = 44) -> str:
    """`arm64  builder 5/5  RUN cargo build`, in `width` characters."""
    platform = str(row.target_platform).removeprefix("linux/") or "shared"
    return clip(" ".join(f"{platform}  {step_stage(row)}  {step_what(row)}".split()), width)


def step_stage(row: Any) -> str:
    """`builder 5/9`, or the stage alone."""
    return str(row.stage) if is_missing(row.step_no) else f"{row.stage} {row.step_no}/{row.n_steps}"


def step_what(row: Any) -> str:
    """What the step runs, without the bracket of the header and without mounts."""
    found = _HEADER.match(printable(str(row.name_text)))
    what = found["what"] if found else printable(str(row.name_text))
    verb, _, rest = what.partition(" ")
    bare = _MOUNTS.sub("", rest.lstrip() + " ", count=1).strip() if rest.startswith("--") else rest
    return " ".join(f"{verb} {bare}".split()) if rest else what


def bar_text(row: Any) -> str:
    """How the step ended: seconds, and the status where it is not plainly ok."""
    code = "" if is_missing(row.exit_code) else f", exit {int(row.exit_code)}"
    word = {"ok": "", "error": "failed"}.get(str(row.status), str(row.status)) + code
    seconds = "" if is_missing(row.seconds) else f"{float(row.seconds):.1f} s"
    return "  ".join(part for part in (seconds, word) if part) or "ok"
