"""Why a name is satisfied or left open on a link line: facts in words of a closed list.

Reasons of a name left open, the most exact first:
after-archive  an archive member defines it, and its archive stands before the first want
no-index       the archive that defines it has no index
local          only LOCAL definitions: made `static`, or hidden by a version script or objcopy
hidden         only definitions with hidden visibility inside a shared object
old-version    a shared object defines it under a version that new links do not take
other-arch     only objects of another machine define it
bytecode       members that may define it hold LTO bytecode and no code
not-on-line    a file given defines it and the link line does not name that file
nowhere        nothing given defines it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from diag.join.link_line import LinkLine
from diag.join.link_units import COMMON, WEAK, Unit, Units
from diag.join.resolve import RULES, Resolution, resolve


class Definition(NamedTuple):
    """A unit that has a definition of the name; `withheld` says why it serves nobody, if so."""

    unit: Unit
    strength: int
    withheld: str


@dataclass(frozen=True)
class Outcome:
    """How the name ended under one rule of RULES.

    status: satisfied, open, weak-open (zero at run time), unwanted. `by`: the defining unit;
    `how`: object, pulled, shared, weak, common; `doubled`: further strong definitions.
    """

    rule: str
    status: str
    by: Unit | None = None
    how: str = ""
    pulled_for: str = ""
    doubled: tuple[Unit, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Why:
    """Everything that the files given say of one name."""

    name: str
    arch: str
    n_units: int
    wants: list[tuple[Unit, bool]] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    outcomes: tuple[Outcome, ...] = ()
    untaken: list[Unit] = field(default_factory=list)  # members that want it and were not taken
    bytecode: list[Unit] = field(default_factory=list)


def explain(name: str, line: LinkLine, units: Units, arch: str) -> Why:
    """The facts about one raw name on a line of that machine, under each rule of RULES."""
    return explain_each([name], line, units, arch)[name]


def explain_each(
    names: Iterable[str], line: LinkLine, units: Units, arch: str
) -> Mapping[str, Why]:
    """The facts about each of the names: the line is resolved once for all of them."""
    codes = {name: units.code(name) for name in names}
    every = [unit for members in units.of_file.values() for unit in members]
    own = [unit for unit in every if unit.arch == arch]
    wants, definitions = _gathered(set(codes.values()), every, arch)
    found = [_Known.of(resolve(line, units, rule, arch), line, units) for rule in RULES]
    taken = {unit for known in found for unit in known.found.place}
    bytecode = [unit for unit in own if unit.is_lto]
    return {
        name: Why(
            name, arch, len(own), wants[code], definitions[code],
            tuple(_outcome(code, definitions[code], known, units) for known in found),
            [unit for unit, _ in wants[code] if unit not in taken], bytecode,
        )
        for name, code in codes.items()
    }  # fmt: skip


@dataclass(frozen=True)
class _Known:
    """A line resolved under one rule, and what every name asks of it."""

    found: Resolution
    on_line: frozenset[str]
    skipped: Mapping[Unit, str]
    has_bytecode: bool

    @classmethod
    def of(cls, found: Resolution, line: LinkLine, units: Units) -> _Known:
        on_line = frozenset(given.file for given in line.inputs)
        is_lto = any(unit.is_lto for file in on_line for unit in units.of_file.get(file, ()))
        return cls(found, on_line, dict(found.skipped), is_lto)


_Wants = Mapping[int, list[tuple[Unit, bool]]]


def _gathered(
    codes: AbstractSet[int], units: list[Unit], arch: str
) -> tuple[_Wants, Mapping[int, list[Definition]]]:
    """(who of the machine wants each name, who defines it: of another machine only where nobody
    of this one does)."""
    wants: dict[int, list[tuple[Unit, bool]]] = {code: [] for code in codes}
    defined: dict[bool, dict[int, list[Definition]]] = {
        is_own: {code: [] for code in codes} for is_own in (True, False)
    }
    for unit in units:
        of = defined[unit.arch == arch]
        if unit.arch == arch:
            for code, is_weak in unit.wanted:
                if code in codes:
                    wants[code].append((unit, is_weak))
        for code, strength in unit.defined:
            if code in codes:
                of[code].append(Definition(unit, strength, ""))
        for code in codes & unit.withheld.keys():
            of[code].append(Definition(unit, WEAK, unit.withheld[code]))
    return wants, {
        code: sorted(
            defined[True][code] or defined[False][code], key=lambda one: bool(one.withheld)
        )
        for code in codes
    }


def _outcome(code: int, definitions: list[Definition], known: _Known, units: Units) -> Outcome:
    found = known.found
    wants = found.wanted_by.get(code, [])
    owner = found.owner.get(code)
    doubled = tuple(found.doubled.get(code, ())[1:])
    if owner is not None:
        unit, strength = owner
        pulled_for = _name(units, found.pulled.get(unit))
        status = "satisfied" if wants else "unwanted"
        how = _how(unit, strength, pulled_for)
        return Outcome(found.rule, status, unit, how, pulled_for, doubled)
    if not wants:
        return Outcome(found.rule, "unwanted")
    is_weak = all(weak for _, weak in wants)
    reason = _reason(definitions, known)
    return Outcome(found.rule, "weak-open" if is_weak else "open", reason=reason)


def _name(units: Units, pulled: tuple[int, Unit] | None) -> str:
    return units.names[pulled[0]] if pulled else ""


def _how(unit: Unit, strength: int, pulled_for: str) -> str:
    if unit.kind == "shared":
        return "shared"
    if pulled_for:
        return "pulled"
    return {COMMON: "common", WEAK: "weak"}.get(strength, "object")


def _reason(definitions: list[Definition], known: _Known) -> str:
    """The most exact reason that holds, in the order of the list above."""
    free = [entry for entry in definitions if not entry.withheld]
    reasons = {known.skipped.get(entry.unit, "") for entry in free}
    usable = [entry for entry in free if entry.unit.file in known.on_line]
    if any(entry.unit not in known.skipped for entry in usable):
        return "after-archive"
    if "no-index" in reasons:
        return "no-index"
    for reason in ("local", "hidden", "old-version"):
        if not usable and any(entry.withheld == reason for entry in definitions):
            return reason
    if "other-arch" in reasons:
        return "other-arch"
    if known.has_bytecode:
        return "bytecode"
    return "not-on-line" if free else "nowhere"
