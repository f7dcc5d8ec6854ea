"""What a platform that failed does unlike one that built: what its tools said, inputs and switches of the
same link, sources that only one of them compiles, flags of the same source. No explanation, but where
to look first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any, NamedTuple

import pandas as pd

from diag import schema
from diag.causes.drivers import is_linker
from diag.causes.facts import Facts, clip
from diag.causes.link_inputs import is_whole, linker_words
from diag.causes.made_here import Compile, made_on
from diag.causes.model import Evidence
from diag.causes.once import asked_once
from diag.causes.other_links import input_key, output_key
from diag.causes.unread import is_part
from diag.schema import each

MAX_ROWS = 12  # of one platform
MAX_WORDS = 12  # of one row and side
MAX_SAID = 4  # lines of one platform
_TELLING = (
    "warning: ", "Warning: ", "WARNING: ", "error: ", "skipping", "Skipping", "skipped",
    "not found", "disabled", "unsupported", "... no",
)  # fmt: skip
_KINDS = ("build_script", "compiler", "output")
# Places of files, and what a compiler is told for the build's own sake: they differ always.
_PLACE = re.compile(
    r"-[co]|-[ILB].*|-M[A-Z]*.*|-(?:isystem|iquote|idirafter|include|imacros|imultiarch|f\w+-prefix-map).*"
    r"|--?(?:sysroot|rpath|rpath-link|dynamic-linker|soname|Map).*"
)
# What says no more than which machine it is for.
_MACHINE = re.compile(
    r"-m(?:64|32|abi=\S+|float-abi=\S+|arch=(?:armv\S+|rv\S+)|fpu=\S+)|--target=\S+|-target"
)
_ARCH_WORDS = re.compile(
    r"x86_64|amd64|aarch64|arm64|armv?\d\w*|riscv64\w*|i[3-6]86|ppc64le|s390x|powerpc64le"
)
_HASH = re.compile(r"[0-9a-f]{16}")
_CHECKS = re.compile(
    r"-- Check for working \w+ compiler: "
)  # CMake names the compiler that it found
# What CMake and quiet makefiles say of a compile whose command they do not show.
_BUILDING = re.compile(r"Building \w+ object \S*?(?P<source>[^\s/]+\.\w+)\.(?:o|obj)$")
_Only = tuple[tuple[str, ...], tuple[str, ...]]


class _Row(NamedTuple):
    what: str
    subject: str
    here: tuple[str, ...]
    there: tuple[str, ...]
    at: Evidence | None
    other_at: Evidence | None


def platform_differences(facts: Facts) -> pd.DataFrame:
    """The `platform_differences` frame: of each platform that failed, beside the first one that built
    from the same log."""
    rows = []
    for platform in facts.platforms if facts.has_log else ():
        other = _model_of(facts, platform)
        if other:
            found = (
                *_said(facts, platform, other),
                *_of_links(facts, platform, other),
                *_of_compiles(facts, platform, other),
            )
            rows += [_record(platform, other, row) for row in found[:MAX_ROWS]]
    return schema.make("platform_differences", rows)


def _model_of(facts: Facts, platform: str) -> str:
    """The first platform that built, for one that failed; "" for none."""
    if facts.outcome(platform) != "failed":
        return ""
    return next((p for p in facts.platforms if facts.outcome(p) == "linked"), "")


def _record(platform: str, other: str, row: _Row) -> dict[str, Any]:
    at, other_at = row.at or row.other_at, row.other_at or row.at
    return {
        "platform": platform, "other": other, "what": row.what, "subject": row.subject,
        "here": list(row.here[:MAX_WORDS]), "there": list(row.there[:MAX_WORDS]),
        "file": at.file, "line_no": row.at and row.at.line_no,  # type: ignore[union-attr]
        "other_file": other_at.file, "other_line_no": row.other_at and row.other_at.line_no,  # type: ignore[union-attr]
    }  # fmt: skip


# -- what was said -------------------------------------------------------------------------------


def _said(facts: Facts, platform: str, other: str) -> Iterator[_Row]:
    """Warnings, refusals and answers of a configure step that the other one did not print, up to the
    failure."""
    lines = _telling(facts)
    there = {_same(row.text) for row in each(lines[lines["platform"] == other])}
    ends = facts.link_errors[facts.link_errors["platform"] == platform]
    first = {row.file: row.line_no for row in each(ends.drop_duplicates("file"))}
    told: set[str] = set()
    for row in each(lines[lines["platform"] == platform]):
        key = _same(row.text)
        if (
            key in there | told
            or ": note: " in row.text
            or _CHECKS.match(row.text)
            or row.line_no >= first.get(row.file, row.line_no + 1)
        ):
            continue
        told.add(key)
        yield _Row("said", "", (clip(row.text.strip()),), (), Evidence.of_row(row), None)
        if len(told) == MAX_SAID:
            return


@asked_once
def _telling(facts: Facts) -> pd.DataFrame:
    lines = facts.lines_with(_TELLING)
    lines = lines[lines["kind"].isin(_KINDS)]
    return lines.drop_duplicates(
        ["file", "platform", "text"]
    )  # a loop says the same thousands of times


def _same(text: str) -> str:
    """The text without numbers and names of machines."""
    return re.sub(r"\d+", "0", _ARCH_WORDS.sub("ARCH", text.strip()[:400]))


# -- links ----------------------------------------------------------------------------------------


def _of_links(facts: Facts, platform: str, other: str) -> Iterator[_Row]:
    """Of the last link of each output that both make."""
    own, theirs = _links(facts, platform), _links(facts, other)
    for output in own.keys() & theirs.keys():
        here, there = own[output], theirs[output]
        at, other_at = Evidence.of_row(here, output), Evidence.of_row(there, output)
        for what, words in (("inputs", _inputs), ("switches", _switches)):
            only = _only(words(here), words(there))
            if any(only):
                yield _Row(what, output, *only, at, other_at)


def _links(facts: Facts, platform: str) -> dict[str, Any]:
    commands = [c for c in each(facts.on(facts.link_commands, platform)) if is_whole(c)]
    return {key: c for c in commands if (key := output_key(c.output))}


def _inputs(command: Any) -> dict[str, str]:
    """What is compared -> how it is shown."""
    named = [(kind, str(name)) for kind, name in command.inputs if not is_part(str(name))]
    return {
        _plain(input_key(kind, name)): f"-l{name}" if kind == "library" else PurePath(name).name
        for kind, name in named
    }


def _switches(command: Any) -> dict[str, str]:
    """A linker's own command is full of what its driver adds by itself."""
    words = () if is_linker(command.driver) else linker_words(command.words)
    return _flags(word for word in words if not word.startswith("-l"))


