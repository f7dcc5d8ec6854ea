"""What the log shows this build to make by itself, and what of it the failed link was given: a name
that nothing defines may be meant to come from there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any

from diag.causes.compiles import MAX_LINES, Compile, compile_of_line
from diag.causes.facts import Facts
from diag.causes.model import Evidence
from diag.causes.provenance import compiler_of
from diag.schema import each

MAX_COMPILES = 20_000
_CALLS = (" -c", "nasm ", "yasm ", ".s", ".S", "-shared")
_TOLD = re.compile(r"\s\"?-c\b|(?:^|[\s/-])(?:nasm|yasm|as)\s|\s-shared\b")
# A shared library that is made of its sources in one go.
_SHARED = re.compile(r"(?<!\S)-o ?\"?(?P<name>[^\s\"']+\.so(?:\.[\d.]+)?)(?=[\s\"']|$)")
_SOURCE = re.compile(r"[^\s\"']+\.(?:c|cc|cpp|cxx|S|s|m)(?=[\s\"']|$)")
_ARCHIVES = re.compile(
    r"(?:^|[\s/\"])(?:[\w.+]+-)*ar\"? +\S+ +\"?(?P<archive>\S+?\.a)\"? +(?P<members>.+)"
)


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


def made_on(facts: Facts, platform: str) -> Made:
    """All that the log shows to be compiled and archived for the platform."""
    key = ("made here", platform)
    if key not in facts.known:
        compiles = dict.fromkeys(_compiles(facts, platform))
        facts.known[key] = Made(tuple(compiles), _archives(facts, platform))
    return facts.known[key]  # type: ignore[no-any-return]


def _compiles(facts: Facts, platform: str) -> Iterator[Compile]:
    rows = facts.on(facts.lines_with(_CALLS), platform)
    rows = rows[rows["text"].str.contains(_TOLD.pattern, regex=True).astype(bool)]
    for row in each(rows.drop_duplicates(["file", "text"]).head(MAX_COMPILES)):
        yield from compile_of_line(row)
        yield from _in_one_go(row)


def _in_one_go(row: Any) -> Iterator[Compile]:
    text = row.text[:4096]
    output = _SHARED.search(text) if " -shared" in text and compiler_of(text) else None
    if output:
        for source in dict.fromkeys(_SOURCE.findall(text)):
            evidence = Evidence.of_row(row, text)
            yield Compile(source, PurePath(output["name"]).name, evidence)


def _archives(facts: Facts, platform: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for row in each(facts.on(facts.lines_with((".a ",)), platform).head(MAX_LINES)):
        told = _ARCHIVES.search(row.text[:8192])
        if told:
            members = {PurePath(word.strip("\"'")).name for word in told["members"].split()}
            name = PurePath(told["archive"]).name
            found[name] = found.get(name, frozenset()) | members
    return found
