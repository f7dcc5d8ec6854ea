"""Why a name is satisfied or left open on a link line: facts in words of a closed list.

Reasons of a name left open, the most exact first:
after-archive  an archive member defines it, and its archive stands before the first want
as-needed      a shared object defines it that GNU ld drops, as nothing was wanted of it there
no-index       the archive that defines it has no index
local          only LOCAL definitions: made `static`, or hidden by a version script or objcopy
hidden         only definitions with hidden visibility inside a shared object
old-version    a shared object defines it under a version that new links do not take
other-arch     only objects of another machine define it
needed         a library that its user names and that is not given may define it
unread         an input is no object, and may name or hold one that defines it
bytecode       members that may define it hold LTO bytecode and no code
not-on-line    a file given defines it and the link line does not name that file
nowhere        nothing given defines it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from diag.join.link_line import LinkLine
from diag.join.link_stops import (
    is_by_relocation,
    is_weak_beside_shared,
    left_of,
    lost_of,
    missing_needed,
    stop_of,
    strangers,
)
from diag.join.link_units import COMMON, WEAK, Unit, Units
from diag.join.resolve import resolve
from diag.join.resolved import RULES, Resolution, asked_of, wraps_of


class Definition(NamedTuple):
    """A unit that has a definition of the name; `withheld` says why it serves nobody, if so."""

    unit: Unit
    strength: int
    withheld: str


@dataclass(frozen=True)
class Outcome:
    """How the name ended under one rule of RULES.

    status: satisfied, open, weak-open (zero at run time), unwanted, start (left to the program's
    start), unknown. `by`: the defining unit; `how`: object, pulled, shared, weak, common, word;
    `doubled`: further strong definitions. `stops`: what stops the linker beside that: other-arch,
    start-lib, no-index, tls, hidden, or "". `lost`: why the program goes wrong although it is linked: hidden,
    tls, undefined, or "". Beside the reasons above, that of an unknown end may be tls.
    """

    rule: str
    status: str
    by: Unit | None = None
    how: str = ""
    pulled_for: str = ""
    doubled: tuple[Unit, ...] = ()
    reason: str = ""
    stops: str = ""
    lost: str = ""

    @property
    def is_failure(self) -> bool:
        """Whether the linker stops over the name."""
        return self.status == "open" or bool(self.doubled) or bool(self.stops)


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
    strangers: tuple[Unit, ...] = ()  # inputs of another machine
    needed: tuple[str, ...] = ()  # libraries that its users name and that are not given
    unindexed: tuple[str, ...] = ()  # archives that GNU ld and gold cannot search
    unread: tuple[str, ...] = ()  # inputs of which no object is known
    stands_for: str = ""  # the name that a want of it asks for, by --wrap


def explain(name: str, line: LinkLine, units: Units, arch: str) -> Why:
    """The facts about one raw name on a line of that machine, under each rule of RULES."""
    return explain_each([name], line, units, arch)[name]


def explain_each(
    names: Iterable[str], line: LinkLine, units: Units, arch: str
) -> Mapping[str, Why]:
    """The facts about each of the names: the line is resolved once for all of them."""
    every = [unit for members in units.of_file.values() for unit in members]
    own = [unit for unit in every if unit.arch == arch]
    asked = asked_of(line, units, arch)
    wrapped = wraps_of(line.wraps, units)
    codes = {name: units.code(name) for name in names}
    every += [unit for _, unit in asked]
    wants, definitions = _gathered(set(codes.values()), every, arch, wrapped)
    known = [_Known.of(resolve(line, units, rule, arch, asked), line, units) for rule in RULES]
    taken = {unit for one in known for unit in one.found.place}
    about = Why(
        "", arch, len(own), bytecode=[one for one in every if one.is_lto and one.arch in (arch, "")],
        unindexed=_unindexed(known[0].found), strangers=tuple(strangers(known[0].found, line)), unread=known[0].unread,
    )  # fmt: skip
    return {
        name: replace(
            about, name=name, wants=wants[code], definitions=definitions[code],
            outcomes=tuple(_outcome(code, definitions[code], one) for one in known),
            untaken=[unit for unit, _ in wants[code] if unit not in taken],
            needed=_needed(wants[code], known[0].found),
            stands_for=units.names[wrapped[code]] if code in wrapped else "",
        )
        for name, code in codes.items()
    }  # fmt: skip


def _unindexed(found: Resolution) -> tuple[str, ...]:
    return tuple(dict.fromkeys(unit.file for unit, why in found.skipped if why == "no-index"))


def _needed(wants: list[tuple[Unit, bool]], found: Resolution) -> tuple[str, ...]:
    names = (name for unit, _ in wants for name in missing_needed(unit, found))
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class _Known:
    """A line resolved under one rule, and what every name asks of it."""

    found: Resolution
    line: LinkLine
    on_line: frozenset[str]
    skipped: Mapping[Unit, str]
    has_bytecode: bool
    unread: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        """lld reads no bytecode but LLVM's; the others do through the compiler's plugin."""
        units = self.found.units.of_file
        lto = [one for file in self.on_line for one in units.get(file, ()) if one.is_lto]
        return self.found.rule == "lld" and all(one.format == "elf" for one in lto) and bool(lto)

    @classmethod
    def of(cls, found: Resolution, line: LinkLine, units: Units) -> _Known:
        on_line = frozenset(given.file for given in line.inputs)
        is_lto = any(unit.is_lto for file in on_line for unit in units.of_file.get(file, ()))
        unread = tuple(sorted(on_line & units.unread))
        return cls(found, line, on_line, dict(found.skipped), is_lto, unread)


_Wants = Mapping[int, list[tuple[Unit, bool]]]


def _gathered(
    codes: AbstractSet[int], units: list[Unit], arch: str, wrapped: Mapping[int, int]
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
            for raw, is_weak in unit.wanted:
                code = wrapped.get(raw, raw)
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


def _outcome(code: int, definitions: list[Definition], known: _Known) -> Outcome:
    found = known.found
    stops = "other-arch" if strangers(found, known.line) else stop_of(code, found, known.line)
    wants = found.wanted_by.get(code, [])
    if code in found.owner:
        end = _met(code, found)
        if is_by_relocation(code, found, known.line):
            end = replace(end, status="unknown", reason="tls")
    elif not wants or found.units.is_of_linker(code):
        end = Outcome(found.rule, "unwanted" if not wants else "satisfied", how="linker")
    else:
        end = _unmet(code, definitions, known)
    return replace(end, stops=stops)


def _met(code: int, found: Resolution) -> Outcome:
    unit, strength = found.owner[code]
    is_member = unit.kind != "shared"  # mold takes those of --as-needed as it takes members
    pulled_for = _name(found.units, found.pulled.get(unit)) if is_member else ""
    status = "satisfied" if found.wanted_by.get(code) else "unwanted"
    return Outcome(
        found.rule, status, unit, _how(unit, strength, pulled_for), pulled_for,
        tuple(found.doubled.get(code, ())[1:]), lost=lost_of(code, found),
    )  # fmt: skip


def _unmet(code: int, definitions: list[Definition], known: _Known) -> Outcome:
    found = known.found
    wants, reason = found.wanted_by[code], _reason(definitions, known)
    if all(is_weak or not (unit.is_bound or unit.kind == "shared") for unit, is_weak in wants):
        is_weak = any(is_weak for _, is_weak in wants)  # else a -u asks for it, which may fail
        return Outcome(found.rule, "weak-open" if is_weak else "unwanted", reason=reason)
    if is_weak_beside_shared(code, found):
        return Outcome(found.rule, "weak-open", reason=reason)
    left = left_of(code, found)
    if left in ("start", "known"):
        return Outcome(
            found.rule, "start", reason=reason, lost="undefined" if left == "known" else ""
        )
    if left == "needed":
        return Outcome(found.rule, "open", reason=left)
    is_told = reason not in ("unread", "bytecode") or known.is_refused
    return Outcome(found.rule, "open" if is_told else "unknown", reason=reason)


def _name(units: Units, pulled: tuple[int, Unit] | None) -> str:
    return units.names[pulled[0]] if pulled else ""


def _how(unit: Unit, strength: int, pulled_for: str) -> str:
    if unit.kind in ("shared", "word"):
        return unit.kind
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
    if "as-needed" in reasons:
        return "as-needed"
    for reason in ("local", "hidden", "old-version"):
        if not usable and any(entry.withheld == reason for entry in definitions):
            return reason
    if "other-arch" in reasons:
        return "other-arch"
    if known.has_bytecode:
        return "bytecode"
    if known.unread:
        return "unread"
    return "not-on-line" if free else "nowhere"
