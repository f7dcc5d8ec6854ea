"""Fixes and requests in the language of the build at hand: its toolchain, its log, its Dockerfile.

The judges speak in general terms (`build.log`, "put -vv on the cargo command"); here these become
what the reader can copy.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from itertools import takewhile
from pathlib import PurePath

from diag.causes.facts import Facts
from diag.causes.kept_folders import kept, object_folder
from diag.causes.model import Cause, Finding, Missing
from diag.causes.once import asked_once
from diag.causes.toolchain import toolchain_of
from diag.cited import NO_FILES

# What makes each toolchain print the commands that it runs; sources: its own manual or --help.
VERBOSE = {
    "cargo": "put -vv on the cargo command and keep the log",
    "cc": "put -vv on the cargo command and keep the log",
    "go": "put -x -v -ldflags=-v on the go command and keep the log",
    "cmake": "cmake --build DIR --verbose 2>&1 | tee build.log",
    "meson": "meson compile -C DIR -v 2>&1 | tee build.log",
    "ninja": "ninja -v 2>&1 | tee build.log",
    "make": "make V=1 VERBOSE=1 2>&1 | tee build.log",
    "bazel": "put -s --verbose_failures on the bazel command and keep the log",
    "": "let the build print its commands (cargo -vv, make V=1 VERBOSE=1, ninja -v, go build -x, "
    "bazel -s) and keep the log",
}
# What each prints as it goes on: a literal for the search, and how it stands in the line.
_PROGRESS = (
    ("cargo", "Compiling ", r"^ +Compiling \S+ v\d"),
    ("go", "go: ", r"^go: downloading "),
    ("bazel", "Analyz", r"^(?:INFO: )?Analyz(?:ing|ed)(?: target|:)"),
    ("meson", "Meson build", r"^The Meson build system"),
    ("cmake", "-- The C", r"^-- The C(?:XX)? compiler identification"),
    ("ninja", "ninja: ", r"^ninja: "),
    ("make", "make", r"^g?make(?:\[\d+\])?: "),
)
WHOLE_LOG = "the whole output of the build, from its first command on"
_ASKS_FOR_VERBOSE = re.compile(
    r"^(?:put|run|let) .*(?:-vv\b|V=1|VERBOSE=1).*(?:log|cargo)", re.DOTALL
)
_CARGO_HIDES = "cargo hides the warnings of registry crates, and the skipped compile"
# The commands of build scripts, where the log has all that cargo tells of them.
_SCRIPTS = (
    "git grep -nE 'Command::new|cc::Build|env::var' -- '*build.rs'  # which compiler it calls"
)
_OF_CONTAINER = re.compile(r"(?<!\S)/\S+\.(?:o|a|rlib|so)(?=\s|$)")
_OF_CONTAINERS = re.compile(r"docker |# in a container build")
_KEPT = re.compile(
    r"^(?P<before># in a container build, keep .*: )RUN --mount=.*target=/src/target \.\.\.$"
)
_OUT = re.compile(r"^(?P<before>diag .*--objects (?:[\w/]+=)?)out/$")
_DIAG = re.compile(r"^(?P<before>diag \w+ )build\.log\b")
_BUILD = re.compile(
    r"^(?P<before>docker buildx build .*?) (?P<after>\.(?: 2>&1 \| tee build\.log)?)$"
)


def advised(facts: Facts, finding: Finding, catalogue: Mapping[str, Cause]) -> Finding:
    """The finding with the fix of its toolchain, unless it has one of its own, and with requests
    that name what was given."""
    missing = tuple(_missing(facts, finding.platform or "", item) for item in finding.missing)
    return replace(finding, fix=_fix(facts, finding, catalogue[finding.cause]), missing=missing)


def _fix(facts: Facts, finding: Finding, cause: Cause) -> tuple[str, ...]:
    texts = cause.texts
    if not texts.fix_for or finding.fix not in (texts.fix, texts.fix_with("")):
        return finding.fix
    return texts.fix_with(toolchain_of(facts, finding.platform or ""))


def _missing(facts: Facts, platform: str, item: Missing) -> Missing:
    toolchain = toolchain_of(facts, platform) or _seen(facts)
    why = item.why
    if toolchain not in ("cargo", "cc", ""):
        why = why.replace(_CARGO_HIDES, "the refused or skipped compile")
    how = dict.fromkeys(
        _how(facts, platform, step, toolchain) for step in _fitting(facts, item.how, toolchain)
    )
    # What is to be got comes before what is to be done with it.
    return replace(item, why=why, how=tuple(sorted(how, key=lambda step: step.startswith("diag "))))


def _fitting(facts: Facts, steps: tuple[str, ...], toolchain: str) -> tuple[str, ...]:
    """Without what is for container builds, where the log is of none; where a log was all that was
    asked for, one of the toolchain at hand."""
    if not _is_bare(facts):
        return steps
    kept = tuple(step for step in steps if not _OF_CONTAINERS.match(step))
    whole = VERBOSE[toolchain] if toolchain else WHOLE_LOG
    return kept or tuple(whole if _BUILD.match(step) else step for step in steps)


def _is_bare(facts: Facts) -> bool:
    """A log that is of no container build."""
    return facts.has_log and not len(facts.steps) and not facts.has_dockerfile


@asked_once
def _seen(facts: Facts) -> str:
    """The toolchain whose progress a bare log shows, where no failure names one; "" for none."""
    if not _is_bare(facts):
        return ""
    texts = facts.lines_with([literal for _, literal, _ in _PROGRESS])["text"]
    return next((name for name, _, sign in _PROGRESS if texts.str.contains(sign).any()), "")


def _how(facts: Facts, platform: str, step: str, toolchain: str) -> str:
    if _ASKS_FOR_VERBOSE.search(step):
        is_told = toolchain in ("cargo", "cc") and _is_very_verbose(facts)
        return _SCRIPTS if is_told else VERBOSE.get(toolchain, VERBOSE[""])
    step = _OF_CONTAINER.sub(lambda found: _given_as(facts, platform, found[0]), step)
    is_out = _OUT.match(step) and _is_bare(facts)
    folder = object_folder(facts, platform) if is_out or _KEPT.match(step) else ""
    step = _KEPT.sub(lambda found: found["before"] + kept(folder, toolchain), step)
    if folder and is_out:
        step = _OUT.sub(lambda found: found["before"] + shlex.quote(folder), step)
    log = _log(facts)
    if log:
        step = _DIAG.sub(lambda found: f"{found['before']}{shlex.quote(log)}", step)
    if facts.dockerfile and " -f " not in step:
        file = shlex.quote(facts.dockerfile)
        step = _BUILD.sub(lambda found: f"{found['before']} -f {file} {found['after']}", step)
    return step


@asked_once
def _is_very_verbose(facts: Facts) -> bool:
    """The log is of `cargo -vv`: it alone prints the environment of what it runs."""
    return bool(len(facts.lines_with(("Running `CARGO=", " CARGO_MANIFEST_DIR="))))


def _given_as(facts: Facts, platform: str, name: str) -> str:
    """The path under which a file of the build was given, by the longest end that the two share: what a
    log names is gone with its container. The name itself where no such file was."""
    parts = PurePath(name).parts
    shared: dict[str, int] = {}
    for file in facts.of_platform(facts.objects, platform)["file"].unique():
        pairs = zip(reversed(parts), reversed(PurePath(str(file)).parts), strict=False)
        shared[str(file)] = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    best = max(shared, key=lambda file: shared[file], default="")
    return shlex.quote(best) if best and shared[best] > 1 else name


@asked_once
def _log(facts: Facts) -> str:
    """The first log as it was given; "" for standard input, or where there is none."""
    frames = (facts.steps, facts.link_errors, facts.lines)
    names = [str(frame["file"].iloc[0]) for frame in frames if len(frame)]
    return next((name for name in names if name not in NO_FILES), "")
