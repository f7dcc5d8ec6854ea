"""The lines of a failed step that say what went wrong, where no link error does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from diag import schema
from diag.schema import each

MAX_LINES = 3  # a compiler's first complaint tells, what follows is often its echo
LAST = 12  # complaints at the end of a log without steps: what came before may be of a probe
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
    "ould not ",
    "nable to ",
    "Temporary failure",
    "egmentation fault",
    ".go:",
)
# npm and node-gyp begin every line so, whatever it tells; what follows is looked at.
_MARK = re.compile(r"^(?:npm (?:ERR!|error)\s+)?(?:gyp ERR!\s+)?(?:stack (?=\w*Error:))?")
# Of those: what was called, where and with what, a stack, other tools' news.
_CARRIES = re.compile(
    r"""(?:path|cwd|command|code|errno|syscall|signal|file|dest|workspace|location|pkgid|dev|System|node(?:-gyp)?\ -v
      |stack|not\ ok|[Aa]\ complete\ log|gyp\ (?:info|verb|http)|info|verb(?:ose)?|http)\b|at\ |$""",
    re.VERBOSE,
)
# What was wrong, in the words of any tool.
_TELLS = re.compile(
    r"""(?i:\bnot\ found\b|\bno\ such\ |\bcould\ not\ |\bcannot\ |\bunable\ to\ |\bmissing\b|\bno\ matching\b|\bunsupported\b
      |\bpermission\ denied\b|\brequires?\b|\bnot\ compatible\b)|\b\w*Error:\s""",
    re.VERBOSE,
)
_COMPLAINS = re.compile(
    r"""(?:^|[\s:\]])(?:fatal\ )?error(?:\[\w+\]|\ \w*\d+)?:  # compilers, rustc, MSVC
      | (?:^|\s)ERROR[:!\s] | \bERR!\s | ^npm\ error\s        # pip, npm
      | ^CMake\ Error | ^\w*(?:Error|Exception):\s            # CMake; Python, JavaScript
      | (?:^|\s)fatal:\s | ^E:\s | \bpanicked\ at\s           # git, apt, Rust
      | ^cgo:\s | ^\S+\.go:\d+:\d+:\s                    # Go, which says no word of error
      | :\ (?:command\ )?not\ found$ | :\ No\ such\ file\ or\ directory\b
      | ^(?:Could\ not|Unable\ to)\ find\b                    # what a build script dies of
      | \bis\ not\ installed\b | :\ Permission\ denied\b | \b[Ss]egmentation\ fault\b
      | \b[Cc]ould\ not\ resolve\b | \bTemporary\ failure\ (?:in\ name\ resolution|resolving)\b""",
    re.VERBOSE,
)
# What only repeats that something before it failed.
_REPEATS = re.compile(
    r"\*\*\* |^ERROR: process |failed to solve|^collect2: |linker command failed|could not compile"
    r"|subprocess-exited-with-error|compilation terminated|failed with (?:exit code|error:$)"
)
# Where it broke, in which program; the message that says why stands apart, if there is one.
_WHERE = re.compile(r"^error: failed to run custom build command for |\bpanicked at \S+:\d+:\d+:$")
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
    known = link_errors[link_errors["kind"] != "other"]  # of those nothing tells what they say
    told = set(known["platform"].dropna())
    is_told = bool(known["platform"].isna().any()) and len(outcomes) == 1
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
        texts.setdefault(row.text[:MAX_TEXT].strip(), row)
    ranks = [(text, rank) for text in texts if (rank := _rank(text))]
    ranks = ranks[-LAST:] if is_stepless else ranks
    # Where a line says what was wrong, those that bear a mark of errors alone, or a place, say less.
    best = max((rank for _, rank in ranks), default=0)
    kept = [text for text, rank in ranks if rank == best]
    return [
        {
            "platform": outcome.platform,
            "file": texts[text].file,
            "line_no": int(texts[text].line_no),
            "text": text,
        }
        for text in (kept[-MAX_LINES:] if is_stepless else kept[:MAX_LINES])
    ]


def _rank(text: str) -> int:
    """2: it says what was wrong; 1: it has a mark of errors, or says where; 0: no complaint."""
    if not _COMPLAINS.search(text) or _REPEATS.search(text):
        return 0
    if _WHERE.search(text):
        return 1
    mark = _MARK.match(text)
    if mark is None or not mark.end():
        return 2
    said = text[mark.end() :]
    return 0 if _CARRIES.match(said) else 2 if _TELLS.search(said) else 1
