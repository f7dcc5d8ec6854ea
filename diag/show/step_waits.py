"""What the lines of a log tell of a step beside how it ended: locks that it waited for, and how
long it certainly ran.

A tool that finds a lock taken says so, and goes on when it gets it: the time between is its wait.
BuildKit says nothing when a step waits for a cache that is mounted with `sharing=locked`; that a
step of such a cache printed nothing for a while only makes it possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from diag.show.text import clip, is_missing

# What tools say at the start of a line when another process holds what they need.
LOCK = re.compile(
    r"""\s*(?:
      Blocking\ waiting\ for\ file\ lock\ on\ (?:the\ )?(?P<cargo>.+)
    | Waiting\ for\ cache\ lock:\ Could\ not\ get\ lock\ (?P<apt>\S+?)\.?(?:\s.*)?
    | (?P<dnf>Waiting\ for\ process\ with\ pid\ \d+\ to\ finish).*
    | Another\ app\ is\ currently\ holding\ the\ (?P<yum>\w+\ lock).*
    | (?P<apk>Waiting\ for\ repository\ lock).*
    | (?P<bazel>Another\ command.{0,40}\ is\ running).*Waiting\ for\ it\ to\ (?:complete|finish).*
    | (?P<yarn>Waiting\ for\ the\ other\ yarn\ instance).*
    | (?P<flutter>Waiting\ for\ another\ flutter\ command).*
    | (?P<gradle>Waiting\ to\ acquire\ \w+\ lock).*
    | waiting\ for\ (?P<nix>(?:lock\ on|exclusive\ access\ to|the\ big)\ .+)
    )$""",
    re.VERBOSE,
)
_QUIET = ("header", "cache", "excerpt", "other")  # lines that a step does not print itself
_MOUNT = re.compile(r"--mount=(?P<keys>\S*type=cache\S*)")
_WHICH = re.compile(r"(?:^|,)(?:id|target|dst|destination)=(?P<name>[^,\s]+)")
UNENDED = ("canceled", "unfinished")
MIN_SILENT = 1.0  # seconds without a word that are told of a step with a locked cache
_WHAT = 40  # characters of a lock's name


def with_waits(steps: pd.DataFrame, lines: pd.DataFrame | None) -> pd.DataFrame:
    """The steps with `ran` and `is_least`, `wait_text`, `waited` (seconds, missing where nothing
    tells them) and `waits`: pairs of begin and length in seconds."""
    told = dict(_told(lines, steps)) if lines is not None and len(steps) else {}
    rows = [
        _row(row, told.get((row.file, row.step_id), ()), steps, is_read=bool(told))
        for row in steps.itertuples()
    ]
    added = pd.DataFrame(rows, columns=["ran", "is_least", "wait_text", "waited", "waits"])
    added = added.astype({"ran": "Float64", "waited": "Float64", "wait_text": "str"})
    added["is_least"] = added["is_least"].astype(bool)
    return steps.assign(**{name: added[name].to_numpy() for name in ("is_least", "waits")}).assign(
        **{name: added[name].set_axis(steps.index) for name in ("ran", "wait_text", "waited")}
    )


_Line = tuple[float | None, str, str]  # seconds, text, kind


def _told(lines: pd.DataFrame, steps: pd.DataFrame) -> Iterator[tuple[Any, Sequence[_Line]]]:
    """(file, step_id) -> its lines that have a time or speak of a lock."""
    own = lines[lines["file"].isin(set(steps["file"])) & lines["step_id"].notna()]
    own = own[~own["kind"].isin(_QUIET)]
    for key, part in own.groupby(["file", "step_id"], sort=False):
        seconds = [None if is_missing(s) else float(s) for s in part["seconds"]]
        yield key, list(zip(seconds, part["text"], part["kind"], strict=True))


def _row(row: Any, lines: Sequence[_Line], steps: pd.DataFrame, *, is_read: bool) -> Any:
    times = [seconds for seconds, _, _ in lines if seconds is not None]
    is_least = is_missing(row.seconds) and bool(times)
    ran = max(times) if is_least else None if is_missing(row.seconds) else float(row.seconds)
    waits, what = _waits(lines, ran)
    if what:
        known = [length for _, length in waits if length is not None]
        is_over = len(known) == len(waits)
        spans = [(begin, length) for begin, length in waits if length is not None]
        # The next line may come a little after the lock: it bounds the wait.
        most = f" up to {sum(known):,.1f} s" if is_over else ""
        waited = sum(known) if is_over else None
        return ran, is_least, f"waited{most} for a lock: {clip(what, _WHAT)}", waited, spans
    return ran, is_least, _maybe(row, times, lines, steps) if is_read else "", None, []


def _waits(lines: Sequence[_Line], ran: float | None) -> tuple[list[Any], str]:
    """Begin and length of each wait for a lock, to the step's next line or to its end; and the
    first lock's name."""
    waits: list[tuple[float | None, float | None]] = []
    what, begin = "", None
    is_open = False
    for seconds, text, _ in lines:
        found = LOCK.match(text) if "ait" in text or "lock" in text else None
        if found and not is_open:
            begin, is_open = seconds, True
            what = what or str(found[found.lastgroup or 0]).strip()
        elif not found and is_open:
            waits.append(_span(begin, seconds))
            is_open = False
    if is_open:
        waits.append(_span(begin, ran))
    return waits, what


def _span(begin: float | None, end: float | None) -> tuple[float | None, float | None]:
    """Missing, not nought, where a time is."""
    return begin, end - begin if begin is not None and end is not None and end > begin else None


def _maybe(row: Any, times: Sequence[float], lines: Sequence[_Line], steps: pd.DataFrame) -> str:
    """What a step that shares a locked cache may have waited: until its first line."""
    if row.status == "cached" or not _shares_locked(row, steps):
        return ""
    is_told_apart = str(row.step_id).startswith("#")  # other builders mix the lines of steps
    if not lines and is_told_apart and row.status in UNENDED:
        return "printed nothing: may have waited for its locked cache"
    if times and times[0] >= MIN_SILENT:
        return f"silent for {times[0]:,.1f} s: may have waited for its locked cache"
    return ""


def _shares_locked(row: Any, steps: pd.DataFrame) -> bool:
    """Whether a cache of the step is locked, and another step of another platform mounts it."""
    locked = {name for name, is_locked in _caches(row.name_text) if is_locked}
    others = steps.loc[steps["target_platform"] != row.target_platform, "name_text"]
    return bool(locked) and any(name in locked for text in others for name, _ in _caches(str(text)))


def _caches(text: str) -> Iterator[tuple[str, bool]]:
    """Each cache mount of a RUN: its id (else its target, which is its id then), whether locked."""
    for mount in _MOUNT.finditer(text):
        named = {m[0].strip(",").split("=")[0]: m["name"] for m in _WHICH.finditer(mount["keys"])}
        name = named.get("id") or next(iter(named.values()), "")
        yield name, "sharing=locked" in mount["keys"]
