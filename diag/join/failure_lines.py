"""The lines of a failed step that say what went wrong, where no link error does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from diag import schema
from diag.schema import each

MAX_LINES = 3  # a compiler's first complaint tells, what follows is often its echo
MAX_TEXT = 2_000
# What a line that complains holds, for the quick search of a long log; `_COMPLAINS` decides.
TELLING = (
    "error",
    "Error",
    "ERROR",
    "ERR!",
    "fatal",
    "not found",
    "No such file",
    "E: ",
    "panicked at",
    "is not installed",
    "Permission denied",
    "ould not resolve",
    "Temporary failure",
    "egmentation fault",
)
_COMPLAINS = re.compile(
    r"""(?:^|[\s:\]])(?:fatal\ )?error(?:\[\w+\]|\ \w*\d+)?:  # compilers, rustc, MSVC
      | (?:^|\s)ERROR[:!\s] | \bERR!\s | ^npm\ error\s        # pip, npm
      | ^CMake\ Error | ^\w*(?:Error|Exception):\s            # CMake; Python, JavaScript
      | (?:^|\s)fatal:\s | ^E:\s | \bpanicked\ at\s           # git, apt, Rust
      | :\ (?:command\ )?not\ found$ | :\ No\ such\ file\ or\ directory\b
      | \bis\ not\ installed\b | :\ Permission\ denied\b | \b[Ss]egmentation\ fault\b
      | \b[Cc]ould\ not\ resolve\b | \bTemporary\ failure\ (?:in\ name\ resolution|resolving)\b""",
    re.VERBOSE,
)
# What only repeats that something before it failed.
_REPEATS = re.compile(
    r"\*\*\* |^ERROR: process |failed to solve|^collect2: |linker command failed|could not compile"
    r"|subprocess-exited-with-error|^npm (?:ERR!|error) (?:A complete log|code |errno )|compilation terminated"
)
_KINDS = ("excerpt", "header", "progress")  # told again below a build, or no words of a tool


def join_failure_lines(
    outcomes: pd.DataFrame,
    steps: pd.DataFrame,
    link_errors: pd.DataFrame,
    find: Callable[[tuple[str, ...]], pd.DataFrame],
) -> pd.DataFrame:
    """The `failure_lines` frame: of each platform that failed without a link error of its own the
    first lines of its failed step that complain; of a log without steps the last ones.

    `find` gives the lines of all logs (frame `log_lines`) that hold one of some texts.
    """
    told = set(link_errors["platform"].dropna())
    is_told = len(link_errors) > 0 and len(outcomes) == 1
    failed = [
        row
        for row in each(outcomes)
        if row.outcome == "failed" and row.platform not in told and not is_told
    ]
    if not failed:
        return schema.empty("failure_lines")
    lines = find(TELLING)
    lines = lines[~lines["kind"].isin(_KINDS)]
    rows = [line for outcome in failed for line in _of_platform(outcome, steps, lines)]
    return schema.make("failure_lines", rows)


def _of_platform(outcome: Any, steps: pd.DataFrame, lines: pd.DataFrame) -> list[dict[str, Any]]:
    own = lines[lines["file"] == outcome.file]
    step = steps[(steps["file"] == outcome.file) & (steps["line_no"] == outcome.line_no)]
    is_stepless = step.empty
    own = (
        own[own["step_id"].isna()]
        if is_stepless
        else own[own["step_id"] == step["step_id"].iloc[0]]
    )
    texts: dict[str, Any] = {}
    for row in each(own):
        text = row.text[:MAX_TEXT].strip()
        if _COMPLAINS.search(text) and not _REPEATS.search(text):
            texts.setdefault(text, row)
    kept = list(texts.items())
    return [
        {
            "platform": outcome.platform, "file": row.file, "line_no": int(row.line_no), "text": text,
        }
        for text, row in (kept[-MAX_LINES:] if is_stepless else kept[:MAX_LINES])
    ]  # fmt: skip
