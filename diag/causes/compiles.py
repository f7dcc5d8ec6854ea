"""The compile lines of a log that have to do with what a link wants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts
from diag.causes.model import Evidence
from diag.causes.provenance import compiler_of
from diag.schema import each

MAX_NAMES = 60  # that a log is searched for
MAX_LINES = 3000
_COMPILES = re.compile(r"(?:^|\s)\"?-c\"?(?:\s|$)")
_SOURCE = re.compile(r"[^\s\"']+\.(?:c|cc|cpp|cxx|S|s|asm|m)(?=[\s\"']|$)")
_OUTPUT = re.compile(r"-o\"? ?\"?(?P<name>[^\s\"']+\.(?:o|obj|lo))(?=[\s\"']|$)")
# The assembler itself, called by a makefile.
_ASSEMBLES = re.compile(r"(?:^|[\s/])(?:nasm|yasm|(?:[\w.]+-)*as) .*\.(?:asm|s|S)\b")


@dataclass(frozen=True)
class Compile:
    """One compile: its source as called, and the name of its object."""

    source: str
    output: str
    evidence: Evidence

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


def compiles_on(facts: Facts, platform: str) -> list[Compile]:
    """The compile lines that name an object of the platform's links, what wants an undefined
    symbol, or a part of such a symbol's name."""
    key = ("compiles", platform)
    if key not in facts.known:
        facts.known[key] = list(_compiles(facts, platform))
    return facts.known[key]  # type: ignore[no-any-return]


def _compiles(facts: Facts, platform: str) -> Iterator[Compile]:
    names = tuple(sorted(_names(facts, platform)))
    if not names:
        return
    rows = facts.on(facts.lines_with(names), platform)
    for row in each(rows.drop_duplicates(["file", "text"]).head(MAX_LINES)):
        yield from compile_of_line(row)


def compile_of_line(row: Any) -> Iterator[Compile]:
    """The compiles that a line of the log calls; one call may compile several sources."""
    text = row.text[:4096]
    called = (_COMPILES.search(text) and compiler_of(text)) or _ASSEMBLES.search(text)
    if not called or text.startswith(("for ", "if ")):
        return
    output = _OUTPUT.search(text)
    for source in dict.fromkeys(_SOURCE.findall(text)):
        name = PurePath(output["name"]).name if output else PurePath(source).stem + ".o"
        yield Compile(source, name, Evidence.of_row(row, text))


def _names(facts: Facts, platform: str) -> set[str]:
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
