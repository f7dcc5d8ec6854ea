"""What holds back an end that no linker is at fault for: a build that was stopped, a script that was
started as a program, a program that dies on the machine that compiled it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.facts import Facts
from diag.causes.machines import host_of, target_of
from diag.causes.model import Missing
from diag.causes.searched import having
from diag.schema import each

# Literals of the lines that tell of a stopped build: BuildKit, containerd, GitHub's and GitLab's runners.
CANCELED_TELLING = ("CANCELED", "context canceled", "operation was canceled", "Job canceled")
_CANCELED = re.compile(
    r"\bCANCELED\b|\bcontext canceled\b|\boperation was canceled\b|\bJob canceled\b"
)
# Who says so knows that it is memory; a bare signal 9 comes from anyone who may send it.
_MEMORY = re.compile(
    r"[Oo]ut of memory|oom-kill|[Cc]annot allocate memory|std::bad_alloc|memory allocation of \d+ bytes"
    r"|virtual memory exhausted"
)
# A shell takes a file that the kernel refuses for a script, and complains only of what is none.
_BY_SHELL = re.compile(r"cannot execute binary file|: (?:line )?\d+: \S+: [Ee]xec format error")
_STARTED = re.compile(
    r"(?:\bfork/)?\bexec:? [\"'`]?(?P<path>[^\s\"'`:]+)[\"'`]?: [Ee]xec format error"
    r"|[Ee]xec format error: [\"'](?P<quoted>[^\"']+)"
)
_OF_SYSTEM = re.compile(
    r"/(?:usr/)?s?bin/(?:sh|bash|dash|ash|busybox|env|true|id|uname|cat|ls|mkdir)|/dev/\.buildkit\w*"
)
_SCRIPT = re.compile(
    r"\.(?:sh|bash|py|pl|rb|js|ps1)$|(?:^|/)(?:configure|autogen|bootstrap|entrypoint)\b"
)


def why_killed(facts: Facts, platform: str, rows: Sequence[Any]) -> Missing | None:
    """Who sent signal 9, where the log tells that the build or that step was stopped."""
    if any(_MEMORY.search(row.text) for row in rows):
        return None
    told = _canceled_places(facts, platform)
    if not all((row.file, None) in told or (row.file, str(row.step_id)) in told for row in rows):
        return None
    return Missing(
        "who killed the process",
        "the log tells that the build was stopped (CANCELED, context canceled), and a builder stops a step "
        "with the same signal 9 that the kernel sends where memory ran out",
        ("dmesg | grep -iE 'out of memory|oom-kill'  # on the builder, of that time",
         "# was it stopped by hand, by a time limit, or by another platform that failed first? build once more"),
    )  # fmt: skip


# Of a compiler or a make target: what it was to make is missing from the link that comes after.
_NOT_MADE = re.compile(
    r"\*\*\* \[|terminated program|compiler|\bcc1|\brustc\b|\.(?:o|a|s|S|c|cc|cpp)\b"
)


def linked_later(facts: Facts, platform: str, rows: Sequence[Any]) -> Missing | None:
    """What ran into it, where a linker of the same step came to its end after it, with complaints of
    symbols alone: neither memory nor disk stopped that, and the words may be of a test or a warning."""
    if any(_NOT_MADE.search(row.text) for row in rows):
        return None
    errors = facts.on(facts.link_errors, platform)
    errors = errors[errors["kind"].isin(["undefined", "duplicate"])]
    for row in rows:
        own = errors[(errors["file"] == row.file) & (errors["line_no"] > row.line_no)]
        if _step_of(row) not in set(map(_step_of, each(own))):
            return None
    return Missing(
        "what the line belongs to",
        "a linker ran after it and complains of symbols alone, so that it may be of a test, a warning or "
        "another program of the step",
        (f"sed -n '{max(1, int(rows[0].line_no) - 5)},{int(rows[0].line_no) + 5}p' {rows[0].file}",),
    )  # fmt: skip


def _step_of(row: Any) -> str:
    return "" if pd.isna(row.step_id) else str(row.step_id)


def _canceled_places(facts: Facts, platform: str) -> set[tuple[str, str | None]]:
    """(file, step) of each step that was stopped; (file, None) where the whole build was."""
    steps = facts.steps[facts.steps["status"] == "canceled"]
    found: set[tuple[str, str | None]] = {(r.file, str(r.step_id)) for r in each(steps)}
    lines = facts.on(facts.lines, platform)
    for row in each(lines[having(lines["text"], _CANCELED)]):
        found.add((row.file, None if pd.isna(row.step_id) else str(row.step_id)))
    return found


def what_was_started(
    facts: Facts, platform: str, rows: Sequence[Any], crosses: bool
) -> Missing | None:
    """What the file is that the kernel refused, where a script without its #! line may be it."""
    if any(_BY_SHELL.search(row.text) for row in rows):
        return None
    paths = [_path_of(row.text) for row in rows]
    named = [path for path in paths if path and not _OF_SYSTEM.fullmatch(path)]
    if len(named) < len(paths):
        return None  # a program of the system, or a line that names no file
    if any(_is_made(facts, path) for path in named):
        return None
    is_script = all(_SCRIPT.search(path) for path in named)
    host, target = host_of(facts, platform), target_of(facts, platform)
    if not is_script and (crosses or (host is not None and target is not None and host != target)):
        return None
    name = named[0]
    return Missing(
        f"what {name} is",
        "the kernel says the same of a program of another machine and of a script without its #! line, and "
        "nothing given tells which of the two it is",
        (f"file {name}", f"head -c 2 {name}  # a script begins with #!", "uname -m"),
    )


def _path_of(text: str) -> str:
    found = _STARTED.search(text)
    return (found["path"] or found["quoted"]) if found else ""


def _is_made(facts: Facts, path: str) -> bool:
    """Whether a command of the log was told to write that file: a program then, no script."""
    name = re.escape(PurePath(path).name)
    rows = facts.lines_with([PurePath(path).name])
    return bool(having(rows["text"], rf"\s-o\s*(?:[^\s'\"]*/)?{name}(?=[\s'\"]|$)").any())


def hosts_of(facts: Facts) -> set[str]:
    """Platforms that steps of another platform's build run on."""
    return {
        r.platform for r in each(facts.steps)
        if isinstance(r.platform, str) and isinstance(r.target_platform, str) and r.platform != r.target_platform
    }  # fmt: skip


def is_one_machine(dead: Iterable[Any], native: Iterable[Any]) -> bool:
    """Whether each program died in the very step that compiled for its own processor, and under no
    emulator: such a step has one machine."""
    steps = {(row.file, str(row.step_id)) for row in native if not pd.isna(row.step_id)}
    rows = list(dead)
    return bool(rows) and all(
        (row.file, str(row.step_id)) in steps and "qemu" not in row.text for row in rows
    )


def instruction_missing() -> Missing:
    """What decides where the machine that died is the one that compiled."""
    return Missing(
        "the instruction that the program died of",
        "one step compiled the program for its own processor and ran it, so the processor has what native "
        "gave it: a trap that the compiler put in (ud2, brk: undefined behaviour, __builtin_trap, the end of "
        "a function without its return) ends the same way, and so does a ready-made library for a newer processor",
        ("gdb -batch -ex run -ex 'x/i $pc' PROGRAM  # ud2 or brk is a trap, a vector instruction is none",
         "# or compile once with -fsanitize=undefined and without native"),
    )  # fmt: skip
