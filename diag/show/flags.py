"""Flags side by side: written in the Dockerfile, received by the command, echoed in the log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from diag.platforms import DEFAULT_PLATFORMS, display_order
from diag.show.frame_tables import table_of
from diag.show.redact import Redactor, redactor_for
from diag.show.text import NOT_SEEN, is_missing

if TYPE_CHECKING:
    from diag.case import Case

YES, NO = "yes", "no"
COLUMNS = ("platform", "variable", "command", "flag", "written", "received", "echoed", "where")

# Variables that hold flags of compilers and linkers.
FLAG_VARIABLE = re.compile(
    r"^(?:CARGO_ENCODED_)?(?:RUST|RUSTDOC|C|CXX|CPP|LD|GO|CGO_\w+?)FLAGS(?:_|$)"
)
BUILD_TOOLS = frozenset(
    [
        "cargo",
        "make",
        "gmake",
        "cmake",
        "ninja",
        "meson",
        "go",
        "gcc",
        "g++",
        "cc",
        "c++",
        "clang",
        "clang++",
        "rustc",
        "configure",
        "zig",
        "bazel",
    ]
)
# Calls of build tools that compile nothing.
_NO_BUILD = re.compile(
    r"\s(?:fetch|vendor|update|metadata|login|add|clean|mod|version|--version|-V)\b"
)
_ASSIGNED = re.compile(
    r"""(?<![\w$]) (?P<name>[A-Za-z_]\w*) =
        (?P<value>"(?:[^"\\]|\\.)*" | '[^']*' | (?:[^\s;&|"'\\]|\\.)*)""",
    re.VERBOSE,
)
_FLAG = re.compile(r"(?:-[CLlZ]|--cfg|-include|-isystem|-arch|-target|-framework)\s+\S+|\S+")


def flags_of(value: str) -> list[str]:
    """The flags of a value, an option that takes a word joined with it."""
    return _FLAG.findall(value.replace("\x1f", " "))


def df_flags(
    case: Case, names: Iterable[str] = (), *, mask: Redactor | None = None
) -> pd.DataFrame:
    """One row a platform, variable and flag: written, received, echoed (each yes, no, not seen).

    `written`: on a line of the Dockerfile that the value came through, or where it was lost.
    `received`: by the last build command that is called with it. `names` are the variables;
    left out, those that hold flags, and those that the log echoes. Secrets are masked before a
    value is taken apart: a word of it alone no longer tells what it is.
    """
    mask = mask or redactor_for(case)
    echoes = {key: (mask.text(text), place) for key, (text, place) in _echoes(case).items()}
    env = mask.frame(_build_calls(case.env) if case.dockerfile is not None else case.env)
    wanted = list(names) or _names(env, echoes)
    assignments = mask.data(_assignments(case))
    found = {*env["platform"], *(platform for platform, _ in echoes)}
    rows = []
    for platform in display_order(found or DEFAULT_PLATFORMS):
        for name in wanted:
            calls = env[(env["platform"] == platform) & (env["name"] == name)]
            rows += _rows(platform, name, calls, assignments, echoes.get((platform, name)))
    return table_of(COLUMNS, rows)


def _build_calls(env: pd.DataFrame) -> pd.DataFrame:
    """For each platform, the rows of the last call that builds something (else the last call)."""
    shell = env[env["source"] == "shell"]
    is_tool = shell["command"].isin(BUILD_TOOLS)
    builds = shell[is_tool & ~shell["argv_text"].str.contains(_NO_BUILD)]
    kept = [frame for frame in (builds, shell) if len(frame)]
    if not kept:
        return shell
    order = kept[0][["run_no", "command_no"]].apply(tuple, axis=1)
    last = order.groupby(kept[0]["platform"]).transform("max")
    return kept[0][order == last]


def _names(env: pd.DataFrame, echoes: Mapping[tuple[str, str], Any]) -> list[str]:
    told = env[(env["status"] != "unset") | env["lost_by"].notna()]
    held = [name for name in told["name"].unique() if FLAG_VARIABLE.search(name)]
    return list(dict.fromkeys([*held, *(name for _, name in echoes if FLAG_VARIABLE.search(name))]))


def _echoes(case: Case) -> dict[tuple[str, str], tuple[str, str]]:
    """(platform, variable) -> value and place of the last `NAME=value` line of the logs."""
    lines = case.log_lines
    found = {}
    for line in lines[lines["kind"] == "echo"].itertuples():
        name, equals, value = str(line.text).strip().partition("=")
        if equals and not is_missing(line.platform):
            found[str(line.platform), name] = (value, f"{line.file}:{line.line_no}")
    return found


def _assignments(case: Case) -> dict[str, list[str]]:
    """`file:line` -> what is assigned there, without quotes."""
    found: dict[str, list[str]] = {}
    for record in case.instruction_records:
        for offset, value in _assigned(record):
            line = max((n for at, n in record.line_starts if at <= offset), default=record.line_no)
            found.setdefault(f"{record.file}:{line}", []).append(value)
    return found


def _assigned(record: Any) -> Iterator[tuple[int, str]]:
    for match in _ASSIGNED.finditer(record.value_text):
        yield match.start(), match["value"].strip("\"'")


def _rows(
    platform: str,
    name: str,
    calls: pd.DataFrame,
    assignments: Mapping[str, list[str]],
    echo: tuple[str, str] | None,
) -> list[tuple[Any, ...]]:
    places = [place for through in calls["came_through"] for place in through]
    places += [str(place) for place in calls["lost_at"].dropna()]
    written = [
        f for p in dict.fromkeys(places) for v in assignments.get(p, []) for f in flags_of(v)
    ]
    written = [flag for flag in written if "$" not in flag]
    received = [set(flags_of(str(v))) if not is_missing(v) else set() for v in calls["value"]]
    is_known = len(calls) > 0 and not (calls["status"] == "unknown").any()
    echoed = flags_of(echo[0]) if echo else []
    command = str(calls["command"].iloc[-1]) if len(calls) else ""
    ordered = dict.fromkeys([*written, *(f for flags in received for f in sorted(flags)), *echoed])
    where = echo[1] if echo else (places[-1] if places else NOT_SEEN)
    return [
        (
            platform,
            name,
            command,
            flag,
            (YES if flag in written else NO) if len(calls) else NOT_SEEN,
            (YES if all(flag in f for f in received) else NO) if is_known else NOT_SEEN,
            (YES if flag in echoed else NO) if echo else NOT_SEEN,
            where,
        )
        for flag in ordered
    ]
