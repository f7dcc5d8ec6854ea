"""Steps chosen and named for a chart: those that took time, came from the cache, waited, or did
not end well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from diag.platforms import display_order
from diag.schema import each
from diag.show.step_waits import UNENDED, with_waits
from diag.show.text import clip, counted, is_missing, listed, printable

if TYPE_CHECKING:
    from diag.case import Case

MIN_SECONDS = 0.05  # a shorter step is counted, not drawn
BAD = ("error", *UNENDED)
SHARED = "shared"
_HEADER = re.compile(r"^\[(?P<inside>[^\]]*)\]\s*(?P<what>.*)$", re.DOTALL)
_MOUNTS = re.compile(r"(?:--(?:mount|network|security)=\S+\s+)+")


def case_steps(case: Case, log: str | None = None) -> pd.DataFrame:
    """The steps of a case for its timeline; the lines of the logs tell who waited for a lock."""
    return drawn_steps(case.steps, log, case.log_lines if len(case.steps) else None)


def drawn_steps(
    steps: pd.DataFrame, log: str | None = None, lines: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The steps of one build in order of platform, with what a timeline draws of them.

    `log` is one log; left out, the fullest one, and where each platform has a log of its own, all
    of those. `is_drawn`: took time, was cached, waited or ended badly. `whose`: the platform in
    short, shared where several wait for the step. `ran`: seconds, or those to its last line
    (`is_least`). `n_after`: steps of its stage that did not begin. With `lines` (frame log_lines),
    also what diag.show.step_waits tells.
    """
    own = steps[steps["file"].isin([log] if log else _logs(steps))].copy()
    own["target_platform"] = own["target_platform"].fillna("").astype("str")
    own = with_waits(own, lines)
    own["whose"] = _whose(own)
    own["n_after"] = list(_not_begun(own))
    took = (own["ran"].fillna(0.0) >= MIN_SECONDS).astype(bool)
    # A log that tells no times is shown all the same: how each step ended.
    is_timed = bool(own["ran"].notna().any())
    told = own["status"].isin([*BAD, "cached"]) | (own["wait_text"] != "")
    own["is_drawn"] = (took | told | (not is_timed)) & (own["instruction"] != "")
    rank = {name: place for place, name in enumerate(display_order(own["target_platform"]))}
    order = own["target_platform"].map(rank)
    return (
        own.assign(rank=order).sort_values(["rank", "line_no"], kind="stable").drop(columns="rank")
    )


def _logs(steps: pd.DataFrame) -> list[str]:
    """The fullest log, and others that are of other platforms than those so far."""
    chosen: list[str] = []
    seen: set[str] = set()
    for file in steps["file"].value_counts(sort=False).sort_values(ascending=False, kind="stable").index:  # fmt: skip
        named = set(steps.loc[steps["file"] == file, "target_platform"].dropna())
        if not chosen or (seen and named and not named & seen):
            chosen.append(str(file))
            seen |= named
    return chosen


def _whose(own: pd.DataFrame) -> list[str]:
    """Of one platform's build, a step without a platform is shared by nobody."""
    is_several = len(set(own["target_platform"]) - {""}) > 1
    return [
        platform.removeprefix("linux/") or (SHARED if is_several else "")
        for platform in own["target_platform"]
    ]


def _not_begun(own: pd.DataFrame) -> Iterator[int]:
    """Of the last step of a stage on a platform: how many of the stage could not begin, since it
    did not end."""
    keys = ["file", "target_platform", "stage"]
    last = own.groupby(keys, sort=False)["step_no"].transform("max")
    for row, highest in zip(each(own), last, strict=True):
        is_last = not is_missing(row.step_no) and row.step_no == highest
        is_open = is_last and row.status in BAD and not is_missing(row.n_steps)
        yield max(int(row.n_steps) - int(row.step_no), 0) if is_open else 0


def step_label(row: Any, width: int = 44) -> str:
    """`arm64  builder 5/5  RUN cargo build`, in `width` characters."""
    return clip(" ".join(f"{row.whose}  {step_stage(row)}  {step_what(row)}".split()), width)


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


def seconds_of(row: Any) -> str:
    """`83.4 s`; of a step whose end has no time, at least those to its last line."""
    if is_missing(row.ran) or (row.is_least and float(row.ran) < 0.1):
        return ""
    # Rounded down, since it is a lower bound.
    ran = int(float(row.ran) * 10) / 10 if row.is_least else float(row.ran)
    return f"at least {ran:,.1f} s" if row.is_least else f"{ran:,.1f} s"


def bar_text(row: Any) -> str:
    """How the step ended: seconds, the status where it is not plainly ok, and what it waited for."""
    code = "" if is_missing(row.exit_code) else f", exit {int(row.exit_code)}"
    word = {"ok": "", "error": "failed"}.get(str(row.status), str(row.status)) + code
    after = f"{counted(row.n_after, 'later step')} not begun" if row.n_after else ""
    more = listed(part for part in (row.wait_text, after) if part)
    told = "  ".join(part for part in (seconds_of(row), word) if part) or "ok"
    return f"{told}; {more}" if more else told
