"""How a log without steps ends: the last words of make, ninja, cargo or a CI runner that failed."""

from __future__ import annotations

import re
from typing import NamedTuple

from diag.read.textlines import LogText, clean, clip

_TAIL = 4096  # bytes; a runner cleans up after the failure, and says little of it
# Of the outermost make alone, as an inner one may be tried: GNU make, ninja, cargo, GitHub's and
# GitLab's runners. `(ignored)` is make's word for a failure that it was told to pass over.
_FAILED = re.compile(
    rb"\bg?make: \*\*\* (?!.*\(ignored\)).*(?:Error \d+|Stop\.|Terminated|Killed|Segmentation fault)\s*$"
    rb"|\bninja: build stopped: (?!interrupted)|\berror: could not compile `"
    rb"|##\[error\]Process completed with exit code [1-9]|\bERROR: Job failed: exit (?:code|status) [1-9]"
)
_SOUND = re.compile(
    rb"(?i)\b(?:Build|Job) succeeded\b|\[100%\] Built target|\bFinished `?(?:release|dev)\b"
)


class LogEnd(NamedTuple):
    """The line that tells of the failure, and its number."""

    line_no: int
    text: str


def failure_at_end(text: LogText) -> LogEnd | None:
    """Where the last lines tell that the build failed, and nothing after that it went on well."""
    size = len(text.data)
    begin = max(0, size - _TAIL)
    lines = text.data[begin:size].split(b"\n")
    for number in range(len(lines) - 1, -1, -1):
        if _SOUND.search(lines[number]):
            return None
        if _FAILED.search(lines[number].rstrip()):
            before = text.data[:begin].count(b"\n")
            return LogEnd(before + number + 1, clip(clean(lines[number])))
    return None
