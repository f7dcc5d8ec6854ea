"""What each platform's link wants, by raw name, with who wants it: worked out once for all causes
that go by the name alone; and findings about many names at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, Symbol
from diag.causes.model import Evidence, Finding, Missing, Role, Status
from diag.causes.once import asked_once
from diag.causes.texts import words_of
from diag.causes.toolchain import toolchain_of
from diag.platforms import BY_NAME
from diag.schema import each

MAX_SHOWN = 8  # rows of evidence that tell of the names themselves


@dataclass(frozen=True)
class Reference:
    """One place that wants a name, as the log or an object tells it. `object` is the file as
    named there, `member` the archive member; "" where it is not told."""

    object: str
    member: str
    function: str
    source: str
    linker: str
    detail: str
    evidence: Evidence
    step: tuple[str, str] = ("", "")  # log and step

    @property
    def name(self) -> str:
        """Base name of the object file itself: the member, where there is one."""
        return PurePath(self.member or self.object).name

    @property
    def is_library(self) -> bool:
        """An archive or a shared object wants it, not an object that stands on the line alone."""
        file = PurePath(self.object).name
        return bool(self.member) or file.endswith((".a", ".rlib", ".so")) or ".so." in file


@dataclass(frozen=True)
class Named:
    """A symbol that a link wants, its raw names, and who wants it."""

    symbol: Symbol
    raw: tuple[str, ...]
    references: tuple[Reference, ...]


@asked_once
def wanted_on(facts: Facts, platform: str) -> list[Named]:
    """What the platform's link wants and does not get, in order of the log."""
    told = _told(facts, platform)
    return [
        Named(one, facts.raw_of(one), tuple(told.get(one.name, ())))
        for one in facts.wanted
        if one.platform == platform
    ]


def _told(facts: Facts, platform: str) -> dict[str, list[Reference]]:
    rows = facts.on(facts.link_errors, platform).dropna(subset=["symbol"])
    rows = rows[rows["kind"] == "undefined"]
    found: dict[str, list[Reference]] = {}
    for row in each(rows):
        own = found.setdefault(row.symbol, [])
        if len(own) < MAX_SHOWN:
            own.append(reference_of(row))
    return found


def reference_of(row: Any) -> Reference:
    """A row of `link_errors` as the place that wants the name."""
    return Reference(
        _text(row.object), _text(row.member), _text(row.function), _text(row.source_file),
        row.linker, row.detail_text,
        Evidence.of_row(row, row.detail_text),
        (row.file, _text(row.step_id)),
    )  # fmt: skip


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def wanting_objects(facts: Facts, named: Named) -> list[Any]:
    """Rows of `objects` of the members given that want the name."""
    by_name, by_place = _wanting(facts)
    places = [place for raw in named.raw for place in by_name.get((named.symbol.platform, raw), ())]
    return [by_place[place] for place in dict.fromkeys(places) if place in by_place]


@asked_once
def _wanting(facts: Facts) -> tuple[dict[Any, list[Any]], dict[Any, Any]]:
    """(platform and name -> places of members that want it, place -> its row of `objects`)."""
    rows = facts.sightings[facts.sightings["role"] == "wanted"]
    by_name: dict[Any, list[Any]] = {}
    for row in each(rows):
        by_name.setdefault((row.platform, row.name), []).append((row.file, row.member_no))
    places = {place for found in by_name.values() for place in found}
    objects = facts.objects[facts.objects["file"].isin({file for file, _ in places})]
    by_place = {(r.file, r.member_no): r for r in each(objects) if (r.file, r.member_no) in places}
    return by_name, by_place


def is_defined_somewhere(facts: Facts, named: Named) -> bool:
    """Whether a file given has a definition of the name at all; asked before those are looked up."""
    return not _defined(facts).isdisjoint((named.symbol.platform, raw) for raw in named.raw)


@asked_once
def _defined(facts: Facts) -> frozenset[tuple[str, str]]:
    rows = facts.sightings[facts.sightings["role"] == "defined"]
    return frozenset(zip(rows["platform"], rows["name"], strict=True))


def evidence_of(facts: Facts, names: Sequence[Named]) -> list[Evidence]:
    """The first reference of each name, else a member given that wants it; a few of them."""
    found: list[Evidence] = []
    for named in names[:MAX_SHOWN]:
        if named.references:
            found.append(named.references[0].evidence)
            continue
        for row in wanting_objects(facts, named)[:1]:
            text = f"{row.member or 'the file itself'} wants {named.raw[0]} (undefined)"
            found.append(Evidence(row.file, None, text))
    return list(dict.fromkeys(found))


def arch_of(platform: str) -> str:
    """The machine of a platform, as the frames name it; "" for one that is not known."""
    known = BY_NAME.get(platform)
    return known.elf_arch if known else ""


def bits_of(platform: str) -> int:
    """32 or 64; 0 for a platform that is not known."""
    known = BY_NAME.get(platform)
    return known.bits if known else 0


def pick(names: Iterable[Named], test: Callable[[str], bool]) -> list[Named]:
    """Those of which a raw name passes the test."""
    return [named for named in names if any(test(raw) for raw in named.raw)]


def group_finding(
    facts: Facts, family: str, cause: str, status: Status, names: Sequence[Named],
    evidence: Iterable[Evidence] = (), missing: Iterable[Missing] = (), *, claim: str = "",
    fix: Iterable[str] = (), role: Role = "cause",
) -> Finding:  # fmt: skip
    """One finding about all of the names: the first one is its symbol, the others are covered."""
    words = words_of(family, cause)
    told = claim or words.claim
    if len(names) > 1:
        shown = ", ".join(named.symbol.name for named in names[:3])
        more = ", ..." if len(names) > 3 else ""
        told = f"{told.removesuffix('.')} ({len(names)} symbols: {shown}{more})."
    rows = list(dict.fromkeys([*evidence, *evidence_of(facts, names)]))
    first = names[0].symbol
    return Finding.of(
        cause, family, role, status, told, platform=first.platform, symbol=first.name,
        evidence=rows, missing=missing, fix=tuple(fix) or words.fix_with(toolchain_of(facts, first.platform)),
        experiment=words.experiment, covers=[named.symbol.name for named in names[1:]],
    )  # fmt: skip