# -- compiles -------------------------------------------------------------------------------------


def _of_compiles(facts: Facts, platform: str, other: str) -> Iterator[_Row]:
    own, theirs = _compiles(facts, platform), _compiles(facts, other)
    if not own and not theirs:
        own, theirs = _built(facts, platform), _built(facts, other)
    if not own or not theirs:
        return  # one log tells its commands, the other does not
    only = _only({name: name for name in own}, {name: name for name in theirs})
    if any(only):
        here, there = ([side[name] for name in names] for side, names in zip((own, theirs), only, strict=True))  # fmt: skip
        yield _Row("sources", "", *only, _first(here), _first(there))
    yield from _of_flags(own, theirs)


def _compiles(facts: Facts, platform: str) -> dict[str, Compile]:
    found: dict[str, Compile] = {}
    for compile in made_on(facts, platform).compiles:
        if compile.command:
            found.setdefault(_HASH.sub("", PurePath(compile.source).name), compile)
    return found


def _built(facts: Facts, platform: str) -> dict[str, Compile]:
    """The same of a log that shows no commands, by what CMake says that it builds."""
    rows = facts.on(facts.lines_with(("Building ",)), platform)
    told = [(row, _BUILDING.search(row.text)) for row in each(rows[rows["kind"] != "excerpt"])]
    return {m["source"]: Compile(m["source"], "", Evidence.of_row(row)) for row, m in told if m}


def _first(compiles: list[Compile]) -> Evidence | None:
    return compiles[0].evidence if compiles else None


def _of_flags(own: dict[str, Compile], theirs: dict[str, Compile]) -> Iterator[_Row]:
    """Sources that differ in the same flags are one row."""
    groups: dict[_Only, list[str]] = {}
    for name in own:
        if name in theirs:
            here, there = (_flags(side[name].command.split()) for side in (own, theirs))
            groups.setdefault(_only(here, there), []).append(name)
    for only, names in groups.items():
        if any(only):
            more = f" and {len(names) - 1} more" if len(names) > 2 else "".join(f" and {n}" for n in names[1:])  # fmt: skip
            at, other_at = own[names[0]].evidence, theirs[names[0]].evidence
            yield _Row("flags", names[0] + more, *only, at, other_at)


# -- words ----------------------------------------------------------------------------------------


def _flags(words: Iterable[str]) -> dict[str, str]:
    plain = (word.strip("\"'") for word in words)
    return {
        _plain(word): word
        for word in plain
        if word.startswith("-") and not _PLACE.fullmatch(word) and not _MACHINE.fullmatch(word)
    }


def _plain(word: str) -> str:
    """A word without what names the machine or the build alone."""
    is_cpu = word.startswith("-m")
    return word if is_cpu else _ARCH_WORDS.sub("ARCH", _HASH.sub("", word))


def _only(here: dict[str, str], there: dict[str, str]) -> _Only:
    """What only each side has, as it is shown."""
    return (
        tuple(text for key, text in here.items() if key not in there),
        tuple(text for key, text in there.items() if key not in here),
    )
