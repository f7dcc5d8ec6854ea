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
    code = units.code(name)
    every = [unit for members in units.of_file.values() for unit in members]
    own = [unit for unit in every if unit.arch == arch]
    wants = [(unit, weak) for unit in own for wanted, weak in unit.wanted if wanted == code]
    definitions = _definitions(code, own) or _definitions(code, every)
    found = [resolve(line, units, rule, arch) for rule in RULES]
    taken = {unit for resolution in found for unit in resolution.place}
    return Why(
        name, arch, len(own), wants, definitions,
        tuple(_outcome(code, line, definitions, resolution, units) for resolution in found),
        [unit for unit, _ in wants if unit not in taken],
        [unit for unit in own if unit.is_lto],
    )  # fmt: skip


def _definitions(code: int, units: list[Unit]) -> list[Definition]:
    free = [Definition(unit, s, "") for unit in units for own, s in unit.defined if own == code]
    held = [Definition(unit, WEAK, unit.withheld[code]) for unit in units if code in unit.withheld]
    return free + held


def _outcome(
    code: int, line: LinkLine, definitions: list[Definition], found: Resolution, units: Units
) -> Outcome:
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
    reason = _reason(line, definitions, found, units)
    return Outcome(found.rule, "weak-open" if is_weak else "open", reason=reason)


def _name(units: Units, pulled: tuple[int, Unit] | None) -> str:
    return units.names[pulled[0]] if pulled else ""


def _how(unit: Unit, strength: int, pulled_for: str) -> str:
    if unit.kind == "shared":
        return "shared"
    if pulled_for:
        return "pulled"
    return {COMMON: "common", WEAK: "weak"}.get(strength, "object")


def _reason(line: LinkLine, definitions: list[Definition], found: Resolution, units: Units) -> str:
    """The most exact reason that holds, in the order of the list above."""
    on_line = {given.file for given in line.inputs}
    free = [entry for entry in definitions if not entry.withheld]
    skipped = dict(found.skipped)
    reasons = {skipped.get(entry.unit, "") for entry in free}
    usable = [entry for entry in free if entry.unit.file in on_line]
    if any(entry.unit not in skipped for entry in usable):
        return "after-archive"
    if "no-index" in reasons:
        return "no-index"
    for reason in ("local", "hidden", "old-version"):
        if not usable and any(entry.withheld == reason for entry in definitions):
            return reason
    if "other-arch" in reasons:
        return "other-arch"
    if any(unit.is_lto for given in on_line for unit in units.of_file.get(given, ())):
        return "bytecode"
    return "not-on-line" if free else "nowhere"
