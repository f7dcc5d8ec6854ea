"""What the log shows this build to compile and to archive by itself: a name that nothing defines may be
meant to come from there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.drivers import compiler_called, is_compile
from diag.causes.facts import Facts
from diag.causes.model import Evidence
from diag.causes.once import asked_once
from diag.causes.searched import having
from diag.schema import each

MAX_COMPILES = 20_000
MAX_NAMES = 60  # that a log is searched for, where only compiles of one kind are asked for
MAX_LINES = 3000
_CALLS = (" -c", "nasm ", "yasm ", ".s", ".S", "-shared")
_TOLD = re.compile(r"\s\"?-c\b|(?:^|[\s/-])(?:nasm|yasm|as)\s|\s-shared\b")
_SOURCE = re.compile(r"[^\s\"']+\.(?:c|cc|cpp|cxx|S|s|asm|m)(?=[\s\"']|$)")
_OUTPUT = re.compile(r"-o\"? ?\"?(?P<name>[^\s\"']+\.(?:o|obj|lo))(?=[\s\"']|$)")
# The assembler itself, called by a makefile.
_ASSEMBLES = re.compile(r"(?:^|[\s/])(?:nasm|yasm|(?:[\w.]+-)*as) .*\.(?:asm|s|S)\b")
# A shared library that is made of its sources in one go.
_SHARED = re.compile(r"(?<!\S)-o ?\"?(?P<name>[^\s\"']+\.so(?:\.[\d.]+)?)(?=[\s\"']|$)")
_ARCHIVES = re.compile(
    r"(?:^|[\s/\"])(?:[\w.+]+-)*ar\"? +\S+ +\"?(?P<archive>\S+?\.a)\"? +(?P<members>.+)"
)


@dataclass(frozen=True)
class Compile:
    """One compile: its source as called, the name of its object, the command's words."""

    source: str
    output: str
    evidence: Evidence
    command: str = field(default="", compare=False, repr=False)

    @property
    def stem(self) -> str:
        """The source's name without folder and ending."""
        return PurePath(self.source).stem

    def is_specific(self, name: str) -> bool:
        """The source is about this symbol, not about all of a module whose name it begins with:
        `mix.c` and `mix_table.c` are no place for `mix_arm64`, `arm64/mix.c` is."""
        parts = [part for part in re.split(r"[^a-z0-9]+", name.lower()) if part]
        own = {part for part in re.split(r"[^a-z0-9]+", self.source.lower()) if part}
        return bool(parts) and parts[-1] in own


@dataclass(frozen=True)
class Made:
    """The compiles of a platform, and base names of members by the archive they were put into."""

    compiles: tuple[Compile, ...]
    archives: dict[str, frozenset[str]]

    def outputs_in(self, names: frozenset[str]) -> frozenset[str]:
        """What these inputs of a link bring: the files themselves, and members of archives."""
        return names.union(*(self.archives.get(name, frozenset()) for name in names))

    def makes(self, name: str) -> bool:
        """The log shows how an input of that name was made."""
        return name in self.archives or name in self._outputs

    @cached_property
    def _outputs(self) -> frozenset[str]:
        return frozenset(compile.output for compile in self.compiles)


@asked_once
def made_on(facts: Facts, platform: str) -> Made:
    """All that the log shows to be compiled and archived for the platform."""
    compiles = dict.fromkeys(_compiles(facts, platform))
    return Made(tuple(compiles), archives_on(facts, platform))


def _compiles(facts: Facts, platform: str) -> Iterator[Compile]:
    rows = facts.on(facts.lines_with(_CALLS), platform)
    for row in each(_told(rows)):
        yield from _compiles_of(row)
        yield from _in_one_go(row)


def _told(rows: pd.DataFrame) -> pd.DataFrame:
    """The first MAX_COMPILES that may compile, each text once; of many rows, the first may do."""
    some = rows.head(4 * MAX_COMPILES)
    told = some[having(some["text"], _TOLD)].drop_duplicates(["file", "text"])
    if len(told) < MAX_COMPILES and len(some) < len(rows):
        told = rows[having(rows["text"], _TOLD)].drop_duplicates(["file", "text"])
    return told.head(MAX_COMPILES)


def _compiles_of(row: Any) -> Iterator[Compile]:
    """The compiles that a line of the log calls; one call may compile several sources."""
    text = row.text[:4096]
    called = is_compile(text) or _ASSEMBLES.search(text)
    if not called or text.startswith(("for ", "if ")):
        return
    output = _OUTPUT.search(text)
    for source in dict.fromkeys(_SOURCE.findall(text)):
        name = PurePath(output["name"]).name if output else PurePath(source).stem + ".o"
        yield Compile(source, name, Evidence.of_row(row, text), text)


def _in_one_go(row: Any) -> Iterator[Compile]:
    text = row.text[:4096]
    output = _SHARED.search(text) if " -shared" in text and compiler_called(text) else None
    if output:
        for source in dict.fromkeys(_SOURCE.findall(text)):
            evidence = Evidence.of_row(row, text)
            yield Compile(source, PurePath(output["name"]).name, evidence)


@asked_once
def archives_on(facts: Facts, platform: str) -> dict[str, frozenset[str]]:
    """Archive -> base names of the members that the log shows to be put into it."""
    found: dict[str, frozenset[str]] = {}
    for row in each(facts.on(facts.lines_with((".a ",)), platform).head(MAX_LINES)):
        told = _ARCHIVES.search(row.text[:8192])
        if told:
            members = {PurePath(word.strip("\"'")).name for word in told["members"].split()}
            name = PurePath(told["archive"]).name
            found[name] = found.get(name, frozenset()) | members
    return found


# -- compiles that have to do with what a link wants ----------------------------------------------


@asked_once
def compiles_on(facts: Facts, platform: str) -> list[Compile]:
    """Of these the compiles whose line names an object of the platform's links, what wants an undefined
    symbol, or a part of such a symbol's name."""
    return list(_compiles_near(facts, platform))


def _compiles_near(facts: Facts, platform: str) -> Iterator[Compile]:
    names = tuple(sorted(_names_near(facts, platform)))
    if not names:
        return
    rows = facts.on(facts.lines_with(names), platform)
    for row in each(rows.drop_duplicates(["file", "text"]).head(MAX_LINES)):
        yield from _compiles_of(row)


def _names_near(facts: Facts, platform: str) -> set[str]:
    """Literals to search for: file names of the last links and of users, parts of wanted names."""
    found: list[str] = []
    own = [s.name for s in facts.wanted if s.platform == platform][:20]
    for name in own:
        parts = [part for part in re.split(r"[^A-Za-z0-9]+", name) if len(part) > 3]
        found += [name, *(f"{part}." for part in parts), *(f"{part}/" for part in parts[-1:])]
    errors = facts.on(facts.link_errors, platform)
    errors = errors[errors["symbol"].isin(own)]
    for column in ("object", "member", "source_file"):
        found += [PurePath(str(name)).stem + "." for name in errors[column].dropna().unique()[:5]]
    for command in each(facts.on(facts.link_commands, platform).tail(2)):
        found += [PurePath(name).stem + "." for kind, name in command.inputs if kind == "object"][
            :10
        ]
    return {name for name in found[:MAX_NAMES] if len(name) > 3}
