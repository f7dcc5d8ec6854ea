"""Which toolchain built what failed, so that fixes and advice speak its language.

From the nearest to the farthest: what the linker's message and command name, the lines around it,
the failed step, the commands of the Dockerfile. The first that tells decides, with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from diag.causes.facts import Facts, at, clip
from diag.causes.model import Evidence
from diag.causes.once import asked_once
from diag.schema import each

# Literals of lines that no kind keeps and that tell who ran the link.
TELLING = (
    ": *** [", "ninja: build stopped", "Build did NOT complete", "link: running ",
    "subcommand failed",
)  # fmt: skip
NEAR = 400  # lines from the linker's message

# How each names what it makes; in this order: the inner one of two that are nested comes first.
_BY_NAME = (
    ("cc", re.compile(r"(?:^|[/(\s])[0-9a-f]{16}-[\w.+-]+\.o\b")),
    ("cargo", re.compile(r"\.rcgu\.o\b|\.rlib\b|-cgu\.\d+|/target/(?:[\w.-]+/)?(?:debug|release)/")),
    ("go", re.compile(r"/go-link-\d+/|/go-build\d*/|_cgo_[0-9a-f]+_|\.cgo2\.[co]\b|\$WORK/b\d{3}")),
    ("bazel", re.compile(r"\bbazel-out/|/_objs/")),
    ("cmake", re.compile(r"\bCMakeFiles/")),
    ("meson", re.compile(r"\.p/[\w.+-]+\.(?:o|a)\b")),
)  # fmt: skip
_BY_LINE = (
    ("cc", re.compile(r"error occurred in cc-rs|^\s*cargo:warning=.*ToolExecError")),
    ("cargo", re.compile(r"error: linking with `|error: could not compile `|failed to run custom build command")),
    ("go", re.compile(r"^# runtime/cgo|\blink: running \S+ failed|^go: |/link: running ")),
    ("bazel", re.compile(r"Build did NOT complete")),
    ("cmake", re.compile(r"\*\*\* \[\S*CMakeFiles/|^CMake Error")),
    ("ninja", re.compile(r"^ninja: build stopped|ninja: .*subcommand failed")),
    ("make", re.compile(r"\bg?make(?:\[\d+\])?: \*\*\* \[")),
)  # fmt: skip
_CALLS = (
    ("cargo", re.compile(r"\b(?:xx-)?cargo(?:-\w+)? |\bcross build|\bmaturin\b")),
    ("go", re.compile(r"\b(?:xx-)?go (?:build|install|test|run)\b")),
    ("bazel", re.compile(r"\bbazel(?:isk)? (?:build|test|run)")),
    ("cmake", re.compile(r"\bcmake\b")),
    ("meson", re.compile(r"\bmeson\b")),
    ("ninja", re.compile(r"\bninja\b")),
    ("make", re.compile(r"\bg?make\b")),
)  # fmt: skip


@dataclass(frozen=True)
class Toolchain:
    """cargo, cc (the cc crate, inside cargo), go, bazel, cmake, meson, ninja, make, or "" where
    nothing tells; and what shows it."""

    name: str = ""
    evidence: tuple[Evidence, ...] = ()


def toolchain_of(facts: Facts, platform: str) -> str:
    """Its name alone."""
    return toolchain(facts, platform).name


@asked_once
def toolchain(facts: Facts, platform: str) -> Toolchain:
    """The toolchain that ran the first failed link of the platform, else its build."""
    return next(_told(facts, platform), Toolchain())


def _told(facts: Facts, platform: str) -> Iterator[Toolchain]:
    yield from _by_errors(facts, platform)
    yield from _by_commands(facts, platform)
    yield from _by_lines(facts, platform)
    yield from _by_steps(facts, platform)
    yield from _by_calls(facts, platform)


def _by_errors(facts: Facts, platform: str) -> Iterator[Toolchain]:
    """What the first messages name: objects, members, functions."""
    for row in each(facts.on(facts.link_errors, platform).head(20)):
        parts = (row.object, row.member, row.function, row.source_file, row.detail_text)
        text = " ".join(part for part in parts if isinstance(part, str))
        name = _first(_BY_NAME, text)
        if name:
            yield Toolchain(name, (Evidence.of_row(row, row.detail_text),))


def _by_commands(facts: Facts, platform: str) -> Iterator[Toolchain]:
    for row in each(facts.on(facts.link_commands, platform).tail(3)):
        name = _first(_BY_NAME, " ".join(map(str, row.words))[:20_000])
        if name:
            yield Toolchain(
                name, (Evidence.of_row(row, f"{row.driver} {' '.join(map(str, row.words[:8]))}"),)
            )


def _by_lines(facts: Facts, platform: str) -> Iterator[Toolchain]:
    """The line nearest to the first message that tells: who ran the link says so when it fails."""
    first = _first_error(facts, platform)
    rows = facts.on(facts.lines, platform)
    if first is not None:
        rows = rows[
            (rows["file"] == first.file) & ((rows["line_no"] - first.line_no).abs() <= NEAR)
        ]
    found = [
        (row, name) for row in each(rows.tail(4 * NEAR)) if (name := _first(_BY_LINE, row.text))
    ]
    if found:
        at_line = first.line_no if first is not None else found[-1][0].line_no
        row, name = min(found, key=lambda pair: abs(pair[0].line_no - at_line))
        yield Toolchain(name, (Evidence.of_row(row),))


def _first_error(facts: Facts, platform: str) -> Any | None:
    return next(each(facts.on(facts.link_errors, platform).head(1)), None)


def _by_steps(facts: Facts, platform: str) -> Iterator[Toolchain]:
    """The failed step of the platform, by what its instruction calls."""
    steps = facts.steps[facts.steps["status"] == "error"]
    own = steps[(steps["target_platform"] == platform) | steps["target_platform"].isna()]
    for row in each(own if len(own) else steps.head(0)):
        name = _first(_CALLS, row.name_text)
        if name:
            yield Toolchain(name, (Evidence.of_row(row, row.name_text),))


def _by_calls(facts: Facts, platform: str) -> Iterator[Toolchain]:
    """The commands that the Dockerfile runs for the platform."""
    own = facts.env[facts.env["platform"] == platform]
    calls = own.drop_duplicates(["run_no", "command_no"])
    texts = [(row, _first(_CALLS, f"{row.argv_text} ")) for row in each(calls)]
    for name, _ in _CALLS:
        for row, found in texts:
            if found == name:
                yield Toolchain(name, (at(f"{row.file}:{row.line_no}", clip(row.argv_text)),))


def _first(signs: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str:
    return next((name for name, sign in signs if sign.search(text[:20_000])), "")
