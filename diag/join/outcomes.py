"""How the build of each platform ended, by the log first and by what the case tells after."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag import schema
from diag.platforms import PLATFORMS, platform_of_drivers
from diag.schema import each

_MAX_NAME = 120  # of a step's name; the line cited holds the whole


def join_outcomes(
    platforms: Iterable[str],
    steps: pd.DataFrame,
    link_errors: pd.DataFrame,
    runs: pd.DataFrame,
    linked: Mapping[str, tuple[bool, str]],
    failures: Sequence[tuple[str, str | None, int, str]] = (),
) -> pd.DataFrame:
    """The `outcomes` frame: one row a platform.

    `linked` tells, for a platform, whether the case's author saw it link, and the file that says
    so; the log outranks it. `failures`: (file, platform, line, text) of logs without steps whose
    last words tell of one. A platform of which nothing is known stays `unknown`.
    """
    rows = []
    names = list(platforms) or [""]
    for platform in names:
        is_only = len(names) == 1
        row = _by_log(platform, steps, link_errors, is_only) or _by_author(platform, linked)
        if row["outcome"] == "unknown":
            row = _by_last_words(platform, failures, is_only) or row
        rows.append({"platform": platform, **row, **_run(platform, runs)})
    return schema.make("outcomes", rows)


# A linker's name before its words; that of a cross toolchain holds its triplet.
LINKERS = ("ld: ", "ld.bfd: ", "ld.gold: ")
_LINKER = re.compile(r"^(?P<path>(?:\S*[/-])?)ld(?:\.bfd|\.gold)?: ")
_CROSS = re.compile(r"(?:^|/)(?P<triplet>\w+-linux-\w+)(?:/bin/|-)$")


def platforms_told(
    steps: pd.DataFrame,
    link_commands: pd.DataFrame,
    linker_lines: Iterable[pd.DataFrame] = (),
) -> set[str]:
    """The platforms that a builder's steps are for; without any, that of the cross compiler which
    calls every link, or of the cross linker which alone speaks in `linker_lines`."""
    told = set(steps["target_platform"].dropna()) - {""}
    if len(told) > 1:  # one target alone is who the shared steps are for
        told |= _where_shared_steps_failed(steps)
    made = None if told else platform_of_drivers(link_commands["driver"])
    if not told and made is None and link_commands.empty:
        texts = (text for frame in linker_lines for text in frame["text"])
        made = platform_of_drivers(_cross_linkers(texts))
    return told or ({made.name} if made is not None else set())


def _cross_linkers(texts: Iterable[str]) -> set[str]:
    """The linkers that speak, by their triplet; `ld` is the machine's own."""
    found = [_CROSS.search(one["path"]) for text in texts if (one := _LINKER.search(text))]
    return {f"{cross['triplet']}-ld" if cross else "ld" for cross in found}


def platforms_of_files(objects: pd.DataFrame, given: Mapping[str, str]) -> dict[str, str]:
    """Object file -> platform: as given, else by its machine; "" where neither tells."""
    by_machine = {(p.elf_arch, p.bits): p.name for p in reversed(PLATFORMS)}
    of_file = dict(given)
    named = objects[objects["arch"] != ""]
    for file, arch, bits in zip(named["file"], named["arch"], named["bits"], strict=True):
        if not of_file.get(file):
            of_file[file] = by_machine.get((arch, bits), "")
    return of_file


def platform_of_log(
    platforms: Sequence[str],
    of_file: Mapping[str, str],
    objects: pd.DataFrame,
    link_commands: pd.DataFrame,
    link_errors: pd.DataFrame,
) -> str:
    """The one platform that logs are for: the one they name, else that of the plain objects on their
    links, those that the linker refused left out; "" where they are of several."""
    if platforms:
        return platforms[0] if len(platforms) == 1 else ""
    refused = link_errors.loc[link_errors["kind"].isin(["wrong_arch", "format"]), "object"].dropna()
    bad = {PurePath(name).name for name in refused}
    loose = set(objects.loc[(objects["kind"] == "relocatable") & (objects["member"] == ""), "file"])
    on = files_on_links(of_file, link_commands)
    told = {of_file[f] for f in on if f in loose and PurePath(f).name not in bad} - {""}
    return told.pop() if len(told) == 1 else ""


def of_one_build(
    of_file: Mapping[str, str], link_commands: pd.DataFrame, platform: str
) -> dict[str, str]:
    """The same, where a log is for one platform: what stands on its links belongs to it, also what is
    of another machine, or of none that shows. Not where its namesake of the right machine was given."""
    on = files_on_links(of_file, link_commands) if platform else []
    right = {PurePath(f).name for f in on if of_file[f] == platform}
    return {**of_file, **{f: platform for f in on if PurePath(f).name not in right}}


