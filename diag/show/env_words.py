"""What a call receives, in words, and what would decide a value that is not known."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from diag.show.env_cells import wording
from diag.show.env_groups import Call, Outcome
from diag.show.text import printable

# What an unknown value hangs on, and what would decide it.
_HINTS = (
    (r"of the base image", "--base-env NAME=VALUE, or --base-image with the JSON of `docker image inspect`"),
    (r"^depends on (?:output|exit status) of|^depends on what `", "the text cannot tell what a program prints; diag probe runs text tools and shells, a --build-arg or ENV in its place decides it"),
    (r"hands on \$", "its rules in that image (sudo -l); sudo --preserve-env=NAME or sudo -E hands it on"),
    (r"the file ", "that file is not in the Dockerfile: write it there by a here-document, or give the value by --build-arg"),
)  # fmt: skip


def deciding(outcome: Outcome) -> str:
    """What would decide a value that is not known; empty for one that is."""
    if outcome.status != "unknown" or not outcome.reason:
        return ""
    found = (hint for pattern, hint in _HINTS if re.search(pattern, outcome.reason))
    return f"what would decide it: {next(found, 'diag probe, which runs the script')}"


def received(name: str, outcome: Outcome, *, is_told: bool, who: str = "") -> str:
    """What the command gets; `who`: the program, where that is not the one which is called last."""
    subject = f"{who} receives" if who else "receives"
    if outcome.status == "set":
        return f"{subject} that {name}" if is_told else f"{subject} {name} = {printable(outcome.value)}"  # fmt: skip
    words = {
        "unset": f"{subject} no {name} (unset)",
        "empty": f"{subject} {name}, empty",
        "unknown": f"{subject} {name}, unknown: {printable(outcome.reason)}".removesuffix(": "),
    }
    return words[outcome.status]


def handing(calls: Iterable[Call]) -> dict[int, str]:
    """The calls (their `id`) that call another one, told under the same number, and their program:
    `sudo make`."""
    same: dict[tuple[int, int], list[Call]] = defaultdict(list)
    for call in calls:
        same[call.run_no, call.command_no].append(call)
    return {
        id(call): wording(call).partition(" ")[0]
        for group in same.values()
        for call in group
        if any(c is not call and wording(c) in wording(call) for c in group)
    }
