"""Which toolchain builds on a platform, so that a fix speaks its language."""

from __future__ import annotations

import re

from diag.causes.facts import Facts
from diag.schema import each

_BY_LINE = (
    ("go", re.compile(r"^# runtime/cgo|/go-link-\d+/|link: running \S+ failed|\bgo build\b")),
    ("cargo", re.compile(r"error: linking with `|\.rcgu\.o\b|error: could not compile|\bcargo build\b")),
    ("cmake", re.compile(r"CMakeFiles/|CMake Error|^\[ *\d+%\] ")),
    ("make", re.compile(r"\*\*\* \[[^\]]*\] Error \d")),
)  # fmt: skip
_COMMANDS = {"cargo": "cargo", "go": "go", "cmake": "cmake", "make": "make", "gmake": "make"}


def toolchain_of(facts: Facts, platform: str) -> str:
    """cargo, go, cmake, make, or "" where nothing tells."""
    key = ("toolchain", platform)
    if key not in facts.known:
        facts.known[key] = _toolchain_of(facts, platform)
    return str(facts.known[key])


def _toolchain_of(facts: Facts, platform: str) -> str:
    texts = [r.text for r in each(facts.on(facts.lines, platform).tail(3000))]
    texts += [
        str(name) for name in facts.on(facts.link_errors, platform)["object"].dropna().head(50)
    ]
    for name, pattern in _BY_LINE:
        if any(pattern.search(text[:2000]) for text in texts):
            return name
    commands = facts.env.loc[facts.env["platform"] == platform, "command"].drop_duplicates()
    return next((_COMMANDS[c] for c in commands if c in _COMMANDS), "")