def files_on_links(files: Iterable[str], link_commands: pd.DataFrame) -> list[str]:
    """Those of the files that a link command names, straight or by -l."""
    names: set[str] = set()
    for kind, word in (pair for inputs in link_commands["inputs"] for pair in inputs):
        is_short = kind == "library" and not word.startswith(":")  # `-l:libx.a` names the file
        file = PurePath(word.removeprefix(":")).name
        names |= {f"lib{word}.a", f"lib{word}.so"} if is_short else {file}
    return [file for file in files if PurePath(file).name in names]


def platforms_in_error(steps: pd.DataFrame) -> set[str]:
    """The platforms that a step was for which ended in ERROR."""
    return set(steps.loc[steps["status"] == "error", "target_platform"].dropna()) - {""}


def _where_shared_steps_failed(steps: pd.DataFrame) -> set[str]:
    bad = steps[(steps["status"] == "error") & steps["target_platform"].isna()]
    return set(bad["platform"].dropna()) - {""}


def _of(frame: pd.DataFrame, column: str, platform: str, is_only: bool) -> list[Any]:
    """Rows of that platform; where only one is judged, also rows that name none."""
    named = [None if pd.isna(name) else name for name in frame[column]]
    return [
        row
        for row, name in zip(each(frame), named, strict=True)
        if name == platform or (is_only and name is None)
    ]


def _by_log(
    platform: str, steps: pd.DataFrame, link_errors: pd.DataFrame, is_only: bool
) -> dict[str, Any] | None:
    """The best-informed log decides: one that saw the failure, then one that saw the end."""
    own = _of(steps, "target_platform", platform, is_only)
    failed = next((step for step in own if step.status == "error"), None)
    failed = failed or _shared_error(platform, steps)
    if failed is not None:
        return _seen("failed", failed)
    error = next(iter(_of(link_errors, "platform", platform, is_only)), None)
    if error is not None:
        line_no, text = int(error.line_no), error.detail_text
        return {"outcome": "failed", "file": error.file, "line_no": line_no, "text": text}
    logs = dict.fromkeys(step.file for step in own)
    ends = [_end_of([step for step in own if step.file == log]) for log in logs]
    ends.sort(key=lambda end: end["outcome"] != "linked")
    return ends[0] if ends else None


def _shared_error(platform: str, steps: pd.DataFrame) -> Any:
    """A step that ran on the platform for several ones and ended in ERROR: never forgotten."""
    is_shared = steps["target_platform"].isna() & (steps["platform"] == platform)
    return next(iter(each(steps[is_shared & (steps["status"] == "error")])), None)


def _end_of(steps: list[Any]) -> dict[str, Any]:
    """The end of one platform in one log without an error of its own."""
    for status, outcome in (("canceled", "canceled"), ("unfinished", "unknown")):
        left = next((step for step in steps if step.status == status), None)
        if left is not None:  # a log that was cut off tells of nobody who stopped the step
            return _seen(outcome, left)
    counted = [step for step in steps if not pd.isna(step.step_no) and not pd.isna(step.n_steps)]
    reached: dict[str, tuple[int, int]] = {}
    for step in counted:
        no, of = reached.get(step.stage, (0, 0))
        reached[step.stage] = (max(no, int(step.step_no)), max(of, int(step.n_steps)))
    runs = [step for step in steps if step.instruction == "RUN"]
    if runs and reached and all(no == of for no, of in reached.values()):
        return _seen("linked", runs[-1])
    # Every step that was begun is done: where the log ends, nothing tells that the build did.
    return _seen("unknown", steps[-1])


def _seen(outcome: str, step: Any) -> dict[str, Any]:
    """The step by its name, as the log's line has it: the outcome is told beside it."""
    name = step.name_text
    text = name if len(name) <= _MAX_NAME else f"{name[:_MAX_NAME]}..."
    return {"outcome": outcome, "file": step.file, "line_no": int(step.line_no), "text": text}


def _by_last_words(
    platform: str, failures: Sequence[tuple[str, str | None, int, str]], is_only: bool
) -> dict[str, Any] | None:
    for file, named, line_no, text in failures:
        if named == platform or (is_only and not named):
            return {"outcome": "failed", "file": file, "line_no": line_no, "text": text}
    return None


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
    file = None if pd.isna(end["file"]) else end["file"]
    is_killed = not pd.isna(end["signal"])
    how = end["signal"] if is_killed else f"exit status {end['exit_code']}"
    ran = not is_killed and bool(end["exit_code"] == 0)
    where = f" on {end['machine']}" if end["machine"] else ""
    return {"ran": ran, "ended": f"{how}{where}", "ran_file": file}
