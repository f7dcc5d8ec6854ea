"""What the timeline of a build says: what failed, who did not end, who waited, what was cached."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from diag.platforms import display_order
from diag.schema import each
from diag.show.chart_style import Words, alt_of
from diag.show.step_waits import UNENDED
from diag.show.steps import BAD, SHARED, bar_text, seconds_of, step_stage
from diag.show.text import clip, counted, listed

SIGNS = {"error": "✖", "canceled": "□", "unfinished": "□", "cached": "◇", "ok": "●"}
_NAME = 30  # characters of a step's number in a title: buildah's are long


def words_steps(steps: pd.DataFrame) -> Words:
    """Title, subtitle, alternative text and caption of the chart of a drawn_steps frame."""
    if steps.empty:
        empty = "No steps are seen"
        return Words(empty, "n = 0 steps", empty + ".", empty + ".")
    shown = steps[steps["is_drawn"]]
    title = _title(steps)
    told = [
        f"{' '.join(f'{r.whose} {clip(step_stage(r), 30)} {r.instruction}'.split())}: {bar_text(r)}."
        for r in shown.assign(is_bad=shown["status"].isin(BAD))
        .sort_values("is_bad", ascending=False, kind="stable")
        .itertuples()
    ]
    return Words(title, _subtitle(steps, shown), alt_of(title, told, "step"), f"{title}.")


def _subtitle(steps: pd.DataFrame, shown: pd.DataFrame) -> str:
    files = steps["file"].unique()
    file = clip(str(files[0]), 60) if len(files) == 1 else f"{len(files)} logs"
    what = "Seconds that each step ran, in the order of the log"
    if steps["ran"].isna().all():
        what = "This log tells no times: how each step ended, in its order"
    left = len(steps) - len(shown)
    others = f", without {left} that took less than 0.05 s or are the builder's own" if left else ""
    signs = [f"{sign} {word}" for sign, word in _legend(shown)]
    shared = ". Shared: several platforms wait for it" if (shown["whose"] == SHARED).any() else ""
    return (
        f"{what}; n = {counted(len(steps), 'step')} of {file}{others}. {'   '.join(signs)}{shared}"
    )


def _legend(shown: pd.DataFrame) -> Iterable[tuple[str, str]]:
    """Only the signs that are there."""
    status = set(shown["status"])
    if "ok" in status:
        yield SIGNS["ok"], "ended"
    if "error" in status:
        yield SIGNS["error"], "failed (crossed)"
    if status & set(UNENDED):
        yield SIGNS["canceled"], "canceled or unfinished (dotted)"
    if "cached" in status:
        yield SIGNS["cached"], "cached"
    if shown["waits"].map(bool).any():
        yield "|||", "waited for a lock"


def _title(steps: pd.DataFrame) -> str:
    failed = steps[steps["status"] == "error"].sort_values("line_no", kind="stable")
    open_ = steps[steps["status"].isin(UNENDED)]
    parts = [_ended(steps, failed, open_)]
    if len(failed):
        parts.append(_others(steps, failed, open_))
    waited = steps[steps["wait_text"].str.startswith("waited")]
    if len(waited):
        known = waited["waited"].dropna()
        most = f" up to {known.max():,.1f} s" if len(known) == len(waited) else ""
        where = _platforms(waited)
        parts.append(f"{where or counted(len(waited), 'step')} waited{most} for a lock")
    return "; ".join(part for part in parts if part)


def _ended(steps: pd.DataFrame, failed: pd.DataFrame, open_: pd.DataFrame) -> str:
    if len(failed) == 1:
        return f"Step {_failed(failed)[0]}"
    if len(failed):
        return f"{len(failed)} steps failed: {listed(_failed(failed), limit=3)}"
    if len(open_):
        where = f" on {_platforms(open_)}" if _platforms(open_) else ""
        return f"{counted(len(open_), 'step')} did not end{where}"
    return _all_ended(steps)


def _failed(failed: pd.DataFrame) -> list[str]:
    """`#21 of linux/amd64 failed after 2.0 s`, of each."""
    is_one = len(failed) == 1
    told = []
    for row in each(failed):
        where = row.target_platform or ("several platforms" if row.whose == SHARED else "the build")
        after = f" after {seconds_of(row)}" if seconds_of(row) else ""
        verb = " failed" if is_one else ""
        told.append(f"{clip(str(row.step_id), _NAME)} of {where}{verb}{after}")
    return told


def _others(steps: pd.DataFrame, failed: pd.DataFrame, open_: pd.DataFrame) -> str:
    """What came of the other platforms when one failed."""
    bad = set(failed["target_platform"])
    stopped = _platforms(open_[~open_["target_platform"].isin(bad)])
    bad |= set(open_["target_platform"])
    ended = _platforms(steps[~steps["target_platform"].isin(bad)])
    parts = [f"{stopped} did not end"] if stopped else []
    if len(open_) and not stopped:
        parts.append(f"{counted(len(open_), 'step')} did not end")
    # Not that the platform's build ended: what would have come next is not in the log.
    return "; ".join([*parts, f"what began on {ended} ended"] if ended else parts)


def _platforms(rows: pd.DataFrame) -> str:
    return listed(display_order(name for name in rows["target_platform"] if name))


def _all_ended(steps: pd.DataFrame) -> str:
    """The builder's own steps are never cached."""
    own = steps[steps["instruction"] != ""]
    n_cached = int((own["status"] == "cached").sum())
    cached = f"; {n_cached} of {counted(len(own), 'step')} came from the cache" if n_cached else ""
    one = "The one step" if len(steps) == 1 else "Every step"
    if steps["ran"].isna().all():
        return f"{one} ended{cached}; the log tells no times"
    slowest = steps.loc[[steps["ran"].fillna(-1.0).astype(float).idxmax()]]
    row = next(each(slowest))
    whose = "" if not row.whose else f"{row.target_platform or SHARED}, "
    told = f"{clip(str(row.step_id), _NAME)} ({whose}{seconds_of(row)})"
    longest = f" after {seconds_of(row)}" if len(steps) == 1 else f"; the longest is {told}"
    return f"{one} ended{longest}{cached}"
